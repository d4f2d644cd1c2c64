//! Copying and pickling: `__reduce__`, `__getnewargs__`, `__getstate__`, `__setstate__`, `__copy__`, `__deepcopy__`; of
//! our classes and of Python's over them.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::helpers::{script, script_with};
use crate::check::{is_graalpy, is_pypy, raises};

tests![
    reduced,
    rebuilt_from_arguments,
    rebuilt_with_state,
    python_subclasses_are_pickled,
    exceptions_are_pickled,
    copies,
    deep_copies,
    without_help_contents_are_not_copied,
    instances_shared_in_a_pickle,
    python_subclasses_of_native_bases_are_pickled,
];

/// Makes classes importable while the code runs, under the name of a module that does not stay.
fn importable(py: Python<'_>, classes: &[Bound<'_, PyType>], code: &str) -> PyResult<()> {
    let module = PyModule::new(py, "everypy_pickled")?;
    for class in classes {
        module.add(class.name()?, class)?;
    }
    let modules = py.import("sys")?.getattr("modules")?;
    modules.set_item("everypy_pickled", &module)?;
    let begin = "
import copy, pickle, sys
module = sys.modules['everypy_pickled']

def importable(cls):
    cls.__module__, cls.__qualname__ = 'everypy_pickled', cls.__name__
    setattr(module, cls.__name__, cls)
    return cls

def both(object):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(object, protocol))
        assert type(again) is type(object) and again is not object
        yield again
";
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        script(py, classes, &format!("{begin}{code}"));
    }));
    modules.del_item("everypy_pickled")?;
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Ok(())
}

#[pyclass(module = "everypy_pickled", get_all)]
struct Reduced {
    number: i32,
    text: String,
}

#[pymethods]
impl Reduced {
    #[new]
    fn new(number: i32, text: String) -> Reduced {
        Reduced { number, text }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (i32, String)) {
        let value = slf.borrow();
        (slf.get_type(), (value.number, value.text.clone()))
    }
}

fn reduced(py: Python<'_>) -> PyResult<()> {
    let code = "
for again in both(Reduced(5, 'ä')):
    assert (again.number, again.text) == (5, 'ä')
";
    importable(py, &[py.get_type::<Reduced>()], code)
}

#[pyclass(module = "everypy_pickled", subclass, set_all, get_all)]
struct Stateful {
    number: i32,
    list: Vec<i32>,
}

#[pymethods]
impl Stateful {
    #[new]
    #[pyo3(signature = (number, list = vec![]))]
    fn new(number: i32, list: Vec<i32>) -> Stateful {
        Stateful { number, list }
    }

    fn __getnewargs__(&self) -> (i32, Vec<i32>) {
        (self.number, self.list.clone())
    }
}

fn rebuilt_from_arguments(py: Python<'_>) -> PyResult<()> {
    let code = "
for again in both(Stateful(5, [1, 2])):
    assert (again.number, again.list) == (5, [1, 2])
changed = Stateful(1)
changed.number = 6
for again in both(changed):
    assert again.number == 6
";
    importable(py, &[py.get_type::<Stateful>()], code)
}

#[pyclass(module = "everypy_pickled", subclass)]
#[derive(Default)]
struct WithState {
    #[pyo3(get, set)]
    number: i32,
}

#[pymethods]
impl WithState {
    #[new]
    fn new() -> WithState {
        WithState::default()
    }

    fn __getstate__(slf: &Bound<'_, Self>) -> PyResult<(i32, Option<Py<PyAny>>)> {
        let dict = slf.getattr_opt("__dict__")?.map(Bound::unbind);
        Ok((slf.borrow().number, dict))
    }

    fn __setstate__(slf: &Bound<'_, Self>, state: (i32, Option<Bound<'_, PyDict>>)) -> PyResult<()> {
        slf.borrow_mut().number = state.0;
        if let Some(dict) = state.1 {
            slf.getattr("__dict__")?.call_method1("update", (dict,))?;
        }
        Ok(())
    }
}

fn rebuilt_with_state(py: Python<'_>) -> PyResult<()> {
    let code = "
object = WithState()
object.number = 7
for again in both(object):
    assert again.number == 7

@importable
class Sub(WithState):
    pass

sub = Sub()
sub.number, sub.extra = 8, [1]
for again in both(sub):
    assert again.number == 8 and again.extra == [1] and again.extra is not sub.extra
";
    importable(py, &[py.get_type::<WithState>()], code)
}

fn python_subclasses_are_pickled(py: Python<'_>) -> PyResult<()> {
    let code = "
@importable
class Sub(Stateful):
    def __init__(self, number, list=()):
        super().__init__()
        self.initialised = True

sub = Sub(5, [1])
sub.extra = {'a': sub.list}
for again in both(sub):
    assert (again.number, again.list, again.extra, again.initialised) == (5, [1], {'a': [1]}, True)

@importable
class Own(Stateful):
    def __reduce__(self):
        return Own, (self.number + 1,)

for again in both(Own(1)):
    assert again.number == 2

@importable
class Slots(Stateful):
    __slots__ = ('slot',)

slots = Slots(3)
slots.slot = 'kept'
for again in both(slots):
    assert (again.number, again.slot) == (3, 'kept')
";
    importable(py, &[py.get_type::<Stateful>()], code)
}

#[pyclass(module = "everypy_pickled", extends = PyDict, subclass)]
struct Config {
    #[pyo3(get, set)]
    name: String,
}

#[pymethods]
impl Config {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Config {
        Config { name: String::new() }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let items = py.get_type::<PyDict>().call1((slf,))?;
        let dict = slf.getattr_opt("__dict__")?;
        (slf.get_type(), (items,), (slf.borrow().name.clone(), dict)).into_pyobject(py)
    }

