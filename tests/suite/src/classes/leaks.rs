//! Nothing is kept: the counts of types, arguments and results are as before, a thousand instances later.
//!
//! CPython counts exactly. Elsewhere the number of drops has to tell.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyTzInfo, PyComplex, PyDict, PyFloat, PyFrozenSet, PyList, PySet, PyType,
};

use super::helpers::{Mark, Tally, collect, references, script_with};
use crate::check::{after_collection, eval, is_cpython, is_pypy, is_watched};

tests![
    instances_give_no_more_than_they_have_taken,
    instances_give_their_type_back,
    instances_of_python_subclasses_give_both_types_back,
    instances_of_derived_classes_give_their_type_back,
    instances_in_cycles_give_their_type_back,
    failing_constructors_keep_nothing,
    refused_arguments_keep_nothing,
    methods_keep_neither_object_nor_arguments,
    properties_and_fields_keep_nothing,
    operators_keep_nothing,
    iterators_keep_nothing,
    borrow_conflicts_keep_nothing,
    python_subclasses_can_be_collected,
    a_thousand_of_each,
    instances_over_native_bases_give_their_type_back,
];

/// How many instances: fewer where each call is looked at, which needs no more to tell.
fn many() -> usize {
    if is_watched() { 50 } else { 1000 }
}

#[pyclass(subclass, dict, weakref)]
struct Plain {
    #[pyo3(get, set)]
    object: Option<Py<PyAny>>,
    _mark: Mark,
}

#[pymethods]
impl Plain {
    #[new]
    #[pyo3(signature = (tally, fails = false))]
    fn new(tally: &Bound<'_, Tally>, fails: bool) -> PyResult<Plain> {
        if fails {
            return Err(PyValueError::new_err("as wished"));
        }
        Ok(Plain { object: None, _mark: Mark::new(tally) })
    }

    fn same<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn shared(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (a, *args, b = None, **kwargs))]
    fn take(
        &self,
        a: Py<PyAny>,
        args: Bound<'_, PyAny>,
        b: Option<&Bound<'_, PyAny>>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> (Py<PyAny>, Option<usize>) {
        let _ = (args, b);
        (a, kwargs.map(PyDictMethods::len))
    }

    fn change(&mut self, object: &Bound<'_, PyAny>) -> PyResult<bool> {
        object.call0()?.is_truthy()
    }

    #[getter]
    fn property<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyType> {
        slf.get_type()
    }

    #[setter]
    fn set_property(&mut self, _object: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyValueError::new_err("as wished"))
    }

    fn __add__<'py>(&self, other: Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        other
    }

    fn __iadd__(&mut self, _other: i32) {}

    fn __eq__(&self, other: &Plain) -> bool {
        core::ptr::eq(self, other)
    }

    fn __getitem__<'py>(&self, key: Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        key
    }

    fn __setitem__(&self, _key: &Bound<'_, PyAny>, _object: &Bound<'_, PyAny>) {}

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> bool {
        key.is_none()
    }

    fn __call__(slf: PyRef<'_, Self>, object: Py<PyAny>) -> (PyRef<'_, Self>, Py<PyAny>) {
        (slf, object)
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }
}

#[pyclass(extends = Plain)]
struct Derived;

#[pymethods]
impl Derived {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> PyResult<PyClassInitializer<Derived>> {
        Ok(PyClassInitializer::from(Plain::new(tally, false)?).add_subclass(Derived))
    }
}

#[pyclass(extends = PyDict, subclass)]
struct OverDict {
    _mark: Mark,
}

#[pymethods]
impl OverDict {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> OverDict {
        OverDict { _mark: Mark::new(tally) }
    }

