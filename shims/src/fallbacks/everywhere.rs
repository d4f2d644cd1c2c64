//! Functions of the limited API of 3.7 that PyPy or GraalPy lacks.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ffi::c_void;
use core::ptr::null_mut;

use everypy_ffi::{self as ffi, Py_ssize_t, PyMethodDef, PyObject};

/// A function object without a class, which is what the newer `PyCMethod_New` makes when it gets none.
pub(super) unsafe extern "C" fn PyCFunction_NewEx(
    def: *mut PyMethodDef,
    self_: *mut PyObject,
    module: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: passed on as it came; every PyPy that lacks the one function has the other.
    unsafe { ffi::PyCMethod_New(def, self_, module, null_mut()) }
}

pub(super) unsafe extern "C" fn PyModule_GetNameObject(module: *mut PyObject) -> *mut PyObject {
    // SAFETY: passed on as it came.
    unsafe { ffi::PyObject_GetAttrString(module, c"__name__".as_ptr()) }
}

pub(super) unsafe extern "C" fn PyModule_GetFilenameObject(module: *mut PyObject) -> *mut PyObject {
    // SAFETY: passed on as it came.
    unsafe { ffi::PyObject_GetAttrString(module, c"__file__".as_ptr()) }
}

pub(super) unsafe extern "C" fn PyObject_Length(object: *mut PyObject) -> Py_ssize_t {
    // SAFETY: passed on as it came.
    unsafe { ffi::PyObject_Size(object) }
}

/// PyPy collects instances of native classes without being told which there are.
pub(super) unsafe extern "C" fn PyObject_GC_Track(_object: *mut c_void) {}

/// As [`PyObject_GC_Track`].
pub(super) unsafe extern "C" fn PyObject_GC_UnTrack(_object: *mut c_void) {}
