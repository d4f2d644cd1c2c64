//! Whether the calling thread is attached, where no function tells it alone.
//!
//! `PyGILState_Check` would, but it says yes to everybody from the moment that a second interpreter is made.

use core::ffi::{c_int, c_ulong};
use core::ptr::{NonNull, null_mut};

use everypy_ffi::{self as ffi, PyThreadState};

use crate::fast::fast;
use crate::layout::WORD;
use crate::runtime::runtime;

/// Since CPython 3.12 the current thread state is thread-local, and without one this returns null.
pub(crate) unsafe extern "C" fn with_dict() -> *mut PyThreadState {
    // SAFETY: may be called by any thread of a process with an interpreter.
    unsafe { ffi::PyThreadState_GetDict().cast() }
}

/// PyPy and GraalPy have one interpreter, so `PyGILState_Check` is right.
pub(crate) unsafe extern "C" fn checked() -> *mut PyThreadState {
    // SAFETY: may be called by any thread of a process with an interpreter.
    let attached: c_int = unsafe { (fast().gil_state_check)() };
    if attached != 0 { NonNull::dangling().as_ptr() } else { null_mut() }
}

/// CPython up to 3.11, where the current thread state is one variable for all threads.
pub(crate) unsafe extern "C" fn attached_of_all() -> *mut PyThreadState {
    // SAFETY: all may be called by any thread of a process with an interpreter.
    unsafe {
        let attached = (fast().attached_thread)();
        let own = ffi::PyGILState_GetThisThreadState();
        if attached == own || own.is_null() {
            // A thread that has never had a state is not attached, whoever is.
            return own;
        }
        if attached.is_null() || (fast().gil_state_check)() == 0 {
            return null_mut();
        }
        // There have been other interpreters: the state of this thread may be one that it has in another of them.
        if made_by(attached) == ffi::PyThread_get_thread_ident() { attached } else { null_mut() }
    }
}

/// The thread that a thread state was made for.
///
/// If that is not the calling one, it may free the state meanwhile. What is read then is no number of a living thread's,
/// or not that of this one.
///
/// # Safety
///
/// This is CPython up to 3.11, and `state` has just been that of the attached thread.
#[cold]
unsafe fn made_by(state: *mut PyThreadState) -> c_ulong {
    let words = match (WORD, runtime().python.feature()) {
        // Three pointers, seven `int`s, ten pointers, an `int` and a pointer; before, four, five, thirteen, one and one.
        (8, (3, 11)) => 19,
        (8, _) | (_, (3, 11)) => 22,
        _ => 24,
    };
    // SAFETY: as the caller says.
    unsafe { state.cast::<usize>().add(words).cast::<c_ulong>().read_volatile() }
}