    fn __init__(&self, _tally: &Bound<'_, PyAny>) {}
}

/// Runs the code a thousand times over, and asserts that counts are as before: of what it calls `counted`.
#[track_caller]
fn unchanged(py: Python<'_>, setup: &str, code: &str) {
    let tally = Bound::new(py, Tally::default()).unwrap();
    let classes = [py.get_type::<Plain>(), py.get_type::<Derived>(), py.get_type::<OverDict>()];
    let indented = code.trim().replace('\n', "\n        ");
    let whole = format!(
        "
{setup}

def repeat(times):
    for _ in range(times):
        {indented}
"
    );
    let variables = script_with(py, &classes, &[("tally", tally.as_any())], &whole);
    let get = |name| variables.as_any().get_item(name).unwrap();
    let repeat = get("repeat");
    let counts = || {
        let counted: Vec<Bound<'_, PyAny>> = get("counted").extract().unwrap();
        counted.iter().map(references).collect::<Vec<_>>()
    };
    // Caches of the interpreter are filled first.
    repeat.call1((10,)).unwrap_or_else(|error| panic!("{error}"));
    collect(py);
    let before = if is_cpython(py) { counts() } else { Vec::new() };
    repeat.call1((many(),)).unwrap();
    if is_cpython(py) {
        collect(py);
        for (before, after) in before.iter().zip(counts()) {
            assert!(before.abs_diff(after) < 10, "{before} references, then {after}");
        }
    }
    // What the variables hold is still alive.
    drop(repeat);
    variables.clear();
    collect(py);
    after_collection(py, || tally.get().made() == tally.get().dropped());
}

fn instances_give_their_type_back(py: Python<'_>) -> PyResult<()> {
    unchanged(py, "counted = [Plain, tally]", "Plain(tally)");
    // Made in Rust.
    let tally = Bound::new(py, Tally::default())?;
    let class = py.get_type::<Plain>();
    let make = || drop(Bound::new(py, Plain::new(&tally, false).unwrap()).unwrap());
    make();
    let before = is_cpython(py).then(|| references(class.as_any()));
    (0..many()).for_each(|_| make());
    if let Some(before) = before {
        assert_eq!(references(class.as_any()), before);
    }
    after_collection(py, || tally.get().dropped() == many() + 1);
    Ok(())
}

/// Their types lose one reference each; on 3.7 it is not the same destructor that gives it back.
fn instances_of_python_subclasses_give_both_types_back(py: Python<'_>) {
    let setup = "
class Sub(Plain):
    pass

class Slots(Plain):
    __slots__ = ('slot',)

class Deep(Sub):
    def __del__(self):
        pass

counted = [Plain, Sub, Slots, Deep, tally]
";
    unchanged(py, setup, "Sub(tally)\nSlots(tally).slot = Sub\nDeep(tally).attribute = 5");
}

fn instances_of_derived_classes_give_their_type_back(py: Python<'_>) {
    unchanged(py, "counted = [Plain, Derived, tally]", "Derived(tally)\nDerived(tally).attribute = 5");
}

fn instances_over_native_bases_give_their_type_back(py: Python<'_>) {
    let setup = "
class Sub(OverDict):
    pass

item = object()
counted = [OverDict, Sub, dict, tally, item]
";
    unchanged(py, setup, "OverDict(tally)[item] = item\nSub(tally)[item] = item");
}

fn instances_in_cycles_give_their_type_back(py: Python<'_>) {
    if is_cpython(py) {
        let setup = "
class Sub(Plain):
    pass

counted = [Plain, Sub, tally]
";
        let code = "
cycle = Plain(tally)
cycle.attribute = cycle
sub = Sub(tally)
sub.attribute = [sub]
";
        unchanged(py, setup, code);
    }
}

fn failing_constructors_keep_nothing(py: Python<'_>) {
    let setup = "
class Sub(Plain):
    pass

argument = object()
counted = [Plain, Sub, tally, argument]
";
    let code = "
for kind in Plain, Sub:
    raises(ValueError, kind, tally, True)
    raises(TypeError, kind, argument)
    raises(TypeError, kind, tally, argument)
    raises(TypeError, kind, tally, unknown=argument)
";
    unchanged(py, setup, code);
}

fn refused_arguments_keep_nothing(py: Python<'_>) {
    let setup = "plain, argument = Plain(tally), object()\ncounted = [plain, argument, Plain]";
    let code = "
raises(TypeError, plain.take)
raises(TypeError, plain.same, argument)
raises(TypeError, plain.shared, x=argument)
raises(TypeError, Plain.same, argument)
raises(TypeError, Plain.take, argument, argument)
";
    unchanged(py, setup, code);
}

fn methods_keep_neither_object_nor_arguments(py: Python<'_>) {
    let setup = "plain, argument = Plain(tally), object()\ncounted = [plain, argument, Plain]";
    let code = "
plain.same().shared().same()
assert plain.take(argument, argument, b=argument, c=argument) == (argument, 1)
plain.take(a=argument)
assert plain(argument) == (plain, argument)
";
    unchanged(py, setup, code);
}

fn properties_and_fields_keep_nothing(py: Python<'_>) {
    let setup = "plain, argument = Plain(tally), object()\ncounted = [plain, argument, Plain]";
    let code = "
assert plain.property is Plain
raises(ValueError, setattr, plain, 'property', argument)
plain.object = argument
assert plain.object is argument
plain.object = None
plain.attribute = argument
del plain.attribute
raises(AttributeError, getattr, plain, 'missing')
";
    unchanged(py, setup, code);
}

fn operators_keep_nothing(py: Python<'_>) {
    let setup = "plain, argument = Plain(tally), object()\ncounted = [plain, argument, Plain]";
    let code = "
assert plain + argument is argument and plain[argument] is argument
plain[argument] = argument
assert argument not in plain and plain == plain and plain != argument
raises(TypeError, plain.__contains__, 1, 2)
same = plain
same += 5
raises(TypeError, lambda: argument + plain)
";
    unchanged(py, setup, code);
}

fn iterators_keep_nothing(py: Python<'_>) {
    let setup = "plain = Plain(tally)\ncounted = [plain, Plain]";
    unchanged(py, setup, "assert next(iter(plain)) is plain\nfor item in plain:\n    break");
}

fn borrow_conflicts_keep_nothing(py: Python<'_>) {
    let setup = "plain, argument = Plain(tally), object()\ncounted = [plain, argument, Plain]";
    let code = "
raises(RuntimeError, plain.change, lambda: plain.take(argument))
raises(RuntimeError, plain.change, lambda: plain.change(argument))
raises(RuntimeError, plain.change, lambda: setattr(plain, 'object', argument))
raises(RuntimeError, plain.change, lambda: plain.object)
";
    unchanged(py, setup, code);
}

/// The types themselves, with what they hold. Without the GIL CPython 3.13 keeps them for ever.
fn python_subclasses_can_be_collected(py: Python<'_>) {
    if is_cpython(py) && !py.runtime().free_threaded {
        let code = "
import gc, weakref
gone = []
for base in Plain, OverDict:
    class Sub(base):
        pass
    instance = Sub(tally)
    gone.append(weakref.ref(Sub))
    Sub.instance = instance
del Sub, instance, base
gc.collect()
gc.collect()
assert [reference() for reference in gone] == [None, None], gone
assert tally.made == tally.dropped == 2
";
        let tally = Bound::new(py, Tally::default()).unwrap();
        let classes = [py.get_type::<Plain>(), py.get_type::<OverDict>()];
        script_with(py, &classes, &[("tally", tally.as_any())], code);
    }
}

fn a_thousand_of_each(py: Python<'_>) {
    let tally = Bound::new(py, Tally::default()).unwrap();
    let none = eval(py, "None");
    let code = "
class Sub(Plain):
    pass

class SubDict(OverDict):
    pass

kept = [kind(tally) for kind in (Plain, Sub, Derived, OverDict, SubDict) for _ in range(1000)]
assert tally.made == 5000 and tally.dropped == 0
";
    let classes = [py.get_type::<Plain>(), py.get_type::<Derived>(), py.get_type::<OverDict>()];
    script_with(py, &classes, &[("tally", tally.as_any()), ("none", &none)], code).clear();
    after_collection(py, || tally.get().dropped() == 5000);
    collect(py);
    assert_eq!(tally.get().dropped(), 5000);
}

static OVER_DROPPED: AtomicUsize = AtomicUsize::new(0);

macro_rules! over_bases {
    ($($class:ident: $base:ident),* $(,)?) => {
        $(
            #[pyclass(extends = $base)]
            struct $class;

            impl Drop for $class {
                fn drop(&mut self) {
                    OVER_DROPPED.fetch_add(1, Ordering::SeqCst);
                }
            }
        )*

        /// Classes over built-in ones, and how their instances are made.
        fn classes_over_bases<'py>(
            py: Python<'py>,
        ) -> Vec<(Bound<'py, PyType>, fn(Python<'py>) -> Bound<'py, PyAny>)> {
            vec![$(
                (py.get_type::<$class>(), |py| Bound::new(py, $class).unwrap().into_any())
            ),*]
        }
    };
}
over_bases! {
    OverAny: PyAny, OverError: PyException, OverMapping: PyDict, OverList: PyList, OverSet: PySet,
    OverFrozenSet: PyFrozenSet, OverFloat: PyFloat, OverComplex: PyComplex, OverZone: PyTzInfo,
}

/// PyPy ends the process when a type has been given back too often. Since 7.3.19 its own allocation keeps a type once too
/// often instead, for C's classes as well.
fn instances_give_no_more_than_they_have_taken(py: Python<'_>) {
    for (class, make) in classes_over_bases(py) {
        let before = (OVER_DROPPED.load(Ordering::SeqCst), count(py, &class));
        for _ in 0..many() {
            make(py);
        }
        after_collection(py, || OVER_DROPPED.load(Ordering::SeqCst) == before.0 + many());
        let kept = count(py, &class) - before.1;
        assert!(kept == 0 || (is_pypy(py) && kept > 0), "{class}: {kept}");
    }
}

/// How many references to a type there are, where it is their plain number that comes first in every object.
fn count(py: Python<'_>, class: &Bound<'_, PyType>) -> isize {
    let counts = !py.runtime().free_threaded && (is_cpython(py) || is_pypy(py));
    // SAFETY: the first word of a live object.
    if counts { unsafe { class.as_ptr().cast::<isize>().read() } } else { 0 }
}
