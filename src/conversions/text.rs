//! Text, bytes and paths.

use core::convert::Infallible;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::conversion::{FromPyObject, IntoPyObject, IntoPyObjectExt as _};
use crate::err::{CastError, PyErr, PyResult};
use crate::exceptions::PyValueError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound, Py};
use crate::marker::Python;
use crate::state::PerInterpreter;
use crate::types::{PyAny, PyAnyMethods as _, PyBytes, PyString};

impl<'a, 'py> FromPyObject<'a, 'py> for &'a str {
    type Error = PyErr;

    #[inline(always)]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        // SAFETY: attached; alive for `'a`.
        match unsafe { object::ascii_of_any(object.as_ptr()) } {
            Some(text) => Ok(text),
            None => text_by_call(object),
        }
    }
}

#[inline(never)]
fn text_by_call<'a>(object: Borrowed<'a, '_, PyAny>) -> PyResult<&'a str> {
    if object::utf8_refuses_others() {
        // SAFETY: attached; alive for `'a`; what is no str is refused.
        unsafe {
            if let Some(text) = object::utf8(object.as_ptr()) {
                return Ok(text);
            }
            ffi::PyErr_Clear();
        }
    }
    // Also for the error, which names the type.
    match object.cast::<PyString>() {
        Ok(text) => text.to_str(),
        Err(error) => Err(error.into()),
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Cow<'a, str> {
    type Error = PyErr;

    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        <&str>::extract(object).map(Cow::Borrowed)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for String {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        <&str>::extract(object).map(str::to_owned)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for char {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let mut characters = <&str>::extract(object)?.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(character),
            _ => Err(PyValueError::new_err("expected a string of length 1")),
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for &'a [u8] {
    type Error = CastError<'a, 'py>;

    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Self::Error> {
        object.cast::<PyBytes>().map(Borrowed::as_bytes)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Cow<'a, [u8]> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyBytes>() {
            Ok(bytes) => Ok(Cow::Borrowed(bytes.as_bytes())),
            Err(_) => Vec::<u8>::extract(object).map(Cow::Owned),
        }
    }
}

/// Types whose text is a `&str`.
macro_rules! into_string {
    ($($ty:ty, $value:ident => $text:expr;)*) => {
        $(
            impl<'py> IntoPyObject<'py> for $ty {
                type Target = PyString;
                type Output = Bound<'py, PyString>;
                type Error = Infallible;

                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                    let $value = self;
                    Ok(PyString::new(py, $text))
                }
            }
        )*
    };
}
into_string! {
    &str, text => text;
    String, text => &text;
    &String, text => text;
    Cow<'_, str>, text => &text;
    &Cow<'_, str>, text => text;
    char, character => character.encode_utf8(&mut [0; 4]);
    &char, character => character.encode_utf8(&mut [0; 4]);
}

impl<'a, 'py> FromPyObject<'a, 'py> for OsString {
    type Error = PyErr;

    #[cfg(unix)]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        use std::os::unix::ffi::OsStringExt as _;

        use crate::types::PyBytesMethods as _;

        let text = object.cast::<PyString>()?;
        // What file systems have that is no UTF-8 is in lone surrogates.
        let bytes = text.encode(c"utf-8", c"surrogateescape")?;
        Ok(OsString::from_vec(bytes.as_bytes().to_vec()))
    }

    #[cfg(windows)]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        use std::os::windows::ffi::OsStringExt as _;

        use crate::types::PyBytesMethods as _;

        let text = object.cast::<PyString>()?;
        let bytes = text.encode(c"utf-16-le", c"surrogatepass")?;
        let (units, _) = bytes.as_bytes().as_chunks::<2>();
        Ok(OsString::from_wide(
            &units.iter().map(|&unit| u16::from_le_bytes(unit)).collect::<Vec<_>>(),
        ))
    }
}

impl<'py> IntoPyObject<'py> for &OsStr {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        if let Some(text) = self.to_str() {
            return Ok(PyString::new(py, text));
        }
        decode(py, self)
    }
}

#[cfg(unix)]
fn decode<'py>(py: Python<'py>, text: &OsStr) -> PyResult<Bound<'py, PyString>> {
    use std::os::unix::ffi::OsStrExt as _;

    let bytes = text.as_bytes();
    // SAFETY: attached; the bytes are there; the result is a new str or null with an exception.
    unsafe {
        ffi::PyUnicode_DecodeUTF8(
            bytes.as_ptr().cast(),
            bytes.len() as ffi::Py_ssize_t,
            c"surrogateescape".as_ptr(),
        )
        .owned_or_err(py)
        .map(|text| text.cast_into_unchecked())
    }
}

#[cfg(windows)]
fn decode<'py>(py: Python<'py>, text: &OsStr) -> PyResult<Bound<'py, PyString>> {
    use std::os::windows::ffi::OsStrExt as _;

    let units: Vec<u8> = text.encode_wide().flat_map(u16::to_le_bytes).collect();
    // SAFETY: attached; the bytes are there; the result is a new str or null with an exception.
    unsafe {
        ffi::PyUnicode_Decode(
            units.as_ptr().cast(),
            units.len() as ffi::Py_ssize_t,
            c"utf-16-le".as_ptr(),
            c"surrogatepass".as_ptr(),
        )
        .owned_or_err(py)
        .map(|text| text.cast_into_unchecked())
    }
}

impl<'py> IntoPyObject<'py> for OsString {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        self.as_os_str().into_pyobject(py)
    }
}

impl<'py> IntoPyObject<'py> for &OsString {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        self.as_os_str().into_pyobject(py)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for PathBuf {
    type Error = PyErr;

    /// Takes a `str` and whatever has `__fspath__` and gives one.
    ///
    /// C API: [`PyOS_FSPath`](https://docs.python.org/3/c-api/sys.html#c.PyOS_FSPath).
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        // SAFETY: attached; alive; the result is a new str or bytes, or null with an exception.
        let path = unsafe { ffi::PyOS_FSPath(object.as_ptr()).owned_or_err(object.py())? };
        Ok(OsString::extract(path.as_borrowed())?.into())
    }
}

impl<'py> IntoPyObject<'py> for &Path {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    /// Gives a `pathlib.Path`.
    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        static PATH: PerInterpreter<Py<PyAny>> = PerInterpreter::new();
        PATH.import(py, "pathlib", "Path")?.call1((self.as_os_str(),))
    }
}

impl<'py> IntoPyObject<'py> for PathBuf {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        self.as_path().into_bound_py_any(py)
    }
}

impl<'py> IntoPyObject<'py> for &PathBuf {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        self.as_path().into_bound_py_any(py)
    }
}
