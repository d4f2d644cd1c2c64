//! Destructors run at most once, on CPython exactly once, when the last reference goes.

use std::sync::Mutex;
use std::thread;

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;

use super::helpers::{Mark, Tally, collect, script_with, unraisable};
use crate::check::{after_collection, is_cpython, is_graalpy, run};

tests![
    dropped_with_the_last_reference,
    dropped_at_once_on_cpython,
    dropped_once_however_it_was_made,
    dropped_when_new_fails,
    contents_of_all_levels_in_order,
    fields_are_given_back,
    dropped_by_another_thread,
    dropped_while_detached,
    dropped_with_a_module,
    destructors_that_call_python,
    destructors_that_panic,
    destructors_keep_the_exception,
    destructors_keep_an_exception_that_is_set,
    destructors_that_drop_objects,
    many_at_once,
    replaced_contents_are_dropped,
    dropped_when_the_interpreter_ends,
    contents_of_subclasses,
];

#[pyclass(subclass)]
struct Counted {
    _mark: Mark,
}

#[pymethods]
impl Counted {
    #[new]
    #[pyo3(signature = (tally, fails = false))]
    fn new(tally: &Bound<'_, Tally>, fails: bool) -> PyResult<Counted> {
        let counted = Counted { _mark: Mark::new(tally) };
        if fails { Err(PyValueError::new_err("after the contents were made")) } else { Ok(counted) }
    }
}

fn tally(py: Python<'_>) -> Bound<'_, Tally> {
    Bound::new(py, Tally::default()).unwrap()
}

fn counted<'py>(tally: &Bound<'py, Tally>) -> Bound<'py, Counted> {
    Bound::new(tally.py(), Counted { _mark: Mark::new(tally) }).unwrap()
}

/// All that were made are dropped, and none twice.
#[track_caller]
fn all_dropped(py: Python<'_>, tally: &Bound<'_, Tally>, number: usize) {
    assert_eq!(tally.get().made(), number);
    after_collection(py, || tally.get().dropped() == number);
    collect(py);
    assert_eq!(tally.get().dropped(), number);
}

fn dropped_with_the_last_reference(py: Python<'_>) {
    let tally = tally(py);
    let first = counted(&tally);
    let second = first.clone();
    let third = first.clone().unbind();
    drop(first);
    drop(third);
    collect(py);
    assert_eq!(tally.get().dropped(), 0);
    drop(second);
    all_dropped(py, &tally, 1);
}

fn dropped_at_once_on_cpython(py: Python<'_>) {
    if is_cpython(py) {
        let tally = tally(py);
        drop(counted(&tally));
        assert_eq!(tally.get().dropped(), 1);
        let code = "
object = Counted(tally)
assert tally.dropped == 1
del object
assert tally.dropped == 2
Counted(tally)
assert tally.dropped == 3
";
        script_with(py, &[py.get_type::<Counted>()], &[("tally", tally.as_any())], code);
    }
}

fn dropped_once_however_it_was_made(py: Python<'_>) -> PyResult<()> {
    let tally = tally(py);
    let make = || Counted { _mark: Mark::new(&tally) };
    drop(Py::new(py, make())?);
    drop(make().into_pyobject(py)?);
    drop(Bound::new(py, PyClassInitializer::from(make()))?);
    drop(PyClassInitializer::from(make()));
    drop(make());
    drop(vec![make(), make()].into_pyobject(py)?);
    drop(py.get_type::<Counted>().call1((&tally,))?);
    all_dropped(py, &tally, 8);
    Ok(())
}

fn dropped_when_new_fails(py: Python<'_>) {
    let tally = tally(py);
    let code = "
class Sub(Counted):
    def __init__(self, tally, fails=False):
        raise KeyError

for _ in range(5):
    raises(ValueError, Counted, tally, True)
    raises(ValueError, Sub, tally, True)
    raises(KeyError, Sub, tally)
";
    script_with(py, &[py.get_type::<Counted>()], &[("tally", tally.as_any())], code).clear();
    collect(py);
    all_dropped(py, &tally, 15);
}