    fn __setstate__(slf: &Bound<'_, Self>, state: (String, Option<Bound<'_, PyDict>>)) -> PyResult<()> {
        slf.borrow_mut().name = state.0;
        if let Some(dict) = state.1 {
            slf.getattr("__dict__")?.call_method1("update", (dict,))?;
        }
        Ok(())
    }
}

fn python_subclasses_of_native_bases_are_pickled(py: Python<'_>) -> PyResult<()> {
    let code = "
config = Config(a=1)
config.name = 'n'
for again in both(config):
    assert again == {'a': 1} and again.name == 'n'

@importable
class Sub(Config):
    pass

sub = Sub({'b': [2]})
sub.name, sub.extra = 'm', 5
copied = copy.copy(sub)
assert copied == {'b': [2]} and (copied.name, copied.extra) == ('m', 5)
copied.name = 'o'
assert sub.name == 'm'
";
    // On GraalPy what holds the fields is among the attributes, all of which `__reduce__` gives away here.
    let pickled = if is_graalpy(py) {
        "assert 'PyCapsule' in raises(TypeError, pickle.dumps, sub)"
    } else {
        "
for again in both(sub):
    assert again == {'b': [2]} and (again.name, again.extra) == ('m', 5)
"
    };
    importable(py, &[py.get_type::<Config>()], &format!("{code}{pickled}"))
}

#[pyclass(module = "everypy_pickled", extends = pyo3::exceptions::PyException, subclass)]
struct Failure {
    #[pyo3(get)]
    code: i32,
}

#[pymethods]
impl Failure {
    #[new]
    #[pyo3(signature = (_text, code = 0))]
    fn new(_text: &Bound<'_, PyAny>, code: i32) -> Failure {
        Failure { code }
    }
}

/// By the arguments that they were made with.
fn exceptions_are_pickled(py: Python<'_>) -> PyResult<()> {
    let code = "
for again in both(Failure('text', 5)):
    assert again.args == ('text', 5) and again.code == 5

@importable
class Sub(Failure):
    pass

sub = Sub('text', 6)
sub.extra = 7
for again in both(sub):
    assert (again.args, again.code, again.extra) == (('text', 6), 6, 7)
";
    importable(py, &[py.get_type::<Failure>()], code)
}

#[pyclass]
struct Copied {
    #[pyo3(get)]
    how: &'static str,
    #[pyo3(get)]
    list: Py<PyAny>,
}

#[pymethods]
impl Copied {
    #[new]
    fn new(list: Py<PyAny>) -> Copied {
        Copied { how: "made", list }
    }

    fn __copy__(&self, py: Python<'_>) -> Copied {
        Copied { how: "copied", list: self.list.clone_ref(py) }
    }

    fn __deepcopy__(&self, py: Python<'_>, memo: &Bound<'_, PyDict>) -> PyResult<Copied> {
        let list = py.import("copy")?.getattr("deepcopy")?.call1((&self.list, memo))?;
        Ok(Copied { how: "deeply", list: list.unbind() })
    }
}

fn copies(py: Python<'_>) -> PyResult<()> {
    let code = "
original = Copied([1])
copied = copy.copy(original)
assert copied.how == 'copied' and copied.list is original.list
stateful = Stateful(5, [1])
copied = copy.copy(stateful)
assert type(copied) is Stateful and copied is not stateful and (copied.number, copied.list) == (5, [1])
copied.number = 6
assert stateful.number == 5

class Sub(Stateful):
    pass

sub = Sub(1)
sub.extra = []
copied = copy.copy(sub)
assert type(copied) is Sub and copied.number == 1 and copied.extra is sub.extra
";
    importable(py, &[py.get_type::<Copied>(), py.get_type::<Stateful>()], code)
}

fn deep_copies(py: Python<'_>) -> PyResult<()> {
    let code = "
original = Copied([[1]])
copied = copy.deepcopy(original)
assert copied.how == 'deeply' and copied.list == [[1]] and copied.list[0] is not original.list[0]
twice = copy.deepcopy([original.list, original])
assert twice[0] is twice[1].list

class Sub(Stateful):
    pass

sub = Sub(1)
sub.extra = [[2]]
copied = copy.deepcopy(sub)
assert type(copied) is Sub and copied.extra == [[2]] and copied.extra[0] is not sub.extra[0]
";
    importable(py, &[py.get_type::<Copied>(), py.get_type::<Stateful>()], code)
}

#[pyclass(module = "everypy_pickled", weakref)]
struct Helpless {
    #[pyo3(get)]
    number: i32,
}

#[pymethods]
impl Helpless {
    #[new]
    #[pyo3(signature = (number = 1))]
    fn new(number: i32) -> Helpless {
        Helpless { number }
    }
}

/// Nobody may make an object of which Rust does not know. PyPy makes one by `#[new]`, with what that gives.
fn without_help_contents_are_not_copied(py: Python<'_>) -> PyResult<()> {
    let helpless = Bound::new(py, Helpless { number: 5 })?;
    let copy = py.import("copy")?.getattr("copy")?.call1((&helpless,));
    if is_pypy(py) {
        assert!(copy?.getattr("number")?.eq(1)?);
    } else {
        raises::<PyTypeError, _, _>(py, copy);
        raises::<PyTypeError, _, _>(py, py.import("pickle")?.getattr("dumps")?.call1((&helpless, 2)));
    }
    script_with(py, &[], &[("helpless", helpless.as_any())], "assert helpless.number == 5");
    Ok(())
}

fn instances_shared_in_a_pickle(py: Python<'_>) -> PyResult<()> {
    let code = "
shared = Stateful(1)
first, second = pickle.loads(pickle.dumps([shared, shared], 2))
assert first is second and first.number == 1
";
    importable(py, &[py.get_type::<Stateful>()], code)
}
