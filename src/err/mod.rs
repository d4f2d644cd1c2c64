//! Python exceptions as Rust errors.

mod cast;
mod impls;
mod state;

use core::ffi::{CStr, c_int, c_long};
use core::fmt;

use everypy_ffi as ffi;

use crate::conversion::IntoPyObject;
use crate::exceptions::{PyBaseException, PySystemError, PyTypeError};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _, Py};
use crate::marker::Python;
use crate::type_object::PyTypeInfo;
use crate::types::{
    PyAny, PyAnyMethods as _, PyStringMethods as _, PyTraceback, PyTracebackMethods as _, PyType,
    PyTypeMethods as _,
};

pub use cast::{CastError, CastIntoError};
pub use state::PyErrArguments;
use state::State;

/// The older name of [`CastError`].
pub type DowncastError<'a, 'py> = CastError<'a, 'py>;
/// The older name of [`CastIntoError`].
pub type DowncastIntoError<'py> = CastIntoError<'py>;

/// The result of nearly everything that calls Python.
pub type PyResult<T> = Result<T, PyErr>;

/// An exception types that can be turned from an instance into a [`PyErr`].
pub trait ToPyErr {}

/// A Python exception: either an instance, or a class and arguments that an instance can be made of.
pub struct PyErr(State);

impl PyErr {
    /// An exception of class `T`, made of `args` when it is first needed: a tuple is the arguments, anything else the
    /// only one.
    #[inline]
    pub fn new<T, A>(args: A) -> PyErr
    where
        T: PyTypeInfo,
        A: PyErrArguments + Send + Sync + 'static,
    {
        PyErr(State::lazy::<T, A>(args))
    }

