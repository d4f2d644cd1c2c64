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
pub(super) enum Library {
    /// Its symbols can be looked up without the loader. To fill the table takes a thousand questions, and the loader takes
    /// ten times as long for each: it locks, and it has an error text ready.
    Table(Exports),
    /// The loader is asked.
    Handle(NonNull<c_void>),
}

impl Library {
    /// The address of a symbol.
    #[inline(never)]
    pub(super) fn symbol(&self, name: Name<'_>) -> Option<*const ()> {
        match self {
            Self::Table(exports) => exports.find(name),
            Self::Handle(handle) => {
                // SAFETY: the handle is open, and the name ends with a NUL.
                let address = unsafe { libc::dlsym(handle.as_ptr(), name.text.as_ptr()) };
                (!address.is_null()).then_some(address.cast())
            }
        }
    }

    fn from_handle(handle: *mut c_void) -> Option<Self> {
        let library = Self::Handle(NonNull::new(handle)?);
        // That of the program finds symbols in all that is global.
        let address = PROBE.into_iter().find_map(|name| library.symbol(name.into()));
        let exports = address.and_then(|address| Exports::around(address.addr()));
        Some(exports.map_or(library, Self::Table))
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

    /// A Python that was loaded without being made global (`RTLD_LOCAL`).
    fn hidden() -> Option<Self> {
        Exports::of_python().map(Self::Table)
    }
}

/// Where the C API may be, the likeliest first.
pub(super) fn candidates() -> impl Iterator<Item = Library> {
    [Library::global, Library::hidden].into_iter().filter_map(|candidate| candidate())
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
