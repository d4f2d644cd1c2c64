//! DLLs.

use std::path::{Path, PathBuf};

use everypy_ffi::Name;
use libloading::os::windows::{LOAD_WITH_ALTERED_SEARCH_PATH, Library as Dll};

/// A DLL that the process has loaded.
#[derive(Debug)]
pub(super) struct Library(Dll);

impl Library {
    /// Loads a DLL, with those that it needs from its own folder.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        // SAFETY: the caller wants the library's initialisers to run.
        let library = unsafe { Dll::load_with_flags(path, LOAD_WITH_ALTERED_SEARCH_PATH) };
        library.map(Self).map_err(|error| error.to_string())
    }

    /// The address of a symbol.
    pub(super) fn symbol(&self, name: Name<'_>) -> Option<*const ()> {
        // SAFETY: the symbol is only used as an address.
        unsafe { self.0.get::<*const ()>(name.text) }.ok().map(|symbol| *symbol)
    }
}

/// Windows could tell, but nobody has asked yet.
pub(super) fn file(_address: *const ()) -> Option<PathBuf> {
    None
}

/// Where the C API may be: the DLLs of the known versions, if they are loaded.
pub(super) fn candidates() -> impl Iterator<Item = Library> {
    let cpython = (7..40)
        .rev()
        .flat_map(|minor| [format!("python3{minor}.dll"), format!("python3{minor}t.dll")]);
    let pypy = (9..20).rev().map(|minor| format!("libpypy3.{minor}-c.dll"));
    cpython.chain(pypy).filter_map(|name| Dll::open_already_loaded(name).ok()).map(Library)
}
