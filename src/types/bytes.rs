//! `bytes`.

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound, Py};
use crate::marker::Python;

native_type! {
    /// The type `bytes`.
    PyBytes = "bytes", object PyBytes_Type, flag Py_TPFLAGS_BYTES_SUBCLASS
}

impl PyBytes {
    /// A copy of `bytes`.
    ///
    /// C API: [`PyBytes_FromStringAndSize`](https://docs.python.org/3/c-api/bytes.html#c.PyBytes_FromStringAndSize).
    ///
    /// # Panics
    ///
    /// Without memory.
    #[doc(alias = "PyBytes_FromStringAndSize")]
    pub fn new<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyBytes> {
        // A slice is at most `isize::MAX` long.
        let length = bytes.len() as ffi::Py_ssize_t;
        // SAFETY: attached; `length` bytes are there; the result is new bytes.
        unsafe {
            ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), length)
                .owned(py)
                .cast_into_unchecked()
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyBytes> {}
}

/// The methods of `bytes`.
pub trait PyBytesMethods<'py>: sealed::Sealed {
    /// The contents.
    ///
    /// C API: [`PyBytes_AsString`](https://docs.python.org/3/c-api/bytes.html#c.PyBytes_AsString).
    #[doc(alias = "PyBytes_AsString")]
    fn as_bytes(&self) -> &[u8];
}

impl<'py> PyBytesMethods<'py> for Bound<'py, PyBytes> {
    #[inline]
    fn as_bytes(&self) -> &[u8] {
        self.as_borrowed().as_bytes()
    }
}

impl<'a> Borrowed<'a, '_, PyBytes> {
    #[inline]
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        // SAFETY: attached; bytes, which live for `'a`.
        if let Some(bytes) = unsafe { object::bytes(self.as_ptr()) } {
            return bytes;
        }
        // SAFETY: attached; bytes, which do not change or move while they live, for which the calls cannot fail.
        unsafe {
            let start = ffi::PyBytes_AsString(self.as_ptr());
            let length = ffi::PyBytes_Size(self.as_ptr());
            core::slice::from_raw_parts(start.cast(), length as usize)
        }
    }
}

impl Py<PyBytes> {
    /// The contents.
    pub fn as_bytes<'a>(&'a self, py: Python<'_>) -> &'a [u8] {
        self.bind_borrowed(py).as_bytes()
    }
}
