//! What a class can extend.

use core::ffi::{c_int, c_void};
use core::marker::PhantomData;
use core::sync::atomic::AtomicUsize;

use everypy_ffi::{PyObject, PyTypeObject, visitproc};

use super::initializer::{Arguments, PyObjectInit, new_native};
use crate::err::PyResult;
use crate::marker::Python;
use crate::type_object::PyTypeInfo;

/// A class that another one can extend: a built-in one, or one of ours with `subclass`.
///
/// The functions do for all levels of ours, from this class to the root, what an instance needs.
#[diagnostic::on_unimplemented(
    message = "a class cannot extend `{Self}`",
    label = "not a class that can be extended",
    note = "a class of ours needs `#[pyclass(subclass)]`",
    note = "of the built-in classes `bool` cannot be extended, and those whose instances differ in size, as `int`, `tuple` and `bytes`, not yet"
)]
pub trait PyClassBaseType: PyTypeInfo {
    /// What makes the part of an instance that this class has.
    type Initializer: PyObjectInit<Self>;
    /// The built-in class at the root.
    #[doc(hidden)]
    type Native: PyTypeInfo;
    /// Whether that is `object`.
    #[doc(hidden)]
    const IS_OBJECT: bool = false;
    /// Whether this is one of ours.
    #[doc(hidden)]
    const IS_OURS: bool = false;
    /// Whether readers of contents are counted.
    #[doc(hidden)]
    const COUNTS: bool = false;

    /// The state that counts the users of an instance, if a level of ours is there.
    ///
    /// # Safety
    ///
    /// `object` is an instance, and this thread is attached.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn users(_object: *mut PyObject) -> Option<*const AtomicUsize> {
        None
    }

    /// Drops the contents of all levels.
    ///
    /// # Safety
    ///
    /// `object` is an instance that nobody refers to any more, and this thread is attached.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn drop_contents(_py: Python<'_>, _object: *mut PyObject) {}

    /// Visits what the contents of all levels refer to.
    ///
    /// # Safety
    ///
    /// Called by the garbage collector.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn visit_contents(_: *mut PyObject, _: visitproc, _: *mut c_void) -> c_int {
        0
    }

    /// Lets go of what the contents of all levels refer to.
    ///
    /// # Safety
    ///
    /// Called by the garbage collector.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn clear_contents(_py: Python<'_>, _object: *mut PyObject) -> PyResult<()> {
        Ok(())
    }
}

/// Makes instances of a built-in class.
pub struct PyNativeTypeInitializer<T>(PhantomData<T>);

impl<T> PyNativeTypeInitializer<T> {
    pub(super) const NEW: Self = Self(PhantomData);
}

impl<T: PyTypeInfo> PyObjectInit<T> for PyNativeTypeInitializer<T> {
    #[inline]
    unsafe fn make(
        self,
        py: Python<'_>,
        subtype: *mut PyTypeObject,
        arguments: Arguments,
    ) -> PyResult<*mut PyObject> {
        // SAFETY: as the caller says.
        unsafe { new_native(py, T::type_object_raw(py), subtype, arguments) }
    }
}

impl PyClassBaseType for crate::types::PyAny {
    type Initializer = PyNativeTypeInitializer<Self>;
    type Native = Self;
    const IS_OBJECT: bool = true;
}
