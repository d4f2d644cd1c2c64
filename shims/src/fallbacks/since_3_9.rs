//! Functions that CPython 3.9 brought.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ptr::null_mut;

use everypy_ffi::{self as ffi, PyInterpreterState, PyObject, PyThreadState};

use crate::runtime::{Implementation, runtime};

/// Also for GraalPy, whose own function ends the process.
pub(super) unsafe extern "C" fn PyInterpreterState_Get() -> *mut PyInterpreterState {
    // SAFETY: this thread is attached, so it has a thread state.
    unsafe { ffi::PyThreadState_GetInterpreter(ffi::PyThreadState_Get()) }
}

pub(super) unsafe extern "C" fn PyThreadState_GetInterpreter(
    state: *mut PyThreadState,
) -> *mut PyInterpreterState {
    let words = match runtime().implementation {
        // `prev`, `next`, `interp` in 3.7 and 3.8.
        Implementation::CPython => 2,
        // The first field in cpyext.
        Implementation::PyPy | Implementation::GraalPy => 0,
    };
    // SAFETY: the released versions that lack the function have the field at that place.
    unsafe { state.cast::<*mut PyInterpreterState>().add(words).read() }
}

pub(super) unsafe extern "C" fn PyObject_CallNoArgs(callable: *mut PyObject) -> *mut PyObject {
    // SAFETY: passed on as it came; no arguments are a null tuple.
    unsafe { ffi::PyObject_CallObject(callable, null_mut()) }
}
