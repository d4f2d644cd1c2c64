//! Functions that CPython 3.14 brought to the limited API.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use everypy_ffi::{self as ffi, PyObject, PyTypeObject};

use crate::object::decref;

/// Borrowed, which is sound because `object` itself keeps its type alive.
pub(super) unsafe extern "C" fn Py_TYPE(object: *mut PyObject) -> *mut PyTypeObject {
    // SAFETY: the argument is a live object, and every object has a type.
    unsafe {
        let class = ffi::PyObject_Type(object);
        decref(class);
        class.cast()
    }
}
