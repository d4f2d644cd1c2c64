//! The way from C into Rust functions and back.

use core::any::Any;
use core::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use everypy_ffi::{self as ffi, PyObject};

use crate::err::{PyErr, PyResult};
use crate::marker::Python;
use crate::panic::PanicException;

/// A result of C that tells of failure.
pub trait CResult: Copy {
    /// What says that an exception is set.
    const FAILED: Self;
}

impl CResult for *mut PyObject {
    const FAILED: Self = core::ptr::null_mut();
}

impl CResult for c_int {
    const FAILED: Self = -1;
}

impl CResult for isize {
    const FAILED: Self = -1;
}

impl CResult for () {
    const FAILED: Self = ();
}

/// Runs `body`, which the interpreter has called: errors and panics become exceptions.
///
/// # Safety
///
/// Called by an interpreter, so that this thread is attached.
#[inline(always)]
pub unsafe fn trampoline<R, F>(body: F) -> R
where
    R: CResult,
    F: for<'py> FnOnce(Python<'py>) -> PyResult<R>,
{
    // What a panic leaves half done is the user's business, as with any thread that panics.
    match catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: as the caller says.
        body(unsafe { Python::assume_attached() })
    })) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => raise(error),
        Err(payload) => raise_panic(payload),
    }
}

#[cold]
#[inline(never)]
fn raise<R: CResult>(error: PyErr) -> R {
    // SAFETY: only called by `trampoline`, whose caller is attached.
    error.restore(unsafe { Python::assume_attached() });
    R::FAILED
}

#[cold]
#[inline(never)]
fn raise_panic<R: CResult>(payload: Box<dyn Any + Send>) -> R {
    // What is set is replaced, and must not be there while the class is made.
    // SAFETY: as in `raise`.
    unsafe { ffi::PyErr_Clear() };
    raise(PanicException::from_payload(payload))
}
