//! Finds the library in this process that exports the C API, or opens one.

use core::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};

use everypy_ffi::Name;

use crate::error::{LoadError, StartError};
use platform::Library;

/// The C API of an interpreter, as something that symbols can be asked of.
#[derive(Debug)]
pub struct Python {
    library: Library,
    /// Whether names are spelled `PyPyList_New` rather than `PyList_New`.
    pypy: bool,
    /// Whether it was not in the process before.
    opened: bool,
}

/// A name that every interpreter exports, and its spelling on PyPy.
const PROBE: (&CStr, &CStr) = (c"PyLong_FromLong", c"PyPyLong_FromLong");

impl Python {
    /// Finds the Python that is running in this process.
    ///
    /// # Errors
    ///
    /// [`LoadError::NoPython`].
    pub fn find() -> Result<Self, LoadError> {
        platform::candidates().find_map(Self::from_library).ok_or(LoadError::NoPython)
    }

    /// Opens the shared library of an interpreter. Modules that are loaded afterwards see its symbols.
    ///
    /// # Errors
    ///
    /// [`StartError::CannotOpen`] and [`StartError::NotPython`].
    pub fn open(path: &Path) -> Result<Self, StartError> {
        let library = Library::open(path)
            .map_err(|why| StartError::CannotOpen { path: path.to_owned(), why })?;
        match Self::from_library(library) {
            Some(python) => Ok(Self { opened: true, ..python }),
            None => Err(StartError::NotPython(path.to_owned())),
        }
    }

    /// The file of the library that exports the C API, where the system tells.
    pub fn file(&self) -> Option<PathBuf> {
        platform::file(self.symbol(PROBE.0)?)
    }

    fn from_library(library: Library) -> Option<Self> {
        let has = |name: &CStr| library.symbol(name.into()).is_some();
        let pypy = has(PROBE.1);
        (pypy || has(PROBE.0)).then_some(Self { library, pypy, opened: false })
    }

    /// The address of `name`, in CPython's spelling.
    ///
    /// On PyPy, which exports `PyList_New` as `PyPyList_New` and `_PyFoo` as `_PyPyFoo` but a few names as they are,
    /// both spellings are tried.
    pub fn symbol(&self, name: &CStr) -> Option<*const ()> {
        self.named(name.into())
    }

    /// The same for a name whose hash is known already.
    #[inline]
    pub(crate) fn named(&self, name: Name<'_>) -> Option<*const ()> {
        if self.pypy
            && let Some(address) = self.pypy_symbol(name.text)
        {
            return Some(address);
        }
        self.library.symbol(name)
    }

    fn pypy_symbol(&self, name: &CStr) -> Option<*const ()> {
        let name = name.to_bytes_with_nul();
        let (underscore, rest) = match name {
            [b'_', rest @ ..] => (&b"_"[..], rest),
            rest => (&b""[..], rest),
        };
        let rest = rest.strip_prefix(b"Py")?;
        let mut spelled = [0_u8; 128];
        let mut length = 0;
        for part in [underscore, b"PyPy", rest] {
            spelled.get_mut(length..length + part.len())?.copy_from_slice(part);
            length += part.len();
        }
        self.library.symbol(CStr::from_bytes_with_nul(&spelled[..length]).ok()?.into())
    }

    /// Whether [`open`](Self::open) brought it into the process.
    pub(crate) fn is_opened(&self) -> bool {
        self.opened
    }

    /// Whether the interpreter is PyPy.
    pub fn is_pypy(&self) -> bool {
        self.pypy
    }

    /// The text of a function that takes nothing and returns a C string, such as `Py_GetVersion`.
    pub(crate) fn text(&self, name: &CStr) -> Option<&'static CStr> {
        let function = self.symbol(name)?;
        // SAFETY: callers name functions of this signature, whose result is a static string.
        unsafe {
            let function: unsafe extern "C" fn() -> *const c_char = core::mem::transmute(function);
            let text = function();
            (!text.is_null()).then(|| CStr::from_ptr(text))
        }
    }

    /// Raises an `ImportError` without the help of the table. Returns whether that was possible.
    pub(crate) fn raise_import_error(&self, error: &LoadError) -> bool {
        let (Some(set_string), Some(import_error)) =
            (self.symbol(c"PyErr_SetString"), self.symbol(c"PyExc_ImportError"))
        else {
            return false;
        };
        // There is no other NUL: what a Python says of itself has been a C string.
        let message = error.to_string() + "\0";
        // SAFETY: these have been the signature and the kind of the two symbols in every Python 3; the message ends with
        // a NUL; the caller is the interpreter's import, so this thread is attached.
        unsafe {
            let set_string: unsafe extern "C" fn(*mut c_void, *const c_char) =
                core::mem::transmute(set_string);
            set_string(*import_error.cast::<*mut c_void>(), message.as_ptr().cast());
        }
        true
    }
}

#[cfg_attr(unix, path = "find/unix.rs")]
#[cfg_attr(windows, path = "find/windows.rs")]
mod platform;

#[cfg(unix)]
#[cfg_attr(
    any(target_os = "linux", target_os = "android", target_os = "freebsd"),
    path = "find/elf.rs"
)]
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android", target_os = "freebsd")),
    path = "find/asked.rs"
)]
mod loaded;
