//! Enough of a Python that a module takes it for one, and not enough to work with.
//!
//! Its version is what `EVERYPY_FAKE_VERSION` says. What is raised goes to standard error, after `FAKE:`.

use core::ffi::{CStr, c_char, c_long, c_void};
use core::ptr::null_mut;
use core::sync::atomic::AtomicPtr;
use std::ffi::CString;
use std::sync::OnceLock;

/// Every Python has this one.
#[unsafe(no_mangle)]
pub extern "C" fn PyLong_FromLong(_value: c_long) -> *mut c_void {
    null_mut()
}

/// The version that the environment names.
#[unsafe(no_mangle)]
pub extern "C" fn Py_GetVersion() -> *const c_char {
    static VERSION: OnceLock<CString> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let version = std::env::var("EVERYPY_FAKE_VERSION").unwrap_or_default();
        CString::new(version).unwrap_or_default()
    });
    version.as_ptr()
}

/// The class of the only exception.
#[unsafe(no_mangle)]
pub static PyExc_ImportError: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Prints the message.
///
/// # Safety
///
/// `message` is a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetString(_class: *mut c_void, message: *const c_char) {
    // SAFETY: a C string, says the caller.
    let message = unsafe { CStr::from_ptr(message) };
    eprintln!("FAKE: {}", message.to_string_lossy());
}

/// Only GraalPy has this one.
#[cfg(feature = "graalpy")]
#[unsafe(no_mangle)]
pub static _Py_NoneStructReference: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
