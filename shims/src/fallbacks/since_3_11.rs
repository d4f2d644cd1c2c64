//! Functions that CPython 3.11 brought.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use everypy_ffi::{self as ffi, PyObject, PyTypeObject};

pub(super) unsafe extern "C" fn PyType_GetName(class: *mut PyTypeObject) -> *mut PyObject {
    // SAFETY: passed on as it came; a type is an object.
    unsafe { ffi::PyObject_GetAttrString(class.cast(), c"__name__".as_ptr()) }
}

pub(super) unsafe extern "C" fn PyType_GetQualName(class: *mut PyTypeObject) -> *mut PyObject {
    // SAFETY: passed on as it came; a type is an object.
    unsafe { ffi::PyObject_GetAttrString(class.cast(), c"__qualname__".as_ptr()) }
}
