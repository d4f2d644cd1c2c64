//! `extends =` exceptions that have fields of their own in C, which PyO3 0.30 lets a class extend and then crashes with
//! on CPython: their destructors untrack the object without asking whether it is tracked. On GraalPy some of them end
//! the process when an instance is made natively, so that such a class is refused when it is made.

use pyo3::PyClass;
use pyo3::exceptions::{
    PyAttributeError, PyImportError, PyKeyError, PyNameError, PyOSError, PyStopIteration, PySyntaxError, PySystemExit,
    PyTypeError, PyUnicodeDecodeError,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::helpers::{Mark, Tally, collect, script_with};
use crate::check::{after_collection, is_graalpy, raises};

tests![
    errors_of_the_system,
    attribute_errors,
    import_errors,
    stop_iteration,
    syntax_errors,
    system_exit,
    unicode_errors,
    key_errors,
    refused_where_the_interpreter_cannot,
    name_errors,
];

/// A class over each base: `$name` holds a mark and a number.
macro_rules! exception {
    ($name:ident, $base:ident) => {
        #[pyclass(extends = $base, subclass)]
        struct $name {
            #[pyo3(get, set)]
            number: i32,
            _mark: Mark,
        }

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (tally, *_args, **_kwargs))]
            fn new(tally: &Bound<'_, Tally>, _args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> $name {
                $name { number: 5, _mark: Mark::new(tally) }
            }

            /// Passes on all but the first.
            #[pyo3(signature = (_tally, *args, **kwargs))]
            fn __init__(
                slf: &Bound<'_, Self>,
                _tally: &Bound<'_, PyAny>,
                args: &Bound<'_, PyTuple>,
                kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<()> {
                let py = slf.py();
                let all: Vec<_> = core::iter::once(slf.clone().into_any()).chain(args.iter()).collect();
                let init = py.get_type::<$base>().getattr("__init__")?;
                init.call(PyTuple::new(py, all)?, kwargs).map(drop)
            }
        }
    };
}

exception!(Disk, PyOSError);
exception!(Name, PyNameError);
exception!(Attribute, PyAttributeError);
exception!(Import, PyImportError);
exception!(Stop, PyStopIteration);
exception!(Syntax, PySyntaxError);
exception!(Exit, PySystemExit);
exception!(Unicode, PyUnicodeDecodeError);
exception!(Key, PyKeyError);

/// The bases that GraalPy ends the process for.
fn refused<T: PyClass>(py: Python<'_>, base: &str) -> PyResult<()> {
    let module = PyModule::new(py, "refused")?;
    if is_graalpy(py) {
        for _ in 0..2 {
            let text = raises::<PyTypeError, _, _>(py, module.add_class::<T>());
            for part in [<T as PyClass>::NAME, base, "GraalPy"] {
                assert!(text.contains(part), "{text:?} does not name {part}");
            }
        }
    } else {
        module.add_class::<T>()?;
    }
    Ok(())
}

/// Where it is not refused: makes, raises, catches and drops instances, and has the code look at one.
fn check<T: PyClass>(py: Python<'_>, base: &str, arguments: &str, code: &str) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = format!(
        "
class Sub(Class):
    pass

base = Class.__mro__[1]
assert base.__name__ == '{base}'

def run():
    for kind in [Class, Sub]:
        for _ in range(10):
            error = kind(tally, {arguments})
            assert error.number == 5 and isinstance(error, base)
            error.number = 6
            error.extra = 'kept'
            {code}
            try:
                raise error
            except base as caught:
                assert caught is error and caught.number == 6 and caught.extra == 'kept'

run()
"
    );
    let class = py.get_type::<T>().into_any();
    script_with(py, &[], &[("tally", tally.as_any()), ("Class", &class)], &code);
    assert_eq!(tally.get().made(), 20);
    // Each is in a cycle with its traceback.
    collect(py);
    if is_graalpy(py) && base == "NameError" {
        // Cycles of native exceptions go through its own tracebacks, which GraalPy does not look through.
        assert_eq!(tally.get().dropped(), 0);
        return Ok(());
    }
    after_collection(py, || tally.get().dropped() == 20);
    collect(py);
    assert_eq!(tally.get().dropped(), 20);
    Ok(())
}

fn unless_refused<T: PyClass>(py: Python<'_>, base: &str, arguments: &str, code: &str) -> PyResult<()> {
    refused::<T>(py, base)?;
    if is_graalpy(py) { Ok(()) } else { check::<T>(py, base, arguments, code) }
}

fn errors_of_the_system(py: Python<'_>) -> PyResult<()> {
    let code = "error.filename = '/tmp/x'; assert (error.filename, error.number) == ('/tmp/x', 6)";
    check::<Disk>(py, "OSError", "2, 'gone'", code)
}

fn name_errors(py: Python<'_>) -> PyResult<()> {
    check::<Name>(py, "NameError", "'a'", "assert str(error) == 'a'")
}

fn attribute_errors(py: Python<'_>) -> PyResult<()> {
    unless_refused::<Attribute>(py, "AttributeError", "'a'", "assert str(error) == 'a'")
}

fn import_errors(py: Python<'_>) -> PyResult<()> {
    let code = "assert (error.msg, error.name, error.path) == ('a', 'n', 'p')";
    unless_refused::<Import>(py, "ImportError", "'a', name='n', path='p'", code)
}

fn stop_iteration(py: Python<'_>) -> PyResult<()> {
    unless_refused::<Stop>(py, "StopIteration", "[1]", "assert error.value == [1]")
}

fn syntax_errors(py: Python<'_>) -> PyResult<()> {
    let code = "assert (error.msg, error.filename, error.lineno) == ('a', 'f', 3)";
    unless_refused::<Syntax>(py, "SyntaxError", "'a', ('f', 3, 1, 'text')", code)
}

fn system_exit(py: Python<'_>) -> PyResult<()> {
    unless_refused::<Exit>(py, "SystemExit", "[3]", "assert error.code == [3]")
}

fn unicode_errors(py: Python<'_>) -> PyResult<()> {
    let code = "assert (error.encoding, error.object, error.start, error.end) == ('utf-8', b'\\xff', 0, 1)";
    unless_refused::<Unicode>(py, "UnicodeDecodeError", "'utf-8', b'\\xff', 0, 1, 'why'", code)
}

/// GraalPy makes them, but cannot show them natively.
fn key_errors(py: Python<'_>) -> PyResult<()> {
    unless_refused::<Key>(py, "KeyError", "'a'", "assert str(error) == repr('a')")
}

/// Again, and through another class over a refused one: the error is the same each time.
fn refused_where_the_interpreter_cannot(py: Python<'_>) -> PyResult<()> {
    refused::<Attribute>(py, "AttributeError")?;
    refused::<Stop>(py, "StopIteration")?;
    if !is_graalpy(py) {
        assert!(py.get_type::<Attribute>().is_subclass_of::<PyAttributeError>()?);
    }
    Ok(())
}
