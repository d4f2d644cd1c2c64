//! What tests have in common.

use std::ffi::CString;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use pyo3::{Capability, Implementation, PyTypeInfo};

/// Runs Python code in which `names` stand for objects, and returns its variables.
pub(crate) fn run<'py>(
    py: Python<'py>,
    names: &[(&str, &Bound<'py, PyAny>)],
    code: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let globals = PyDict::new(py);
    globals.set_item("__builtins__", py.import("builtins")?)?;
    for (name, object) in names {
        globals.set_item(*name, *object)?;
    }
    py.run(&CString::new(code).expect("code without NUL"), Some(&globals), None)?;
    Ok(globals)
}

/// The value of a Python expression.
#[track_caller]
pub(crate) fn eval<'py>(py: Python<'py>, expression: &str) -> Bound<'py, PyAny> {
    try_eval(py, expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

/// The value of a Python expression, or what it raises.
pub(crate) fn try_eval<'py>(py: Python<'py>, expression: &str) -> PyResult<Bound<'py, PyAny>> {
    let globals = PyDict::new(py);
    globals.set_item("__builtins__", py.import("builtins")?)?;
    py.eval(&CString::new(expression).expect("code without NUL"), Some(&globals), None)
}

/// What a piece of Python code defines as `name`.
#[track_caller]
pub(crate) fn define<'py>(py: Python<'py>, name: &str, code: &str) -> Bound<'py, PyAny> {
    try_define(py, name, code).unwrap_or_else(|error| panic!("{code}: {error}"))
}

/// What a piece of Python code defines as `name`, or what that raises.
pub(crate) fn try_define<'py>(
    py: Python<'py>,
    name: &str,
    code: &str,
) -> PyResult<Bound<'py, PyAny>> {
    run(py, &[], code)?.as_any().get_item(name)
}

/// Asserts that it fails with the very class `T`, and returns the text of the exception.
#[track_caller]
pub(crate) fn raises<T: PyTypeInfo, V, E: Into<PyErr>>(
    py: Python<'_>,
    result: Result<V, E>,
) -> String {
    let class = py.get_type::<T>();
    raises_class(&class, result.map_err(Into::into))
}

/// Asserts that it fails with the very class, and returns the text of the exception.
#[track_caller]
pub(crate) fn raises_class<V>(class: &Bound<'_, PyType>, result: PyResult<V>) -> String {
    let py = class.py();
    let Err(error) = result else { panic!("no exception instead of {class}") };
    assert!(error.get_type(py).is(class), "{error} instead of {class}");
    // Some of GraalPy's own exceptions have no text but an internal error.
    error
        .value(py)
        .as_any()
        .str()
        .map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned())
}

/// Asserts that it fails with the class of exception that Python code of the same purpose fails with.
#[track_caller]
pub(crate) fn raises_like<V, E: Into<PyErr>>(
    py: Python<'_>,
    result: Result<V, E>,
    names: &[(&str, &Bound<'_, PyAny>)],
    code: &str,
) {
    let names: Vec<_> =
        names.iter().map(|(name, object)| (*name, object.as_unbound().bind(py))).collect();
    let Err(pythons) = run(py, &names, code) else { panic!("{code} raises nothing") };
    raises_class(&pythons.get_type(py), result.map_err(Into::into));
}

/// Asserts that `condition` becomes true when what is unreachable is collected: at once where objects die with their
/// last reference, else within a few collections.
#[track_caller]
pub(crate) fn after_collection(py: Python<'_>, condition: impl Fn() -> bool) {
    // Without the GIL an object dies in the thread that made it, when that runs Python code or collects.
    if !py.supports(Capability::PromptDestruction) || py.runtime().free_threaded {
        // Destructors run between the instructions of Python code: PyPy 7.3.11 has no other place for them.
        let code = "
import gc

def collect():
    gc.collect()
    for _ in range(1000):
        pass
";
        let collect = define(py, "collect", code);
        for _ in 0..50 {
            if condition() {
                return;
            }
            collect.call0().expect("a collection raises nothing");
            // GraalPy's collector tells of what it has found in a thread of its own.
            py.detach(|| std::thread::sleep(Duration::from_millis(10)));
        }
    }
    assert!(condition(), "still alive");
}

/// An object, and a function that tells whether it is dead.
pub(crate) fn mortal(py: Python<'_>) -> (Bound<'_, PyAny>, impl Fn() -> bool) {
    let code = "
import weakref

class Mortal:
    pass

def make():
    object = Mortal()
    return object, weakref.ref(object)
";
    let pair = define(py, "make", code).call0().expect("it can be made");
    let (object, reference): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract().expect("a pair");
    (object, move || reference.call0().expect("a weak reference can be called").is_none())
}

/// Whether this is CPython.
pub(crate) fn is_cpython(py: Python<'_>) -> bool {
    py.runtime().implementation == Implementation::CPython
}

/// Whether this is PyPy.
pub(crate) fn is_pypy(py: Python<'_>) -> bool {
    py.runtime().implementation == Implementation::PyPy
}

/// Whether an instrument looks at each call.
pub(crate) fn is_watched() -> bool {
    std::env::var_os("EVERYPY_SHIM").is_some_and(|value| !value.is_empty())
}

/// Whether this is GraalPy.
pub(crate) fn is_graalpy(py: Python<'_>) -> bool {
    py.runtime().implementation == Implementation::GraalPy
}
