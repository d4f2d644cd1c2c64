//! What a Rust marker type knows of the Python type that it stands for.

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::instance::Bound;
use crate::marker::Python;
use crate::types::{PyAny, PyType};

/// A Python type with a type object.
///
/// # Safety
///
/// `type_object_raw` returns a live type object, and `is_type_of` is true for its instances only.
pub unsafe trait PyTypeInfo: Sized {
    /// The name of the class.
    const NAME: &'static str;

    /// The module of the class, if it is not built in.
    const MODULE: Option<&'static str> = None;

    /// The type object, borrowed for as long as the interpreter lives.
    fn type_object_raw(py: Python<'_>) -> *mut ffi::PyTypeObject;

    /// The type object.
    #[inline]
    fn type_object(py: Python<'_>) -> Bound<'_, PyType> {
        // SAFETY: a live type object, as the implementation promises.
        unsafe { PyType::from_borrowed_type_ptr(py, Self::type_object_raw(py)) }
    }

    /// Whether `object` is an instance of the type or of a subclass.
    #[inline]
    fn is_type_of(object: &Bound<'_, PyAny>) -> bool {
        // SAFETY: attached; both are alive.
        unsafe { object::is_instance(object.as_ptr(), Self::type_object_raw(object.py())) }
    }

    /// Whether `object` is an instance of the very type.
    #[inline]
    fn is_exact_type_of(object: &Bound<'_, PyAny>) -> bool {
        // SAFETY: attached; both are alive.
        unsafe { object::type_of(object.as_ptr()) == Self::type_object_raw(object.py()) }
    }
}

/// Something that can be tested of an object before it is cast.
///
/// # Safety
///
/// `type_check` is true only for objects that may be used as `Bound<Self>`.
pub unsafe trait PyTypeCheck {
    /// Whether `object` passes.
    fn type_check(object: &Bound<'_, PyAny>) -> bool;

    /// What could be the second argument of `isinstance` to ask the same.
    fn classinfo_object(py: Python<'_>) -> Bound<'_, PyAny>;
}

// SAFETY: `is_type_of` promises the same.
unsafe impl<T: PyTypeInfo> PyTypeCheck for T {
    #[inline]
    fn type_check(object: &Bound<'_, PyAny>) -> bool {
        T::is_type_of(object)
    }

    fn classinfo_object(py: Python<'_>) -> Bound<'_, PyAny> {
        T::type_object(py).into_any()
    }
}
