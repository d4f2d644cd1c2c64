//! Functions of the limited API of 3.7 that PyPy or GraalPy lacks, or that are not asked for there.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ffi::{c_int, c_longlong, c_ulong, c_ulonglong, c_void};
use core::ptr::null_mut;

use everypy_ffi::{self as ffi, Py_ssize_t, PyMethodDef, PyObject, PyTypeObject};

use crate::layout::{Layout, layout};
use crate::object::{field, has_type_flag, type_of};

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

/// By the function of `bytes` itself: GraalPy's own asks the class of the object, which may say what it likes, and so do
/// its buffers.
pub(super) unsafe extern "C" fn PyBytes_Size(bytes: *mut PyObject) -> Py_ssize_t {
    type Length = unsafe extern "C" fn(*mut PyObject) -> Py_ssize_t;

    // SAFETY: the caller is attached, and the object is alive; the slot has that signature, or there is none.
    unsafe {
        let slot = ffi::PyType_GetSlot(ffi::PyBytes_Type(), ffi::Py_sq_length);
        match core::mem::transmute::<*mut c_void, Option<Length>>(slot) {
            Some(length) => length(bytes),
            None => ffi::PyObject_Size(bytes),
        }
    }
}

/// PyPy collects instances of native classes without being told which there are.
pub(super) unsafe extern "C" fn PyObject_GC_Track(_object: *mut c_void) {}

/// As [`PyObject_GC_Track`].
pub(super) unsafe extern "C" fn PyObject_GC_UnTrack(_object: *mut c_void) {}

/// As a number with a sign, if it is one: PyPy's own function makes the object for large numbers, which is slower to make
/// and to use.
pub(super) unsafe extern "C" fn PyLong_FromUnsignedLongLong(value: c_ulonglong) -> *mut PyObject {
    // SAFETY: the caller is attached; the text of a number.
    unsafe {
        if let Ok(value) = c_longlong::try_from(value) {
            return ffi::PyLong_FromLongLong(value);
        }
        match usize::try_from(value) {
            Ok(value) => ffi::PyLong_FromSize_t(value),
            Err(_) => {
                let text = format!("{value}\0");
                ffi::PyLong_FromString(text.as_ptr().cast(), null_mut(), 10)
            }
        }
    }
}

/// With an instance where it is a `StopIteration`: PyPy 7.3 loses the value of one that is still to be made, where what
/// raises it is awaited.
pub(super) unsafe extern "C" fn PyErr_SetObject(class: *mut PyObject, value: *mut PyObject) {
    // SAFETY: passed on as it came; `PyErr_Restore` takes over references of its own.
    unsafe {
        let value = if class == *ffi::PyExc_StopIteration()
            && !value.is_null()
            && type_of(value).cast() != class
        {
            let flag = ffi::Py_TPFLAGS_TUPLE_SUBCLASS as c_ulong;
            let made = if has_type_flag(value, flag) {
                ffi::PyObject_CallObject(class, value)
            } else {
                ffi::PyObject_CallFunctionObjArgs()(class, value, null_mut::<PyObject>())
            };
            if made.is_null() {
                return;
            }
            made
        } else {
            ffi::Py_IncRef(value);
            value
        };
        ffi::Py_IncRef(class);
        ffi::PyErr_Restore(class, value, null_mut());
    }
}

/// By the class's order of resolution, or its bases where it has none: PyPy's own function ends the process at one of its
/// built-in types whose order nobody has asked for yet.
pub(super) unsafe extern "C" fn PyType_IsSubtype(
    class: *mut PyTypeObject,
    base: *mut PyTypeObject,
) -> c_int {
    let shift = layout().shift;
    // SAFETY: live type objects; PyPy has their fields where CPython has them, behind its larger header.
    unsafe {
        if class == base {
            return 1;
        }
        let order: *mut PyObject = field(class, shift, Layout::TP_MRO);
        if order.is_null() {
            let mut class = class;
            while !class.is_null() {
                if class == base {
                    return 1;
                }
                class = field(class, shift, Layout::TP_BASE);
            }
            return c_int::from(base == ffi::PyBaseObject_Type());
        }
        let is_base = |index| ffi::PyTuple_GetItem(order, index) == base.cast();
        c_int::from((0..ffi::PyTuple_Size(order)).any(is_base))
    }
}
