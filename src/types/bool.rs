//! `bool`.

use everypy_ffi as ffi;

use crate::instance::{Borrowed, Bound};
use crate::marker::Python;

native_type! {
    /// The type `bool`.
    PyBool = "bool", object PyBool_Type
}

impl PyBool {
    /// `True` or `False`.
    #[inline]
    pub fn new(py: Python<'_>, value: bool) -> Borrowed<'_, '_, Self> {
        // SAFETY: attached, so the table is loaded; the objects live as long as the interpreter.
        unsafe {
            let object = if value { ffi::_Py_TrueStruct() } else { ffi::_Py_FalseStruct() };
            Borrowed::from_ptr_unchecked(py, object.cast()).cast_unchecked()
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyBool> {}
}

/// The methods of `bool`.
pub trait PyBoolMethods<'py>: sealed::Sealed {
    /// The value.
    fn is_true(&self) -> bool;
}

impl<'py> PyBoolMethods<'py> for Bound<'py, PyBool> {
    #[inline]
    fn is_true(&self) -> bool {
        self.as_ptr() == PyBool::new(self.py(), true).as_ptr()
    }
}