/// Writes its name when it is dropped.
struct Told(&'static str, Py<Diary>);

#[pyclass(frozen)]
#[derive(Default)]
struct Diary(Mutex<Vec<&'static str>>);

impl Drop for Told {
    fn drop(&mut self) {
        self.1.get().0.lock().unwrap().push(self.0);
    }
}

#[pyclass(subclass)]
struct Base {
    _told: Told,
}

#[pyclass(extends = Base, subclass)]
struct Middle {
    _told: Told,
}

#[pyclass(extends = Middle)]
struct Leaf {
    _first: Told,
    _second: Told,
}

fn contents_of_all_levels_in_order(py: Python<'_>) -> PyResult<()> {
    let diary = Py::new(py, Diary::default())?;
    let told = |name| Told(name, diary.clone_ref(py));
    let contents = PyClassInitializer::from(Base { _told: told("base") })
        .add_subclass(Middle { _told: told("middle") })
        .add_subclass(Leaf { _first: told("leaf"), _second: told("second field of leaf") });
    drop(Bound::new(py, contents)?);
    let seen = || diary.get().0.lock().unwrap().clone();
    after_collection(py, || seen().len() == 4);
    assert_eq!(seen(), ["leaf", "second field of leaf", "middle", "base"]);
    Ok(())
}

fn contents_of_subclasses(py: Python<'_>) {
    let tally = tally(py);
    let code = "
class Sub(Counted):
    pass

class Deleted(Sub):
    def __del__(self):
        seen.append(type(self).__name__)

class Slots(Counted):
    __slots__ = ('a',)

seen = []
for kind in (Sub, Deleted, Slots) * 5:
    object = kind(tally)
    object.a = [object.__class__]
del object
";
    let variables = script_with(py, &[py.get_type::<Counted>()], &[("tally", tally.as_any())], code);
    let seen = variables.as_any().get_item("seen").unwrap();
    all_dropped(py, &tally, 15);
    // GraalPy calls no `__del__` of a class over a native one.
    let deleted = if is_graalpy(py) { 0 } else { 5 };
    assert_eq!(seen.extract::<Vec<String>>().unwrap(), vec!["Deleted"; deleted]);
}

#[pyclass]
struct Holder {
    _objects: Vec<Py<PyAny>>,
}

fn fields_are_given_back(py: Python<'_>) -> PyResult<()> {
    let tally = tally(py);
    let objects = (0..10).map(|_| counted(&tally).into_any().unbind()).collect();
    let holder = Bound::new(py, Holder { _objects: objects })?;
    collect(py);
    assert_eq!(tally.get().dropped(), 0);
    drop(holder);
    all_dropped(py, &tally, 10);
    Ok(())
}

fn dropped_by_another_thread(py: Python<'_>) {
    let tally = tally(py);
    let objects: Vec<_> = (0..10).map(|_| counted(&tally).unbind()).collect();
    py.detach(|| thread::spawn(|| Python::attach(|_| drop(objects))).join().unwrap());
    all_dropped(py, &tally, 10);
}

fn dropped_while_detached(py: Python<'_>) {
    let tally = tally(py);
    let objects: Vec<_> = (0..10).map(|_| counted(&tally).unbind()).collect();
    py.detach(|| drop(objects));
    all_dropped(py, &tally, 10);
}

fn dropped_with_a_module(py: Python<'_>) -> PyResult<()> {
    let tally = tally(py);
    let module = PyModule::new(py, "everypy_gone")?;
    module.add("object", counted(&tally))?;
    module.add("list", vec![counted(&tally), counted(&tally)])?;
    let modules = py.import("sys")?.getattr("modules")?;
    modules.set_item("everypy_gone", &module)?;
    drop(module);
    collect(py);
    assert_eq!(tally.get().dropped(), 0);
    modules.del_item("everypy_gone")?;
    collect(py);
    if py.runtime().free_threaded {
        // CPython 3.13 keeps modules for ever there.
        assert!(tally.get().dropped() <= 3);
    } else {
        all_dropped(py, &tally, 3);
    }
    Ok(())
}

/// Calls something when it is dropped.
#[pyclass]
struct Caller {
    function: Py<PyAny>,
}

#[pymethods]
impl Caller {
    #[new]
    fn new(function: Py<PyAny>) -> Caller {
        Caller { function }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        Python::attach(|py| {
            // What it raises is nobody's business here.
            drop(self.function.call0(py));
        });
    }
}

fn destructors_that_call_python(py: Python<'_>) {
    let code = "
seen = []
for number in range(5):
    caller = Caller(lambda number=number: seen.append(number))
failing = Caller(lambda: seen.append(1 // 0))
del caller, failing
";
    let variables = script_with(py, &[py.get_type::<Caller>()], &[], code);
    let seen = variables.as_any().get_item("seen").unwrap();
    after_collection(py, || seen.len().unwrap() == 5);
    let mut numbers: Vec<i32> = seen.extract().unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    assert!(!PyErr::occurred(py));
}

#[pyclass]
struct Panicking {
    _mark: Mark,
}

impl Drop for Panicking {
    fn drop(&mut self) {
        panic!("in a destructor");
    }
}

/// It cannot be raised, so it goes to `sys.unraisablehook`.
fn destructors_that_panic(py: Python<'_>) -> PyResult<()> {
    let tally = tally(py);
    let object = Bound::new(py, Panicking { _mark: Mark::new(&tally) })?;
    let seen = unraisable(py, || {
        drop(object);
        // The fields are dropped all the same.
        after_collection(py, || tally.get().dropped() == 1);
    });
    assert!(seen.contains("in a destructor"), "{seen}");
    assert!(!PyErr::occurred(py));
    Ok(())
}

/// An object dies while an exception is on its way: its destructor, which raises and catches another, changes nothing.
fn destructors_keep_the_exception(py: Python<'_>) {
    let code = "
def function():
    caller = Caller(lambda: int('x'))
    raise KeyError('mine')

for _ in range(5):
    assert raises(KeyError, function) == \"'mine'\"

def generator():
    caller = Caller(lambda: {}['missing'])
    yield 1

assert list(generator()) == [1]
assert [number for number in (Caller(lambda: 1 // 0) and 5,)] == [5]
";
    script_with(py, &[py.get_type::<Caller>()], &[], code);
    assert!(!PyErr::occurred(py));
}

/// The same where Rust code lets go of it.
fn destructors_keep_an_exception_that_is_set(py: Python<'_>) -> PyResult<()> {
    let code = "caller = Caller(lambda: int('x'))";
    let variables = script_with(py, &[py.get_type::<Caller>()], &[], code);
    let caller = variables.as_any().get_item("caller")?.unbind();
    variables.clear();
    PyKeyError::new_err("mine").restore(py);
    drop(caller);
    let error = PyErr::take(py).expect("it was set");
    assert!(error.is_instance_of::<PyKeyError>(py), "{error}");
    Ok(())
}

fn destructors_that_drop_objects(py: Python<'_>) -> PyResult<()> {
    let tally = tally(py);
    let mut chain = counted(&tally).into_any().unbind();
    for _ in 0..20 {
        chain =
            Bound::new(py, Holder { _objects: vec![chain, counted(&tally).into_any().unbind()] })?.into_any().unbind();
    }
    drop(chain);
    all_dropped(py, &tally, 21);
    Ok(())
}

fn many_at_once(py: Python<'_>) {
    let tally = tally(py);
    let objects: Vec<_> = (0..5000).map(|_| counted(&tally)).collect();
    assert_eq!(tally.get().dropped(), 0);
    drop(objects);
    all_dropped(py, &tally, 5000);
}

fn replaced_contents_are_dropped(py: Python<'_>) {
    let tally = tally(py);
    let object = counted(&tally);
    *object.borrow_mut() = Counted { _mark: Mark::new(&tally) };
    assert_eq!((tally.get().made(), tally.get().dropped()), (2, 1));
    drop(object);
    all_dropped(py, &tally, 2);
}

/// Says so on stdout when it is dropped; the name is all that it needs.
#[pyclass(subclass)]
struct Last {
    name: String,
}

#[pymethods]
impl Last {
    #[new]
    fn new(name: String) -> Last {
        Last { name }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        println!("dropped {}", self.name);
    }
}

/// What the program below imports.
#[pymodule]
fn everypy_suite_last(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Last>()?;
    m.add("of_the_module", Bound::new(m.py(), Last { name: "module".to_owned() })?)
}

/// In an interpreter of its own: at its end CPython drops what the main module and modules hold, and cycles; others
/// promise nothing, but no object is dropped twice and the program ends well.
fn dropped_when_the_interpreter_ends(py: Python<'_>) -> PyResult<()> {
    let program = "
import importlib.machinery, importlib.util, sys
path = sys.argv[1]
loader = importlib.machinery.ExtensionFileLoader('everypy_suite_last', path)
spec = importlib.util.spec_from_file_location('everypy_suite_last', path, loader=loader)
module = importlib.util.module_from_spec(spec)
sys.modules['everypy_suite_last'] = module
loader.exec_module(module)

class Sub(module.Last):
    pass

of_main = module.Last('main')
of_subclass = Sub('subclass')
of_subclass.attribute = [1]
cycle = Sub('cycle')
cycle.itself = cycle
before = module.Last('before')
del before
print('end', flush=True)
";
    let code = "
import subprocess, sys
path = __import__('everypy_suite').__file__
done = subprocess.run([sys.executable, '-c', program, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
assert done.returncode == 0, (done.returncode, done.stderr)
lines = done.stdout.decode().split('\\n')
assert 'end' in lines
dropped = sorted(line for line in lines if line.startswith('dropped '))
";
    let program = program.into_pyobject(py).unwrap();
    let variables = run(py, &[("program", program.as_any())], code)?;
    let dropped: Vec<String> = variables.as_any().get_item("dropped")?.extract()?;
    let all = ["dropped before", "dropped cycle", "dropped main", "dropped module", "dropped subclass"];
    if is_cpython(py) {
        assert_eq!(dropped, all);
    } else {
        let mut once = dropped.clone();
        once.dedup();
        assert_eq!(once, dropped);
        assert!(dropped.iter().all(|line| all.contains(&line.as_str())), "{dropped:?}");
    }
    Ok(())
}