    /// An exception of a class that is known at run time only.
    pub fn from_type<A>(class: Bound<'_, PyType>, args: A) -> PyErr
    where
        A: PyErrArguments + Send + Sync + 'static,
    {
        PyErr(State::lazy_of(class.unbind(), args))
    }

    /// The exception that `object` is; a class is called without arguments; anything else gives a `TypeError`.
    pub fn from_value(object: Bound<'_, PyAny>) -> PyErr {
        match object.cast_into::<PyBaseException>() {
            Ok(exception) => PyErr(State::normalized(exception.unbind())),
            Err(error) => match error.into_inner().cast_into::<PyType>() {
                // Raising it tells whether it is an exception class.
                Ok(class) => Self::from_type(class, ()),
                Err(_) => PyTypeError::new_err("exceptions must derive from BaseException"),
            },
        }
    }

    /// The class.
    pub fn get_type<'py>(&self, py: Python<'py>) -> Bound<'py, PyType> {
        self.value(py).as_any().get_type()
    }

    /// The instance.
    pub fn value<'py>(&self, py: Python<'py>) -> &Bound<'py, PyBaseException> {
        self.0.value(py).bind(py)
    }

    /// The instance.
    pub fn into_value(self, py: Python<'_>) -> Py<PyBaseException> {
        self.value(py).clone().unbind()
    }

    /// Where it was raised, if it was.
    ///
    /// C API: [`PyException_GetTraceback`](https://docs.python.org/3/c-api/exceptions.html#c.PyException_GetTraceback).
    #[doc(alias = "PyException_GetTraceback")]
    pub fn traceback<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyTraceback>> {
        // SAFETY: attached; an exception instance; what is returned is a traceback or null.
        unsafe {
            ffi::PyException_GetTraceback(self.value(py).as_ptr())
                .owned_or_opt(py)
                .map(|traceback| traceback.cast_into_unchecked())
        }
    }

    /// Whether an exception is set in the interpreter.
    ///
    /// C API: [`PyErr_Occurred`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_Occurred).
    #[doc(alias = "PyErr_Occurred")]
    #[inline]
    pub fn occurred(_: Python<'_>) -> bool {
        // SAFETY: attached.
        unsafe { !ffi::PyErr_Occurred().is_null() }
    }

    /// Takes the exception that is set in the interpreter.
    ///
    /// C API: [`PyErr_GetRaisedException`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_GetRaisedException).
    ///
    /// # Panics
    ///
    /// With the panic that a [`PanicException`](crate::panic::PanicException) carries: a panic that went through Python goes on here.
    #[doc(alias = "PyErr_GetRaisedException")]
    pub fn take(py: Python<'_>) -> Option<PyErr> {
        // SAFETY: attached; the result is an owned exception instance or null.
        let raised = unsafe { ffi::PyErr_GetRaisedException().owned_or_opt(py)? };
        if crate::panic::is_panic(&raised) {
            crate::panic::resume(&raised);
        }
        // SAFETY: only exception instances are raised.
        Some(PyErr(State::normalized(unsafe { raised.cast_into_unchecked() }.unbind())))
    }

    /// Takes the exception that is set in the interpreter, where there must be one; else it is a `SystemError`.
    #[cold]
    pub fn fetch(py: Python<'_>) -> PyErr {
        Self::take(py).unwrap_or_else(|| {
            PySystemError::new_err("a function of the C API failed without setting an exception")
        })
    }

    /// Makes an exception class: `name` is `module.Class`.
    ///
    /// C API: [`PyErr_NewExceptionWithDoc`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_NewExceptionWithDoc).
    ///
    /// # Errors
    ///
    /// If the name has no module or the base is not a class.
    #[doc(alias = "PyErr_NewExceptionWithDoc")]
    pub fn new_type<'py>(
        py: Python<'py>,
        name: &CStr,
        doc: Option<&CStr>,
        base: Option<&Bound<'py, PyType>>,
        dict: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyType>> {
        let null = core::ptr::null_mut;
        // SAFETY: attached; all pointers are alive during the call, which returns a new class.
        unsafe {
            ffi::PyErr_NewExceptionWithDoc(
                name.as_ptr(),
                doc.map_or(core::ptr::null(), CStr::as_ptr),
                base.map_or_else(null, |base| base.as_ptr()),
                dict.as_ref().map_or_else(null, |dict| dict.as_ptr()),
            )
            .owned_or_err(py)
            .map(|class| class.cast_into_unchecked::<PyType>().unbind())
        }
    }

    /// Prints the exception and its traceback to `sys.stderr`.
    pub fn print(&self, py: Python<'_>) {
        self.clone_ref(py).restore(py);
        // SAFETY: attached; an exception is set.
        unsafe { ffi::PyErr_PrintEx(0) };
    }

    /// As [`print`](Self::print), and sets `sys.last_type` and its like.
    pub fn print_and_set_sys_last_vars(&self, py: Python<'_>) {
        self.clone_ref(py).restore(py);
        // SAFETY: attached; an exception is set.
        unsafe { ffi::PyErr_PrintEx(1) };
    }

    /// Prints the exception and its traceback to `sys.stderr`, without `sys.excepthook`.
    pub fn display(&self, py: Python<'_>) {
        let value = self.value(py);
        let none = || py.None().into_bound(py);
        let traceback = self.traceback(py).map_or_else(none, Bound::into_any);
        let printed = py.import("traceback").and_then(|module| {
            module.call_method1("print_exception", (self.get_type(py), value, traceback))
        });
        if let Err(error) = printed {
            error.write_unraisable(py, Some(value.as_any()));
        }
    }

    /// Whether an `except exc:` would catch it; `exc` is a class or a tuple of classes.
    ///
    /// # Errors
    ///
    /// If `exc` cannot be converted.
    pub fn matches<'py, T>(&self, py: Python<'py>, exc: T) -> Result<bool, T::Error>
    where
        T: IntoPyObject<'py>,
    {
        let exc = exc.into_pyobject(py)?;
        // SAFETY: attached; both are alive.
        Ok(unsafe { ffi::PyErr_GivenExceptionMatches(self.value(py).as_ptr(), exc.as_ptr()) != 0 })
    }

    /// Whether it is an instance of `class`.
    pub fn is_instance(&self, py: Python<'_>, class: &Bound<'_, PyAny>) -> bool {
        // SAFETY: attached; both are alive.
        unsafe { ffi::PyErr_GivenExceptionMatches(self.value(py).as_ptr(), class.as_ptr()) != 0 }
    }

    /// Whether it is an instance of `T`.
    pub fn is_instance_of<T: PyTypeInfo>(&self, py: Python<'_>) -> bool {
        T::is_type_of(self.value(py).as_any())
    }

    /// Sets it in the interpreter, as the exception that the current call fails with.
    ///
    /// C API: [`PyErr_SetRaisedException`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_SetRaisedException).
    #[doc(alias = "PyErr_SetRaisedException")]
    #[cold]
    pub fn restore(self, py: Python<'_>) {
        self.0.raise(py);
    }

    /// Reports it to `sys.unraisablehook`, where nobody can catch it. If `repr(object)` fails, the class of the object
    /// is named instead.
    ///
    /// C API: [`PyErr_WriteUnraisable`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_WriteUnraisable).
    #[doc(alias = "PyErr_WriteUnraisable")]
    pub fn write_unraisable(self, py: Python<'_>, object: Option<&Bound<'_, PyAny>>) {
        // PyPy ends the process where it has no text for the object.
        let object = object.map(|object| match object.repr() {
            Ok(_) => object.clone(),
            Err(_) => object.get_type().into_any(),
        });
        self.restore(py);
        let object = object.as_ref().map_or(core::ptr::null_mut(), Bound::as_ptr);
        // SAFETY: attached; an exception is set; `object` is alive or null.
        unsafe { ffi::PyErr_WriteUnraisable(object) };
    }

    /// Issues a warning of a category.
    ///
    /// C API: [`PyErr_WarnEx`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_WarnEx).
    ///
    /// # Errors
    ///
    /// If the filters turn the warning into an exception.
    #[doc(alias = "PyErr_WarnEx")]
    pub fn warn<'py>(
        py: Python<'py>,
        category: &Bound<'py, PyAny>,
        message: &CStr,
        stacklevel: i32,
    ) -> PyResult<()> {
        // SAFETY: attached; all pointers are alive.
        let result = unsafe {
            ffi::PyErr_WarnEx(category.as_ptr(), message.as_ptr(), stacklevel as ffi::Py_ssize_t)
        };
        error_on_minus_one(py, result)
    }

    /// Another reference to the same exception.
    pub fn clone_ref(&self, py: Python<'_>) -> PyErr {
        PyErr(State::normalized(self.value(py).clone().unbind()))
    }

    /// Its `__cause__`.
    pub fn cause(&self, py: Python<'_>) -> Option<PyErr> {
        // SAFETY: attached; an exception instance; the result is a new reference or null.
        unsafe { ffi::PyException_GetCause(self.value(py).as_ptr()).owned_or_opt(py) }
            .map(PyErr::from_value)
    }

    /// Sets its `__cause__`.
    pub fn set_cause(&self, py: Python<'_>, cause: Option<Self>) {
        let cause = cause.map_or(core::ptr::null_mut(), |cause| cause.into_value(py).into_ptr());
        // SAFETY: attached; an exception instance; the reference to the cause goes over.
        unsafe { ffi::PyException_SetCause(self.value(py).as_ptr(), cause) };
    }

    /// Its `__context__`.
    pub fn context(&self, py: Python<'_>) -> Option<PyErr> {
        // SAFETY: attached; an exception instance; the result is a new reference or null.
        unsafe { ffi::PyException_GetContext(self.value(py).as_ptr()).owned_or_opt(py) }
            .map(PyErr::from_value)
    }

    /// Sets its `__context__`.
    pub fn set_context(&self, py: Python<'_>, context: Option<Self>) {
        let context =
            context.map_or(core::ptr::null_mut(), |context| context.into_value(py).into_ptr());
        // SAFETY: attached; an exception instance; the reference to the context goes over.
        unsafe { ffi::PyException_SetContext(self.value(py).as_ptr(), context) };
    }
}

