//! Contents that are not in the instance.
//!
//! On GraalPy the instances of some built-in classes, and so of classes that extend them, are handles without memory.
//! There the contents hang on the instance by a capsule in an attribute, which is written and read past the class's
//! own `__setattr__` and `__getattribute__`.

use core::ffi::CStr;

use everypy_ffi::{self as ffi, PyObject};
use everypy_shims::class::ELSEWHERE;

use super::contents::Contents;
use super::lifecycle::drop_value;
use super::{PyClass, PyClassImpl};
use crate::err::{PyResult, error_on_minus_one};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::Bound;
use crate::marker::Python;
use crate::types::{PyAny, PyString};

/// The attribute that holds the contents of a class in an instance.
///
/// The instance is in the name, since a copy gets all attributes of the original: it keeps its own contents beside them.
fn attribute<T: PyClassImpl>(py: Python<'_>, object: *mut PyObject) -> Bound<'_, PyString> {
    let (class, place) = (T::FULL_NAME.to_string_lossy(), object.addr());
    PyString::new(py, &format!("__contents of {class} at {place:x}__"))
}

/// The name of the capsule.
const NAME: &CStr = c"everypy.contents";

/// Hangs contents on an instance.
pub(super) fn fill<T: PyClass>(object: &Bound<'_, PyAny>, value: T) -> PyResult<()> {
    let py = object.py();
    let contents = Box::into_raw(Box::new(Contents::<T>::new(value)));
    T::cell().set_offset(ELSEWHERE);
    // SAFETY: attached; all are alive. The capsule owns the contents from the moment it is there.
    unsafe {
        let capsule = match ffi::PyCapsule_New(contents.cast(), NAME.as_ptr(), Some(end::<T>))
            .owned_or_err(py)
        {
            Ok(capsule) => capsule,
            Err(error) => {
                drop(Box::from_raw(contents));
                return Err(error);
            }
        };
        let name = attribute::<T>(py, object.as_ptr());
        let set = ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), capsule.as_ptr());
        error_on_minus_one(py, set)
    }
}

/// The contents that hang on an instance.
///
/// # Safety
///
/// `object` is an instance of `T`, and this thread is attached.
///
/// # Panics
///
/// If somebody has taken them off.
#[cold]
#[inline(never)]
pub(super) unsafe fn find<T: PyClass>(object: *mut PyObject) -> *mut Contents<T> {
    // SAFETY: attached; alive. The instance keeps the capsule.
    unsafe {
        let py = Python::assume_attached();
        let name = attribute::<T>(py, object);
        let contents = ffi::PyObject_GenericGetAttr(object, name.as_ptr())
            .owned_or_err(py)
            .map(|capsule| ffi::PyCapsule_GetPointer(capsule.as_ptr(), NAME.as_ptr()));
        match contents {
            Ok(contents) if !contents.is_null() => contents.cast(),
            _ => {
                ffi::PyErr_Clear();
                panic!("an instance of `{}` has lost its contents", T::FULL_NAME.to_string_lossy())
            }
        }
    }
}

/// The destructor of the capsule.
unsafe extern "C" fn end<T: PyClass>(capsule: *mut PyObject) {
    // SAFETY: called by the interpreter, once, with the capsule that `fill` has made.
    unsafe {
        let contents = ffi::PyCapsule_GetPointer(capsule, NAME.as_ptr());
        if !contents.is_null() {
            let contents = contents.cast::<Contents<T>>();
            drop_value::<T>(Python::assume_attached(), contents);
            drop(Box::from_raw(contents));
        }
    }
}
