//! From raw pointers to smart ones. The name tells who owns the pointer and what null means.

use everypy_ffi::PyObject;

use crate::err::{PyErr, PyResult};
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::types::PyAny;

/// What a C function returned, as a smart pointer.
pub(crate) trait FfiPtrExt {
    /// A new reference; null means that an exception is set.
    unsafe fn owned_or_err(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
    /// A new reference; null means that there is nothing, without an exception.
    unsafe fn owned_or_opt(self, py: Python<'_>) -> Option<Bound<'_, PyAny>>;
    /// A new reference that cannot be null.
    unsafe fn owned(self, py: Python<'_>) -> Bound<'_, PyAny>;
    /// A borrowed reference; null means that an exception is set.
    unsafe fn borrowed_or_err<'a, 'py>(self, py: Python<'py>)
    -> PyResult<Borrowed<'a, 'py, PyAny>>;
    /// A borrowed reference that cannot be null.
    unsafe fn borrowed<'a, 'py>(self, py: Python<'py>) -> Borrowed<'a, 'py, PyAny>;
}

impl FfiPtrExt for *mut PyObject {
    #[inline]
    unsafe fn owned_or_err(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        // SAFETY: as the caller says.
        unsafe { self.owned_or_opt(py) }.ok_or_else(|| PyErr::fetch(py))
    }

    #[inline]
    unsafe fn owned_or_opt(self, py: Python<'_>) -> Option<Bound<'_, PyAny>> {
        // SAFETY: as the caller says.
        unsafe { Bound::from_owned_ptr_or_opt(py, self) }
    }

    #[inline]
    unsafe fn owned(self, py: Python<'_>) -> Bound<'_, PyAny> {
        // SAFETY: as the caller says.
        unsafe { Bound::from_owned_ptr(py, self) }
    }

    #[inline]
    unsafe fn borrowed_or_err<'a, 'py>(
        self,
        py: Python<'py>,
    ) -> PyResult<Borrowed<'a, 'py, PyAny>> {
        // SAFETY: as the caller says.
        unsafe { Borrowed::from_ptr_or_opt(py, self) }.ok_or_else(|| PyErr::fetch(py))
    }

    #[inline]
    unsafe fn borrowed<'a, 'py>(self, py: Python<'py>) -> Borrowed<'a, 'py, PyAny> {
        // SAFETY: as the caller says.
        unsafe { Borrowed::from_ptr(py, self) }
    }
}
