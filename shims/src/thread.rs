//! Whether the calling thread is attached, where no function tells it alone.
//!
//! `PyGILState_Check` would, but it says yes to everybody from the moment that a second interpreter is made.

use core::cell::Cell;
use core::ffi::{c_int, c_ulong};
use core::ptr::{NonNull, null_mut};

use everypy_ffi::{self as ffi, PyThreadState};

use crate::fast::fast;
use crate::layout::WORD;

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

thread_local! {
    /// The state that this thread was last seen to be attached with, and its own number.
    static OWN: Cell<(*mut PyThreadState, c_ulong)> = const { Cell::new((null_mut(), 0)) };
}

/// CPython up to 3.11, where the current thread state is one variable for all threads.
pub(crate) unsafe extern "C" fn attached_of_all() -> *mut PyThreadState {
    // SAFETY: may be called by any thread of a process with an interpreter.
    let attached = unsafe { (fast().attached_thread)() };
    let (own, number) = OWN.get();
    if attached.is_null() || attached != own {
        return look_closely(attached);
    }
    // Another thread may have got the memory of a state that this one had.
    // SAFETY: just seen to be current.
    if unsafe { made_by(attached) } == number { attached } else { null_mut() }
}

#[cold]
#[inline(never)]
fn look_closely(attached: *mut PyThreadState) -> *mut PyThreadState {
    // SAFETY: all may be called by any thread of a process with an interpreter; the state has just been current.
    unsafe {
        let own = ffi::PyGILState_GetThisThreadState();
        let number = ffi::PyThread_get_thread_ident();
        // A thread that has never had a state is not attached, whoever is. One that has may be attached with another one
        // if there have been other interpreters, and only then this check does not tell.
        let is_attached = !attached.is_null()
            && !own.is_null()
            && (attached == own || (fast().gil_state_check)() != 0 && made_by(attached) == number);
        if !is_attached {
            return null_mut();
        }
        OWN.set((attached, number));
    }
    attached
}

/// The number of the thread that a thread state was made for.
///
/// If that is not the calling thread, it may free the state meanwhile. What is read then is not the number of the
/// calling thread, which no other one has while it lives.
///
/// # Safety
///
/// This is CPython up to 3.11, and the state has just been that of the attached thread.
unsafe fn made_by(state: *mut PyThreadState) -> c_ulong {
    // SAFETY: as the caller says.
    unsafe { state.byte_add(fast().thread_id).cast::<c_ulong>().read_volatile() }
}

/// Where the number of its thread is in a thread state of CPython up to 3.11.
pub(crate) fn thread_id(version: (u8, u8)) -> usize {
    let words = match (WORD, version) {
        // Three pointers, seven `int`s, ten pointers, an `int` and a pointer; before, four, five, thirteen, one and one.
        (8, (3, 11)) => 19,
        (8, _) | (_, (3, 11)) => 22,
        _ => 24,
    };
    words * WORD
}
