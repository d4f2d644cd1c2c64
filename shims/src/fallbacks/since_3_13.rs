//! Functions that CPython 3.13 brought.
//!
//! Those that return a new reference where the older ones lent one are atomic in the original. Their fallbacks serve
//! versions that have a GIL, which makes them so too.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use everypy_ffi::{self as ffi, Py_ssize_t, PyCriticalSection, PyObject};

use crate::object::{incref, xdecref};

/// With a GIL there is nothing to lock.
pub(super) unsafe extern "C" fn PyCriticalSection_Begin(
    _: *mut PyCriticalSection,
    _: *mut PyObject,
) {
}

pub(super) unsafe extern "C" fn PyCriticalSection_End(_: *mut PyCriticalSection) {}

pub(super) unsafe extern "C" fn PyDict_GetItemRef(
    dict: *mut PyObject,
    key: *mut PyObject,
    result: *mut *mut PyObject,
) -> c_int {
    // SAFETY: the arguments are what the real function requires.
    unsafe {
        let item = ffi::PyDict_GetItemWithError(dict, key);
        *result = item;
        if item.is_null() {
            return if ffi::PyErr_Occurred().is_null() { 0 } else { -1 };
        }
        incref(item);
        1
    }
}

pub(super) unsafe extern "C" fn PyList_GetItemRef(
    list: *mut PyObject,
    index: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: the arguments are what the real function requires.
    unsafe {
        let item = ffi::PyList_GetItem(list, index);
        if !item.is_null() {
            incref(item);
        }
        item
    }
}

pub(super) unsafe extern "C" fn PyImport_AddModuleRef(name: *const c_char) -> *mut PyObject {
    // SAFETY: the argument is what the real function requires.
    unsafe {
        let module = ffi::PyImport_AddModule(name);
        if !module.is_null() {
            incref(module);
        }
        module
    }
}

/// What was a macro before. PyPy 3.9 has the function, and crashes where the older one is given no value.
pub(super) unsafe extern "C" fn PyObject_DelAttr(
    object: *mut PyObject,
    name: *mut PyObject,
) -> c_int {
    // SAFETY: the arguments are what the real function requires; no value means to delete.
    unsafe { ffi::PyObject_SetAttr(object, name, null_mut()) }
}

pub(super) unsafe extern "C" fn PyObject_GetOptionalAttr(
    object: *mut PyObject,
    name: *mut PyObject,
    result: *mut *mut PyObject,
) -> c_int {
    // SAFETY: the arguments are what the real function requires.
    unsafe {
        let value = ffi::PyObject_GetAttr(object, name);
        *result = value;
        if !value.is_null() {
            return 1;
        }
        if ffi::PyErr_ExceptionMatches(*ffi::PyExc_AttributeError()) == 0 {
            return -1;
        }
        // Fetched and dropped rather than cleared, so that the exception goes at once.
        xdecref(ffi::PyErr_GetRaisedException());
        *result = null_mut();
        0
    }
}
