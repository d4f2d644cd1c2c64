//! `None`, `Ellipsis` and `NotImplemented`.

use everypy_ffi as ffi;

use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::type_object::{PyTypeCheck, PyTypeInfo};
use crate::types::{PyAny, PyAnyMethods as _};

macro_rules! singleton {
    ($rust:ident, $name:literal, $type_name:literal, $data:ident) => {
        #[doc = concat!("The type of `", $name, "`.")]
        pub struct $rust(());

        impl super::DerefToPyAny for $rust {}

        impl $rust {
            #[doc = concat!("`", $name, "` itself.")]
            #[inline]
            pub fn get(py: Python<'_>) -> Borrowed<'_, '_, Self> {
                // SAFETY: attached, so the table is loaded; the object lives as long as the interpreter.
                unsafe { Borrowed::from_ptr_unchecked(py, ffi::$data().cast()).cast_unchecked() }
            }
        }

        // SAFETY: the type of the only instance.
        unsafe impl PyTypeInfo for $rust {
            const NAME: &'static str = $type_name;

            fn type_object_raw(py: Python<'_>) -> *mut ffi::PyTypeObject {
                Self::get(py).as_any().get_type_ptr()
            }

            #[inline]
            fn is_type_of(object: &Bound<'_, PyAny>) -> bool {
                object.as_ptr() == Self::get(object.py()).as_ptr()
            }

            #[inline]
            fn is_exact_type_of(object: &Bound<'_, PyAny>) -> bool {
                <Self as PyTypeCheck>::type_check(object)
            }
        }
    };
}

singleton!(PyNone, "None", "NoneType", _Py_NoneStruct);
singleton!(PyEllipsis, "Ellipsis", "ellipsis", _Py_EllipsisObject);
singleton!(PyNotImplemented, "NotImplemented", "NotImplementedType", _Py_NotImplementedStruct);
