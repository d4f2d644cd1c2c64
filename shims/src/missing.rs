//! What a stub does when it is called.

use core::ffi::CStr;
use std::ffi::CString;

use everypy_ffi as ffi;

use crate::runtime::{Implementation, runtime};

/// Raises `SystemError` with the name of the row, what has it, and what is running.
#[cold]
pub(crate) fn raise(row: usize) {
    let mut text = CString::default();
    ffi::names(|place, name| {
        if place == row {
            text = CString::new(message(name, ffi::traits(row).since)).unwrap_or_default();
        }
        place != row
    });
    // SAFETY: stubs are called through the loaded table, by an attached thread; these rows are required.
    unsafe { ffi::PyErr_SetString(*ffi::PyExc_SystemError(), text.as_ptr()) };
}

fn message(name: &CStr, since: (u8, u8)) -> String {
    let name = name.to_string_lossy();
    let runtime = runtime();
    if runtime.implementation == Implementation::CPython && runtime.python.feature() < since {
        format!("{name} needs CPython {}.{} or newer; this is {runtime}", since.0, since.1)
    } else {
        format!("{name} is a part of CPython's C API that {runtime} does not have")
    }
}
