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

/// A name that every interpreter exports, first in PyPy's spelling.
const PROBE: [&CStr; 2] = [c"PyPyLong_FromLong", c"PyLong_FromLong"];

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
        platform::file(self.symbol(PROBE[1])?)
    }

    fn from_library(library: Library) -> Option<Self> {
        let spelling = PROBE.into_iter().position(|name| library.symbol(name.into()).is_some())?;
        Some(Self { library, pypy: spelling == 0, opened: false })
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

    #[inline(never)]
    fn pypy_symbol(&self, name: &CStr) -> Option<*const ()> {
        let name = name.to_bytes();
        let (underscore, rest) = match name {
            [b'_', rest @ ..] => (&b"_"[..], rest),
            rest => (&b""[..], rest),
        };
        self.joined([underscore, b"PyPy", rest.strip_prefix(b"Py")?])
    }

    /// The address of a symbol whose name is made of these parts.
    pub(crate) fn joined(&self, parts: [&[u8]; 3]) -> Option<*const ()> {
        // One byte at the end stays the NUL.
        let mut name = [0_u8; 128];
        let mut length = 0;
        for part in parts {
            for &byte in part {
                name[usize::min(length, 126)] = byte;
                length += 1;
            }
        }
        // SAFETY: there is a NUL.
        self.library.symbol(unsafe { CStr::from_ptr(name.as_ptr().cast()) }.into())
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