impl fmt::Debug for PyErr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Python::attach(|py| {
            let traceback = self.traceback(py).map(|traceback| traceback.format());
            f.debug_struct("PyErr")
                .field("type", &self.get_type(py))
                .field("value", self.value(py))
                .field("traceback", &traceback.and_then(Result::ok))
                .finish()
        })
    }
}

impl fmt::Display for PyErr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Python::attach(|py| {
            match self.get_type(py).qualname() {
                Ok(name) => f.write_str(&name.to_string_lossy())?,
                Err(_) => f.write_str("<unknown exception>")?,
            }
            match self.value(py).as_any().str() {
                Ok(text) => write!(f, ": {}", text.to_string_lossy()),
                Err(_) => f.write_str(": <exception str() failed>"),
            }
        })
    }
}

impl std::error::Error for PyErr {}

/// An integer result of C that says "failed" by -1.
pub(crate) trait MinusOne: Copy + PartialEq {
    const MINUS_ONE: Self;
}

macro_rules! minus_one {
    ($($ty:ty),*) => { $(impl MinusOne for $ty { const MINUS_ONE: Self = -1; })* };
}
minus_one!(i32, i64, isize);

const _: () = {
    const fn covered<T: MinusOne>() {}
    covered::<c_int>();
    covered::<c_long>();
};

/// Turns a status of C into a result: -1 means that an exception is set.
#[inline]
pub(crate) fn error_on_minus_one<T: MinusOne>(py: Python<'_>, result: T) -> PyResult<()> {
    if result == T::MINUS_ONE { Err(PyErr::fetch(py)) } else { Ok(()) }
}

/// Turns an answer of C into a result: 0 no, 1 yes, -1 an exception.
#[inline]
pub(crate) fn answer(py: Python<'_>, result: c_int) -> PyResult<bool> {
    error_on_minus_one(py, result).map(|()| result != 0)
}
