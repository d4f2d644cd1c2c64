//! The classes of exceptions.

use pyo3::PyTypeInfo;
use pyo3::exceptions as exc;
use pyo3::panic::PanicException;
use pyo3::prelude::*;

use crate::check::{eval, run};

tests![every_class, aliases, the_hierarchy, caught_in_python, caught_in_rust, panics_are_no_errors];

/// Runs a macro for every class.
macro_rules! every_class {
    ($run:ident, $py:expr) => {
        $run!($py;
            PyBaseException PyException PyStopIteration PyStopAsyncIteration PyGeneratorExit PyKeyboardInterrupt
            PySystemExit PyArithmeticError PyFloatingPointError PyOverflowError PyZeroDivisionError PyLookupError
            PyIndexError PyKeyError PyAttributeError PyNameError PyUnboundLocalError PyImportError
            PyModuleNotFoundError PySyntaxError PyTypeError PyValueError PyUnicodeError PyUnicodeDecodeError
            PyUnicodeEncodeError PyUnicodeTranslateError PyAssertionError PyBufferError PyEOFError PyMemoryError
            PyReferenceError PyRuntimeError PyNotImplementedError PyRecursionError PySystemError PyOSError
            PyBlockingIOError PyChildProcessError PyConnectionError PyBrokenPipeError PyConnectionAbortedError
            PyConnectionRefusedError PyConnectionResetError PyFileExistsError PyFileNotFoundError PyInterruptedError
            PyIsADirectoryError PyNotADirectoryError PyPermissionError PyProcessLookupError PyTimeoutError PyWarning
            PyUserWarning PyDeprecationWarning PyPendingDeprecationWarning PySyntaxWarning PyRuntimeWarning
            PyFutureWarning PyImportWarning PyUnicodeWarning PyBytesWarning PyResourceWarning
        );
    };
}

fn every_class(py: Python<'_>) -> PyResult<()> {
    macro_rules! check {
        ($py:expr; $($class:ident)*) => {
            $(
                let name = stringify!($class).strip_prefix("Py").unwrap();
                assert_eq!(exc::$class::NAME, name);
                let class = py.get_type::<exc::$class>();
                assert!(class.is(eval(py, name)), "{name}");
                // The fields of these three are arguments that a text does not stand for.
                let five_arguments = matches!(name, "UnicodeDecodeError" | "UnicodeEncodeError" | "UnicodeTranslateError");
                let error = exc::$class::new_err("what");
                assert!(five_arguments || error.get_type(py).is(&class), "{name}: {error}");
                assert!(five_arguments || error.value(py).cast::<exc::$class>().is_ok());
                assert!(!class.is_instance_of::<exc::$class>());
            )*
        };
    }
    every_class!(check, py);
    Ok(())
}

fn aliases(py: Python<'_>) {
    assert!(py.get_type::<exc::PyIOError>().is(eval(py, "IOError")));
    assert!(py.get_type::<exc::PyEnvironmentError>().is(eval(py, "EnvironmentError")));
}

fn the_hierarchy(py: Python<'_>) -> PyResult<()> {
    macro_rules! check {
        ($py:expr; $($class:ident)*) => {
            $(assert!(py.get_type::<exc::$class>().is_subclass_of::<exc::PyBaseException>()?);)*
        };
    }
    every_class!(check, py);
    assert!(py.get_type::<exc::PyKeyError>().is_subclass_of::<exc::PyLookupError>()?);
    assert!(!py.get_type::<exc::PyLookupError>().is_subclass_of::<exc::PyKeyError>()?);
    assert!(!py.get_type::<exc::PyKeyboardInterrupt>().is_subclass_of::<exc::PyException>()?);
    Ok(())
}

/// Each of them, raised by Rust, is caught by its own name in Python.
fn caught_in_python(py: Python<'_>) -> PyResult<()> {
    macro_rules! raisers {
        ($py:expr; $($class:ident)*) => {
            /// Raises the exception of this name.
            #[pyfunction]
            fn raise(name: &str) -> PyResult<()> {
                match name {
                    // What an argument stands for is a field of these.
                    "PyUnicodeDecodeError" => {
                        Err(exc::PyUnicodeDecodeError::new_err(("utf-8", vec![0xff_u8], 0, 1, "raised")))
                    }
                    "PyUnicodeEncodeError" => {
                        Err(exc::PyUnicodeEncodeError::new_err(("utf-8", "text", 0, 1, "raised")))
                    }
                    "PyUnicodeTranslateError" => {
                        Err(exc::PyUnicodeTranslateError::new_err(("text", 0, 1, "raised")))
                    }
                    $(stringify!($class) => Err(exc::$class::new_err("raised")),)*
                    _ => Err(exc::PyKeyError::new_err(name.to_owned())),
                }
            }

            const NAMES: &[&str] = &[$(stringify!($class)),*];
        };
    }
    every_class!(raisers, py);
    let raise = wrap_pyfunction!(raise, py)?;
    let names = NAMES.into_pyobject(py)?;
    run(py, &[("raise_", raise.as_any()), ("names", &names)], "
import builtins

for name in names:
    expected = getattr(builtins, name[2:])
    try:
        raise_(name)
    except expected as error:
        assert type(error) is expected, name
        assert 'raised' in str(error.args), name
    else:
        assert False, name
")?;
    Ok(())
}

fn caught_in_rust(py: Python<'_>) {
    let raise = eval(py, "lambda error: (_ for _ in ()).throw(error)");
    macro_rules! check {
        ($py:expr; $($class:ident)*) => {
            $(
                let name = stringify!($class).strip_prefix("Py").unwrap();
                // Out of a generator this one would come as a `RuntimeError`.
                if !name.starts_with("Stop") && !name.starts_with("Unicode") {
                    let error = raise.call1((eval(py, &format!("{name}('text')")),)).unwrap_err();
                    assert!(error.is_instance_of::<exc::$class>(py), "{name}: {error}");
                    assert!(error.value(py).is_exact_instance_of::<exc::$class>());
                }
            )*
        };
    }
    every_class!(check, py);
}

fn panics_are_no_errors(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<PanicException>();
    assert!(class.name()? == "PanicException");
    assert!(class.module()? == "pyo3_runtime");
    assert!(class.fully_qualified_name()? == "pyo3_runtime.PanicException");
    assert!(class.is_subclass_of::<exc::PyBaseException>()?);
    assert!(!class.is_subclass_of::<exc::PyException>()?);
    assert!(class.is(py.get_type::<exc::PanicException>()));
    let error = PanicException::new_err("made by hand");
    assert!(error.is_instance_of::<PanicException>(py));
    assert_eq!(error.to_string(), "PanicException: made by hand");
    Ok(())
}
