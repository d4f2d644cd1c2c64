//! Finds the library in this process that exports the C API, or opens one.

use core::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};

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
        let has = |name: &CStr| library.symbol(name).is_some();
        let pypy = has(PROBE.1);
        (pypy || has(PROBE.0)).then_some(Self { library, pypy, opened: false })
    }

    /// The address of `name`, in CPython's spelling.
    ///
    /// On PyPy, which exports `PyList_New` as `PyPyList_New` and `_PyFoo` as `_PyPyFoo` but a few names as they are,
    /// both spellings are tried.
    pub fn symbol(&self, name: &CStr) -> Option<*const ()> {
        if self.pypy
            && let Some(address) = self.pypy_symbol(name)
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
        self.library.symbol(CStr::from_bytes_with_nul(&spelled[..length]).ok()?)
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

#[cfg(unix)]
mod platform {
    use core::ffi::{CStr, c_void};
    use core::ptr::NonNull;
    use std::ffi::{CString, OsString};
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::path::{Path, PathBuf};

    use super::PROBE;

    /// A library that the process has loaded. It is never closed: the table points into it.
    #[derive(Debug)]
    pub(super) struct Library(NonNull<c_void>);

    impl Library {
        /// The address of a symbol, asked of the loader itself: to fill the table takes two thousand questions, and nobody
        /// wants an error text for each that is answered with no.
        pub(super) fn symbol(&self, name: &CStr) -> Option<*const ()> {
            // SAFETY: the handle is open, and the name ends with a NUL.
            let address = unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) };
            (!address.is_null()).then_some(address.cast())
        }

        /// Loads a library with global scope, or says why that is not possible.
        pub(super) fn open(path: &Path) -> Result<Self, String> {
            let path = CString::new(path.as_os_str().as_bytes()).map_err(|nul| nul.to_string())?;
            // SAFETY: the caller wants the library's initialisers to run; what the loader says of a failure is valid
            // until this thread calls it again.
            unsafe {
                let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
                NonNull::new(handle).map(Self).ok_or_else(|| match libc::dlerror() {
                    why if why.is_null() => "the loader does not say why".to_owned(),
                    why => CStr::from_ptr(why).to_string_lossy().into_owned(),
                })
            }
        }

        /// The program and everything that is loaded with global scope.
        fn global() -> Option<Self> {
            // SAFETY: without a name nothing is loaded.
            NonNull::new(unsafe { libc::dlopen(core::ptr::null(), libc::RTLD_NOW) }).map(Self)
        }

        /// A library that is already loaded.
        fn loaded(path: &CStr) -> Option<Self> {
            // SAFETY: with `RTLD_NOLOAD` nothing is loaded, so no initialiser runs.
            let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD) };
            NonNull::new(handle).map(Self)
        }

        /// The very library that has the C API, if the global scope shows it.
        ///
        /// Asking it instead of the global scope spares a search through every library of the process for each name that
        /// is not there. Where Python is linked into the program there is no such library, and the program is asked.
        fn own(global: &Self) -> Option<Self> {
            let address = global.symbol(PROBE.1).or_else(|| global.symbol(PROBE.0))?;
            Self::loaded(&file_of(address)?)
        }
    }

    /// Where the C API may be, the likeliest first.
    pub(super) fn candidates() -> impl Iterator<Item = Library> {
        let global = Library::global();
        let own = global.as_ref().and_then(Library::own);
        // A Python that was loaded without being made global (`RTLD_LOCAL`).
        let hidden = core::iter::once_with(loaded_names).flatten();
        own.into_iter().chain(global).chain(hidden.filter_map(|name| Library::loaded(&name)))
    }

    /// The names of the loaded libraries that look like a Python.
    fn loaded_names() -> Vec<CString> {
        let mut names = Vec::new();
        loaded::each(|library| {
            let file =
                library.name.to_bytes().rsplit(|&byte| byte == b'/').next().unwrap_or_default();
            if file.starts_with(b"libpython") || file.starts_with(b"libpypy") {
                names.push(library.name.to_owned());
            }
            true
        });
        names
    }

    /// The name of the library that an address is in; `None` if it is in the program itself.
    fn file_of(address: *const ()) -> Option<CString> {
        let mut name = None;
        loaded::each(|library| {
            let found = library.contains(address.addr());
            if found && !library.name.is_empty() {
                name = Some(library.name.to_owned());
            }
            !found
        });
        name
    }

    /// The file that an address is in, if it is not in the program itself.
    pub(super) fn file(address: *const ()) -> Option<PathBuf> {
        Some(OsString::from_vec(file_of(address)?.into_bytes()).into())
    }

    /// What the loader tells of the libraries. `dladdr` would tell the name too, but it goes through all symbols of the
    /// library to find the nearest one.
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    mod loaded {
        use core::ffi::{CStr, c_int, c_void};

        /// A loaded library.
        pub(super) struct Loaded<'a> {
            /// The path, or nothing for the program itself.
            pub(super) name: &'a CStr,
            info: &'a libc::dl_phdr_info,
        }

        impl Loaded<'_> {
            /// Whether an address is in one of its segments.
            pub(super) fn contains(&self, address: usize) -> bool {
                let headers = (self.info.dlpi_phdr, usize::from(self.info.dlpi_phnum));
                // SAFETY: the loader says that so many headers are there.
                let headers = unsafe { core::slice::from_raw_parts(headers.0, headers.1) };
                headers.iter().filter(|header| header.p_type == libc::PT_LOAD).any(|header| {
                    let start =
                        (self.info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
                    address.wrapping_sub(start) < header.p_memsz as usize
                })
            }
        }

        /// Calls `visit` with each library until it returns `false`.
        pub(super) fn each<F: FnMut(&Loaded<'_>) -> bool>(mut visit: F) {
            unsafe extern "C" fn call<F: FnMut(&Loaded<'_>) -> bool>(
                info: *mut libc::dl_phdr_info,
                _size: usize,
                visit: *mut c_void,
            ) -> c_int {
                // SAFETY: the loader passes a valid `info`, whose name is a string or null, and hands `visit` through from
                // the call below.
                unsafe {
                    let info = &*info;
                    let name =
                        if info.dlpi_name.is_null() { c"" } else { CStr::from_ptr(info.dlpi_name) };
                    c_int::from(!(*visit.cast::<F>())(&Loaded { name, info }))
                }
            }
            // SAFETY: `call` gets the closure that it expects and does not keep it.
            unsafe { libc::dl_iterate_phdr(Some(call::<F>), (&raw mut visit).cast()) };
        }
    }

    /// Systems that do not tell: there the program is asked.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    mod loaded {
        use core::ffi::CStr;

        /// A loaded library.
        pub(super) struct Loaded<'a> {
            pub(super) name: &'a CStr,
        }

        impl Loaded<'_> {
            pub(super) fn contains(&self, _address: usize) -> bool {
                false
            }
        }

        pub(super) fn each(_visit: impl FnMut(&Loaded<'_>) -> bool) {}
    }
}

#[cfg(windows)]
mod platform {
    use core::ffi::CStr;
    use std::path::{Path, PathBuf};

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
        pub(super) fn symbol(&self, name: &CStr) -> Option<*const ()> {
            // SAFETY: the symbol is only used as an address.
            unsafe { self.0.get::<*const ()>(name) }.ok().map(|symbol| *symbol)
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
}
