//! What a [`PyErr`](super::PyErr) is made of.

use std::sync::{Mutex, OnceLock, PoisonError};

use everypy_ffi as ffi;

use crate::conversion::{IntoPyObject, IntoPyObjectExt as _};
use crate::exceptions::PyBaseException;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::Py;
use crate::marker::Python;
use crate::types::{PyAny, PyType};

/// What an exception can be made of.
pub trait PyErrArguments: Send + Sync {
    /// The arguments as one object: a tuple is all of them, anything else the only one.
    fn arguments(self, py: Python<'_>) -> Py<PyAny>;
}

impl<T> PyErrArguments for T
where
    T: for<'py> IntoPyObject<'py> + Send + Sync,
{
    fn arguments(self, py: Python<'_>) -> Py<PyAny> {
        match self.into_py_any(py) {
            Ok(arguments) => arguments,
            Err(error) => error.into_value(py).into_any(),
        }
    }
}

type Make = Box<dyn FnOnce(Python<'_>) -> (Py<PyType>, Py<PyAny>) + Send + Sync>;

/// One pointer, so that a result of a pointer and an error goes through two registers.
pub(super) struct State(Box<Inner>);

struct Inner {
    value: OnceLock<Py<PyBaseException>>,
    /// Class and arguments, until the instance is made.
    make: Mutex<Option<Make>>,
}

impl State {
    pub(super) fn lazy(
        make: impl FnOnce(Python<'_>) -> (Py<PyType>, Py<PyAny>) + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new(Inner { value: OnceLock::new(), make: Mutex::new(Some(Box::new(make))) }))
    }

    pub(super) fn normalized(value: Py<PyBaseException>) -> Self {
        Self(Box::new(Inner { value: value.into(), make: Mutex::new(None) }))
    }

    fn take_make(&self) -> Option<Make> {
        self.0.make.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The instance, made now if it was not yet.
    pub(super) fn value(&self, py: Python<'_>) -> &Py<PyBaseException> {
        loop {
            if let Some(value) = self.0.value.get() {
                return value;
            }
            if let Some(make) = self.take_make() {
                // Raising makes the instance. What is set at the moment is put back afterwards.
                // SAFETY: attached; the references go out of the interpreter and back into it.
                let value = unsafe {
                    let before = ffi::PyErr_GetRaisedException();
                    raise(py, make);
                    let value = ffi::PyErr_GetRaisedException();
                    ffi::PyErr_SetRaisedException(before);
                    value.owned(py).cast_into_unchecked::<PyBaseException>()
                };
                // Nobody else had `make`, so the cell is empty.
                let _ = self.0.value.set(value.unbind());
            } else {
                // Another thread is making the instance, and may need this one to let it run.
                py.detach(std::thread::yield_now);
            }
        }
    }

    /// Sets the exception in the interpreter.
    pub(super) fn raise(self, py: Python<'_>) {
        if let Some(make) = self.take_make() {
            raise(py, make);
            return;
        }
        let value = self.value(py).clone_ref(py).into_ptr();
        // SAFETY: attached; the reference to an exception instance goes over.
        unsafe { ffi::PyErr_SetRaisedException(value) };
    }
}

fn raise(py: Python<'_>, make: Make) {
    let (class, arguments) = make(py);
    // SAFETY: attached; both are alive. What is not an exception class gives a `TypeError`.
    unsafe {
        if is_exception_class(&class) {
            ffi::PyErr_SetObject(class.as_ptr(), arguments.as_ptr());
        } else {
            ffi::PyErr_SetString(
                *ffi::PyExc_TypeError(),
                c"exceptions must derive from BaseException".as_ptr(),
            );
        }
    }
}

/// Whether instances of `class` can be raised.
unsafe fn is_exception_class(class: &Py<PyType>) -> bool {
    // SAFETY: the caller is attached; both are alive types.
    unsafe {
        ffi::PyType_IsSubtype(class.as_ptr().cast(), (*ffi::PyExc_BaseException()).cast()) != 0
    }
}
