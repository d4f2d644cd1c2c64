//! Iterators.

use everypy_ffi as ffi;

use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::Bound;
use crate::marker::Python;
use crate::type_object::PyTypeCheck;
use crate::types::{PyAny, PyAnyMethods as _};

/// Any iterator: `Bound<'py, PyIterator>` is an iterator of Rust too, over results.
pub struct PyIterator(());

impl super::DerefToPyAny for PyIterator {}

// SAFETY: what has `__next__` is an iterator.
unsafe impl PyTypeCheck for PyIterator {
    fn type_check(object: &Bound<'_, PyAny>) -> bool {
        // SAFETY: attached; alive.
        unsafe { ffi::PyIter_Check(object.as_ptr()) != 0 }
    }

    fn classinfo_object(py: Python<'_>) -> Bound<'_, PyAny> {
        py.import("collections.abc")
            .and_then(|module| module.getattr("Iterator"))
            .unwrap_or_else(|_| py.get_type::<PyAny>().into_any())
    }
}

impl<'py> Iterator for Bound<'py, PyIterator> {
    type Item = PyResult<Bound<'py, PyAny>>;

    /// C API: [`PyIter_Next`](https://docs.python.org/3/c-api/iter.html#c.PyIter_Next).
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let py = self.py();
        // SAFETY: attached; an iterator; the result is a new reference, or null at the end or with an exception.
        match unsafe { ffi::PyIter_Next(self.as_ptr()).owned_or_opt(py) } {
            Some(item) => Some(Ok(item)),
            None => PyErr::take(py).map(Err),
        }
    }
}
