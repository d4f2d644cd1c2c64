//! What a stub does when it is called.

use everypy_ffi as ffi;

use crate::runtime::{Implementation, runtime};

/// Raises `SystemError` with the name of the row, what has it, and what is running.
#[cold]
pub(crate) fn raise(row: usize) {
    let text = message(&name_of(row), ffi::traits(row).since);
    // SAFETY: stubs are called through the loaded table, by an attached thread; these rows are required. The text ends
    // with a NUL.
    unsafe { ffi::PyErr_SetString(*ffi::PyExc_SystemError(), text.as_ptr().cast()) };
}

/// The name of a row.
#[cold]
#[inline(never)]
pub(crate) fn name_of(row: usize) -> String {
    let described = ffi::Described::row(row);
    let mut text = String::new();
    // SAFETY: names are ASCII.
    text.push_str(unsafe { core::str::from_utf8_unchecked(described.name().to_bytes()) });
    text
}

/// What to raise, with a NUL at its end.
fn message(name: &str, since: (u8, u8)) -> String {
    let runtime = runtime();
    if runtime.implementation == Implementation::CPython && runtime.python.feature() < since {
        format!("{name} needs CPython {}.{} or newer; this is {runtime}\0", since.0, since.1)
    } else {
        format!("{name} is a part of CPython's C API that {runtime} does not have\0")
    }
}
