//! Shared libraries, and what the loader tells of them.

use core::ffi::{CStr, c_void};
use core::ptr::NonNull;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use everypy_ffi::Name;

use super::PROBE;
use super::loaded::{self, Exports};

/// A library that the process has loaded. It is never closed: the table points into it.
#[derive(Debug)]
pub(super) struct Library {
    handle: NonNull<c_void>,
    /// Its symbols, where they can be looked up without the loader.
    exports: Option<Exports>,
}

impl Library {
    /// The address of a symbol.
    ///
    /// To fill the table takes a thousand questions. The loader takes ten times as long for each: it locks, and it has an
    /// error text ready.
    #[inline]
    pub(super) fn symbol(&self, name: Name<'_>) -> Option<*const ()> {
        match &self.exports {
            Some(exports) => exports.find(name),
            None => self.ask(name.text),
        }
    }

    /// What the loader says.
    fn ask(&self, name: &CStr) -> Option<*const ()> {
        // SAFETY: the handle is open, and the name ends with a NUL.
        let address = unsafe { libc::dlsym(self.handle.as_ptr(), name.as_ptr()) };
        (!address.is_null()).then_some(address.cast())
    }

    fn from_handle(handle: *mut c_void) -> Option<Self> {
        let mut library = Self { handle: NonNull::new(handle)?, exports: None };
        // That of the program finds symbols in all that is global.
        let address = library.ask(PROBE.1).or_else(|| library.ask(PROBE.0));
        library.exports = address.and_then(|address| Exports::around(address.addr()));
        Some(library)
    }

    /// Loads a library with global scope, or says why that is not possible.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let path = CString::new(path.as_os_str().as_bytes()).map_err(|nul| nul.to_string())?;
        // SAFETY: the caller wants the library's initialisers to run; what the loader says of a failure is valid
        // until this thread calls it again.
        unsafe {
            let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
            Self::from_handle(handle).ok_or_else(|| match libc::dlerror() {
                why if why.is_null() => "the loader does not say why".to_owned(),
                why => CStr::from_ptr(why).to_string_lossy().into_owned(),
            })
        }
    }

    /// The program and everything that is loaded with global scope.
    fn global() -> Option<Self> {
        // SAFETY: without a name nothing is loaded.
        Self::from_handle(unsafe { libc::dlopen(core::ptr::null(), libc::RTLD_NOW) })
    }

    /// A library that is already loaded.
    fn loaded(path: &CStr) -> Option<Self> {
        // SAFETY: with `RTLD_NOLOAD` nothing is loaded, so no initialiser runs.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD) };
        Self::from_handle(handle)
    }
}

/// Where the C API may be, the likeliest first.
pub(super) fn candidates() -> impl Iterator<Item = Library> {
    // A Python that was loaded without being made global (`RTLD_LOCAL`).
    let hidden = core::iter::once_with(loaded_names).flatten();
    Library::global().into_iter().chain(hidden.filter_map(|name| Library::loaded(&name)))
}

/// The names of the loaded libraries that look like a Python.
fn loaded_names() -> Vec<CString> {
    let mut names = Vec::new();
    loaded::each(|library| {
        let file = library.name.to_bytes().rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        if file.starts_with(b"libpython") || file.starts_with(b"libpypy") {
            names.push(library.name.to_owned());
        }
        true
    });
    names
}

/// The file that an address is in, if it is not in the program itself.
pub(super) fn file(address: *const ()) -> Option<PathBuf> {
    let mut name = None;
    loaded::each(|library| {
        let found = library.contains(address.addr());
        if found && !library.name.is_empty() {
            name = Some(library.name.to_owned());
        }
        !found
    });
    Some(OsString::from_vec(name?.into_bytes()).into())
}
