//! Panics on their way through Python.

use core::any::Any;

use everypy_ffi as ffi;

use crate::err::{PyErr, PyErrArguments, ToPyErr};
use crate::exceptions::PyBaseException;
use crate::instance::{Bound, Py};
use crate::marker::Python;
use crate::state::PerInterpreter;
use crate::type_object::PyTypeInfo;
use crate::types::{DerefToPyAny, PyAny, PyAnyMethods as _, PyStringMethods as _, PyType};

/// What a Rust panic becomes when it leaves a function that Python called.
///
/// Derived from `BaseException`, so that `except Exception` does not take it for an ordinary error. Where Rust code
/// takes it back from Python, the panic goes on.
pub struct PanicException(());

impl PanicException {
    /// An exception of this class.
    pub fn new_err<A>(args: A) -> PyErr
    where
        A: PyErrArguments + Send + Sync + 'static,
    {
        PyErr::new::<PanicException, A>(args)
    }

    /// The exception for what a panic carries: its message, if it is a text. A `PyErr` is the exception itself, as where
    /// there was no memory for an object and no other way to tell.
    #[cold]
    pub(crate) fn from_payload(payload: Box<dyn Any + Send>) -> PyErr {
        let payload = match payload.downcast::<PyErr>() {
            Ok(error) => return *error,
            Err(payload) => payload,
        };
        let message = match payload.downcast::<String>() {
            Ok(message) => *message,
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(message) => (*message).to_owned(),
                Err(_) => "panic from Rust code".to_owned(),
            },
        };
        Self::new_err(message)
    }
}

impl DerefToPyAny for PanicException {}
impl ToPyErr for PanicException {}

/// The class, made when it is first needed.
static CLASS: PerInterpreter<Py<PyType>> = PerInterpreter::new();

/// Whether an exception is a panic on its way. Where there has been none the class is not made for that: it is asked for
/// each exception that is taken, and making the class may raise one.
#[inline]
pub(crate) fn is_panic(exception: &Bound<'_, PyAny>) -> bool {
    CLASS.get(exception.py()).is_some_and(|class| exception.get_type().is(class))
}

// SAFETY: the cell holds the class.
unsafe impl PyTypeInfo for PanicException {
    const NAME: &'static str = "PanicException";
    const MODULE: Option<&'static str> = Some("pyo3_runtime");

    fn type_object_raw(py: Python<'_>) -> *mut ffi::PyTypeObject {
        let make = || {
            PyErr::new_type(
                py,
                c"pyo3_runtime.PanicException",
                Some(c"Rust code that Python called has panicked: a bug in it, not an error to handle."),
                Some(&PyBaseException::type_object(py)),
                None,
            )
        };
        match CLASS.get_or_try_init(py, make) {
            Ok(class) => class.as_ptr().cast(),
            // Without memory for a class, the closest that there is.
            Err(_) => PyBaseException::type_object_raw(py),
        }
    }
}

/// Goes on with the panic that an exception stands for, after its traceback has been printed: the Python functions that
/// it came through are on no other stack.
#[cold]
pub(crate) fn resume(exception: &Bound<'_, PyAny>) -> ! {
    let text = exception.str();
    let message = text.as_ref().map_or("".into(), |text| text.to_string_lossy()).into_owned();
    PyErr::from_value(exception.clone()).print(exception.py());
    std::panic::resume_unwind(Box::new(message))
}
