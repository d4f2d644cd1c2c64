//! Functions that CPython 3.10 brought to the limited API.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ffi::c_int;

use everypy_ffi::PyObject;

use crate::object::incref;

pub(super) unsafe extern "C" fn Py_NewRef(object: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's reference keeps it alive.
    unsafe { incref(object) };
    object
}

pub(super) unsafe extern "C" fn Py_XNewRef(object: *mut PyObject) -> *mut PyObject {
    if !object.is_null() {
        // SAFETY: the caller's reference keeps it alive.
        unsafe { incref(object) };
    }
    object
}

/// On GraalPy too: the handle of a live object is equal for equal identity.
pub(super) unsafe extern "C" fn Py_Is(left: *mut PyObject, right: *mut PyObject) -> c_int {
    c_int::from(left == right)
}
