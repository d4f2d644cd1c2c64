//! `str`.

use std::borrow::Cow;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound, Py};
use crate::marker::Python;
use crate::types::{PyBytes, PyBytesMethods as _};

native_type! {
    /// The type `str`.
    PyString = "str", object PyUnicode_Type, flag Py_TPFLAGS_UNICODE_SUBCLASS
}

impl PyString {
    /// A `str` with this text.
    ///
    /// C API: [`PyUnicode_FromStringAndSize`](https://docs.python.org/3/c-api/unicode.html#c.PyUnicode_FromStringAndSize).
    ///
    /// # Panics
    ///
    /// Without memory.
    #[doc(alias = "PyUnicode_FromStringAndSize")]
    pub fn new<'py>(py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        // A slice is at most `isize::MAX` long.
        let length = text.len() as ffi::Py_ssize_t;
        // SAFETY: attached; `length` bytes of UTF-8 are there; the result is a new str.
        unsafe {
            ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), length)
                .owned(py)
                .cast_into_unchecked()
        }
    }

    /// The interned `str` with this text: the one object that all who intern it share.
    ///
    /// C API: [`PyUnicode_InternInPlace`](https://docs.python.org/3/c-api/unicode.html#c.PyUnicode_InternInPlace).
    ///
    /// # Panics
    ///
    /// Without memory.
    #[doc(alias = "PyUnicode_InternInPlace")]
    pub fn intern<'py>(py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        let mut string = Self::new(py, text).into_ptr();
        // SAFETY: attached; takes the reference to a str and gives one to a str.
        unsafe {
            ffi::PyUnicode_InternInPlace(&raw mut string);
            string.owned(py).cast_into_unchecked()
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyString> {}
}

/// The methods of `str`.
pub trait PyStringMethods<'py>: sealed::Sealed {
    /// The text as UTF-8, borrowed from the object.
    ///
    /// C API: [`PyUnicode_AsUTF8AndSize`](https://docs.python.org/3/c-api/unicode.html#c.PyUnicode_AsUTF8AndSize).
    ///
    /// # Errors
    ///
    /// `UnicodeEncodeError` if there are lone surrogates, which UTF-8 does not have.
    #[doc(alias = "PyUnicode_AsUTF8AndSize")]
    fn to_str(&self) -> PyResult<&str>;

    /// The text as UTF-8.
    ///
    /// # Errors
    ///
    /// `UnicodeEncodeError` if there are lone surrogates, which UTF-8 does not have.
    fn to_cow(&self) -> PyResult<Cow<'_, str>>;

    /// The text as UTF-8, with U+FFFD for each byte of a lone surrogate.
    fn to_string_lossy(&self) -> Cow<'_, str>;

    /// The text as UTF-8 in new bytes.
    ///
    /// # Errors
    ///
    /// `UnicodeEncodeError` if there are lone surrogates, which UTF-8 does not have.
    fn encode_utf8(&self) -> PyResult<Bound<'py, PyBytes>>;
}

impl<'py> PyStringMethods<'py> for Bound<'py, PyString> {
    #[inline]
    fn to_str(&self) -> PyResult<&str> {
        self.as_borrowed().to_str()
    }

    fn to_cow(&self) -> PyResult<Cow<'_, str>> {
        self.to_str().map(Cow::Borrowed)
    }

    fn to_string_lossy(&self) -> Cow<'_, str> {
        match self.to_str() {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                // Every str can be encoded with `surrogatepass`, as long as there is memory.
                let bytes = self.encode(c"utf-8", c"surrogatepass");
                bytes.map_or(Cow::Borrowed(""), |bytes| {
                    Cow::Owned(String::from_utf8_lossy(bytes.as_bytes()).into_owned())
                })
            }
        }
    }

    fn encode_utf8(&self) -> PyResult<Bound<'py, PyBytes>> {
        self.encode(c"utf-8", c"strict")
    }
}

impl<'py> Bound<'py, PyString> {
    /// `self.encode(encoding, errors)`.
    pub(crate) fn encode(
        &self,
        encoding: &core::ffi::CStr,
        errors: &core::ffi::CStr,
    ) -> PyResult<Bound<'py, PyBytes>> {
        // SAFETY: attached; a str; the result is new bytes or null with an exception.
        unsafe {
            ffi::PyUnicode_AsEncodedString(self.as_ptr(), encoding.as_ptr(), errors.as_ptr())
                .owned_or_err(self.py())
                .map(|bytes| bytes.cast_into_unchecked())
        }
    }
}

impl<'a> Borrowed<'a, '_, PyString> {
    #[inline(always)]
    pub(crate) fn to_str(self) -> PyResult<&'a str> {
        // SAFETY: attached; a str that lives for `'a`.
        match unsafe { object::ascii(self.as_ptr()) } {
            Some(text) => Ok(text),
            None => self.to_str_by_call(),
        }
    }

    #[inline(never)]
    fn to_str_by_call(self) -> PyResult<&'a str> {
        // SAFETY: attached; a str that lives for `'a`.
        unsafe { object::utf8(self.as_ptr()) }.ok_or_else(|| self.surrogate_error())
    }

    /// The `UnicodeEncodeError` of a text that is not UTF-8, as the codec raises it: what `PyUnicode_AsUTF8AndSize`
    /// raises on GraalPy has other fields.
    #[cold]
    fn surrogate_error(self) -> PyErr {
        let raised = PyErr::fetch(self.py());
        self.encode(c"utf-8", c"strict").err().unwrap_or(raised)
    }
}

impl Py<PyString> {
    /// The text as UTF-8, borrowed from the object.
    ///
    /// # Errors
    ///
    /// `UnicodeEncodeError` if there are lone surrogates, which UTF-8 does not have.
    pub fn to_str<'a>(&'a self, py: Python<'_>) -> PyResult<&'a str> {
        self.bind_borrowed(py).to_str()
    }

    /// The text as UTF-8.
    ///
    /// # Errors
    ///
    /// `UnicodeEncodeError` if there are lone surrogates, which UTF-8 does not have.
    pub fn to_cow<'a>(&'a self, py: Python<'_>) -> PyResult<Cow<'a, str>> {
        self.to_str(py).map(Cow::Borrowed)
    }
}

/// A `str` is compared with text by its UTF-8; one with lone surrogates equals none.
impl PartialEq<str> for Bound<'_, PyString> {
    fn eq(&self, other: &str) -> bool {
        self.to_str().is_ok_and(|text| text == other)
    }
}

impl PartialEq<&str> for Bound<'_, PyString> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
