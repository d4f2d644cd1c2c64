//! Options of `#[pyclass]` that no other file is about: `freelist`, `generic`, `immutable_type`, `new`, `crate`; and
//! `__init__`.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::helpers::{Mark, Tally, collect, script, script_with, since};
use crate::check::{after_collection, is_cpython};

tests![
    recycled_instances,
    recycled_instances_are_dropped,
    generic_classes,
    types_that_cannot_be_changed,
    types_that_can_be_changed,
    made_from_fields,
    options_outside_of_the_parentheses,
    crate_named_by_path,
    init_is_called,
    init_that_fails,
    init_of_subclasses,
    init_called_again,
];

#[pyclass(freelist = 4, subclass)]
struct Recycled {
    #[pyo3(get)]
    number: i32,
    mark: Mark,
}

#[pymethods]
impl Recycled {
    #[new]
    fn new(tally: &Bound<'_, Tally>, number: i32) -> Recycled {
        Recycled { number, mark: Mark::new(tally) }
    }

    fn replace(&mut self, tally: &Bound<'_, Tally>) {
        self.mark = Mark::new(tally);
    }
}

fn recycled_instances(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
class Sub(Recycled):
    pass

for round in range(5):
    many = [kind(tally, number) for number in range(10) for kind in (Recycled, Sub)]
    for place, each in enumerate(many):
        assert each.number == place // 2 and type(each) is (Recycled, Sub)[place % 2]
        each.replace(tally)
    many[1].attribute = round
    assert len({id(each) for each in many}) == 20
    del many, each
";
    script_with(py, &[py.get_type::<Recycled>()], &[("tally", tally.as_any())], code).clear();
    after_collection(py, || tally.get().dropped() == 200);
    assert_eq!(tally.get().made(), 200);
    Ok(())
}

/// The memory is kept, the contents are not.
fn recycled_instances_are_dropped(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    for _ in 0..10 {
        drop(Bound::new(py, Recycled::new(&tally, 1))?);
    }
    after_collection(py, || tally.get().dropped() == 10);
    collect(py);
    assert_eq!((tally.get().made(), tally.get().dropped()), (10, 10));
    Ok(())
}

#[pyclass(generic, subclass)]
struct Box_ {
    #[pyo3(get)]
    item: Py<PyAny>,
}

#[pymethods]
impl Box_ {
    #[new]
    fn new(item: Py<PyAny>) -> Box_ {
        Box_ { item }
    }
}

/// `Class[int]` came with 3.9. Before, there is a substitute that may be the class itself.
fn generic_classes(py: Python<'_>) {
    let code = if since(py, 3, 9) {
        "
alias = Box_[int]
assert alias.__origin__ is Box_ and alias.__args__ == (int,) and alias(5).item == 5
assert Box_[int, str].__args__ == (int, str)

class Sub(Box_[int]):
    pass

assert Sub.__mro__ == (Sub, Box_, object) and Sub(6).item == 6
"
    } else {
        "assert Box_[int](5).item == 5"
    };
    script(py, &[py.get_type::<Box_>()], code);
}

#[pyclass(immutable_type)]
struct Immutable;

#[pyclass]
struct Mutable;

/// CPython since 3.10; elsewhere the interpreter has no such thing.
fn types_that_cannot_be_changed(py: Python<'_>) {
    if is_cpython(py) && since(py, 3, 10) {
        let code = "
raises(TypeError, setattr, Immutable, 'attribute', 5)
assert not hasattr(Immutable, 'attribute')
";
        script(py, &[py.get_type::<Immutable>()], code);
    } else {
        script(py, &[py.get_type::<Immutable>()], "assert isinstance(Immutable, type)");
    }
}

fn types_that_can_be_changed(py: Python<'_>) -> PyResult<()> {
    let mutable = Bound::new(py, Mutable)?;
    let code = "
Mutable.attribute = 5
Mutable.method = lambda self: self
assert mutable.attribute == 5 and mutable.method() is mutable
Mutable.__len__ = lambda self: 9
assert len(mutable) == 9
del Mutable.attribute, Mutable.method, Mutable.__len__
assert not hasattr(mutable, 'attribute')
raises(TypeError, len, mutable)
";
    script_with(py, &[py.get_type::<Mutable>()], &[("mutable", mutable.as_any())], code);
    Ok(())
}

#[pyclass(new = "from_fields", get_all)]
struct FromFields {
    first: i32,
    second: Option<String>,
    third: Vec<i32>,
}

fn made_from_fields(py: Python<'_>) {
    let code = "
made = FromFields(1, 'a', [2])
assert (made.first, made.second, made.third) == (1, 'a', [2])
made = FromFields(third=[], second=None, first=3)
assert (made.first, made.second, made.third) == (3, None, [])
raises(TypeError, FromFields, 1)
raises(TypeError, FromFields, 1, 'a', 5)
raises(TypeError, FromFields, 1, 'a', [], fourth=5)
";
    script(py, &[py.get_type::<FromFields>()], code);
}

#[pyclass]
#[pyo3(name = "Spelled", module = "everypy.options", frozen)]
#[pyo3(get_all)]
struct Apart {
    number: i32,
}

fn options_outside_of_the_parentheses(py: Python<'_>) -> PyResult<()> {
    let apart = Bound::new(py, Apart { number: 5 })?;
    assert_eq!(apart.get().number, 5);
    let code = "
assert apart.number == 5 and type(apart).__name__ == 'Spelled' and type(apart).__module__ == 'everypy.options'
";
    script_with(py, &[], &[("apart", apart.as_any())], code);
    Ok(())
}

mod elsewhere {
    pub(super) use pyo3 as renamed;
}

#[pyclass(crate = "elsewhere::renamed")]
struct ByPath;

#[pymethods(crate = "elsewhere::renamed")]
impl ByPath {
    #[new]
    fn new() -> ByPath {
        ByPath
    }

    fn five(&self) -> i32 {
        5
    }
}

fn crate_named_by_path(py: Python<'_>) {
    script(py, &[py.get_type::<ByPath>()], "assert ByPath().five() == 5");
}

#[pyclass(subclass)]
#[derive(Default)]
struct Initialised {
    #[pyo3(get)]
    calls: Vec<String>,
}

#[pymethods]
impl Initialised {
    #[new]
    #[pyo3(signature = (*args, **kwargs))]
    fn new(args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> Initialised {
        let kwargs = kwargs.map_or_else(String::new, ToString::to_string);
        Initialised { calls: vec![format!("new {args}{kwargs}")] }
    }

    #[pyo3(signature = (a, *, b = 2))]
    fn __init__(&mut self, a: i32, b: i32) -> PyResult<()> {
        if a < 0 {
            return Err(PyValueError::new_err("negative"));
        }
        self.calls.push(format!("init {a} {b}"));
        Ok(())
    }
}

fn initialised(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Initialised>()], code);
}

/// With the arguments that `#[new]` got before.
fn init_is_called(py: Python<'_>) {
    let code = "
assert Initialised(1).calls == ['new (1,)', 'init 1 2']
assert Initialised(1, b=3).calls == [\"new (1,){'b': 3}\", 'init 1 3']
assert Initialised.__new__(Initialised, 'x').calls == [\"new ('x',)\"]
";
    initialised(py, code);
}

fn init_that_fails(py: Python<'_>) {
    let code = "
assert raises(ValueError, Initialised, -1) == 'negative'
text = raises(TypeError, Initialised)
assert \"Initialised.__init__() missing 1 required positional argument: 'a'\" in text, text
raises(TypeError, Initialised, 1, 2)
raises(TypeError, Initialised, 'a')
";
    initialised(py, code);
}

fn init_of_subclasses(py: Python<'_>) {
    let code = "
class Sub(Initialised):
    def __init__(self, text):
        super().__init__(len(text), b=7)

class Without(Initialised):
    def __init__(self):
        pass

assert Sub('abc').calls == [\"new ('abc',)\", 'init 3 7']
assert Without().calls == ['new ()']
";
    initialised(py, code);
}

fn init_called_again(py: Python<'_>) -> PyResult<()> {
    let code = "
object = Initialised(1)
assert object.__init__(5) is None
Initialised.__init__(object, 6, b=7)
assert object.calls == ['new (1,)', 'init 1 2', 'init 5 2', 'init 6 7']
raises(TypeError, Initialised.__init__, 5, 6)
";
    initialised(py, code);
    crate::check::raises::<PyTypeError, _, _>(py, py.get_type::<Initialised>().call0());
    Ok(())
}
