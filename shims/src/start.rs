//! Starts an interpreter in a program that has opened its library, or hands it a command line.

use core::ffi::{c_char, c_int, c_void};
use std::ffi::{CString, OsStr, OsString};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Once;

use everypy_ffi as ffi;
use ffi::wchar_t;

use crate::error::StartError;
use crate::find::Python;
use crate::runtime::Runtime;

impl Python {
    /// Starts the interpreter, unless it runs already, and fills the table from it. The calling thread is detached
    /// afterwards, so that any thread can attach.
    ///
    /// The interpreter takes itself for `program`: that is its `sys.executable`, and in a virtual environment what
    /// it finds the environment by. Signal handlers are not installed. What Python code has printed is flushed when the
    /// process exits; the interpreter is not finalized then.
    ///
    /// # Errors
    ///
    /// A function is missing, PyPy finds no standard library, or the table cannot be filled.
    ///
    /// A CPython without a standard library ends the process: there is no stable function that would not.
    pub fn start(&self, program: Option<&Path>) -> Result<(), StartError> {
        if self.is_pypy() {
            self.start_pypy(program)?;
        } else if !self.is_started()? {
            self.start_cpython(program)?;
        }
        // The table is not there yet, so this cannot go through it.
        type Ensure = unsafe extern "C" fn() -> ffi::PyGILState_STATE;
        type Release = unsafe extern "C" fn(ffi::PyGILState_STATE);
        // SAFETY: the signatures of these functions; the interpreter runs, and `release` gets what `ensure` returned.
        unsafe {
            let ensure: Ensure = self.function("PyGILState_Ensure")?;
            let release: Release = self.function("PyGILState_Release")?;
            let state = ensure();
            let loaded = crate::load_once(self);
            release(state);
            loaded.map_err(Clone::clone)?;
        }
        flush_at_exit();
        Ok(())
    }

    /// Whether the interpreter runs. Not to be asked of a PyPy: it may crash.
    fn is_started(&self) -> Result<bool, StartError> {
        // SAFETY: the function's signature; it may be called at any time.
        unsafe {
            let is_initialized: unsafe extern "C" fn() -> c_int =
                self.function("Py_IsInitialized")?;
            Ok(is_initialized() != 0)
        }
    }

    fn start_cpython(&self, program: Option<&Path>) -> Result<(), StartError> {
        type SetArguments = unsafe extern "C" fn(c_int, *const *const wchar_t, c_int);
        // What is too old is refused before it runs.
        Runtime::identify(self)?;
        // SAFETY: the signatures that these functions have had since 3.2. The program's name is never freed, since the
        // interpreter keeps the pointer. No Python runs, so the variables and the locale may be set; after
        // `Py_InitializeEx` this thread is attached until `PyEval_SaveThread`.
        unsafe {
            let utf8 = platform::set_locale();
            if utf8 && let Some(mode) = self.symbol(c"Py_UTF8Mode") {
                mode.cast::<c_int>().cast_mut().write(1);
            }
            let set_program_name: unsafe extern "C" fn(*const wchar_t) =
                self.function("Py_SetProgramName")?;
            let initialize: unsafe extern "C" fn(c_int) = self.function("Py_InitializeEx")?;
            let set_arguments: SetArguments = self.function("PySys_SetArgvEx")?;
            let detach: unsafe extern "C" fn() -> *mut c_void =
                self.function("PyEval_SaveThread")?;
            if let Some(program) = program {
                let name = platform::wide(self, program.as_os_str(), utf8)?;
                set_program_name(Box::leak(name.into_boxed_slice()).as_ptr());
            }
            initialize(0);
            // 3.7 leaves an empty list, which much code does not expect.
            let empty: wchar_t = 0;
            set_arguments(1, [&raw const empty].as_ptr(), 0);
            detach();
        }
        Ok(())
    }

    /// Starts PyPy, or only its C API if somebody else has opened the library and started it.
    fn start_pypy(&self, program: Option<&Path>) -> Result<(), StartError> {
        // SAFETY: the signatures in PyPy's `include/PyPy.h`; the strings end with a NUL and are only read.
        unsafe {
            let startup: unsafe extern "C" fn() = self.function("rpython_startup_code")?;
            let setup_home: unsafe extern "C" fn(*const c_char, c_int) -> c_int =
                self.function("pypy_setup_home")?;
            let init_threads: unsafe extern "C" fn() = self.function("pypy_init_threads")?;
            let execute: unsafe extern "C" fn(*const c_char) -> c_int =
                self.function("pypy_execute_source")?;
            if self.is_opened() {
                startup();
                // It looks for the standard library from there upwards, then beside itself, and for `pyvenv.cfg`.
                let home = program.and_then(Path::parent);
                let home = home.map(|folder| platform::narrow(folder.as_os_str())).transpose()?;
                if setup_home(home.as_ref().map_or(core::ptr::null(), |home| home.as_ptr()), 0) != 0
                {
                    return Err(StartError::NoStandardLibrary);
                }
                // Without it there is no GIL, and threads run into each other.
                init_threads();
            }
            // Importing this module, which is a part of PyPy, starts its C API. Before that any other function crashes.
            let mut source = String::from("import sys, cpyext\n");
            if let Some(program) = program {
                let name = platform::narrow(program.as_os_str())?;
                source
                    .push_str("import os\nsys.executable = sys._base_executable = os.fsdecode(b'");
                for byte in name.as_bytes() {
                    write!(source, "\\x{byte:02x}").expect("a `String` takes everything");
                }
                source.push_str("')\n");
            }
            source.push_str("sys.argv = getattr(sys, 'argv', None) or ['']\n\0");
            if execute(source.as_ptr().cast()) != 0 {
                return Err(StartError::NoStandardLibrary);
            }
        }
        Ok(())
    }

    /// Does what the interpreter's own program does with a command line, and returns its exit status. The first argument
    /// is the program, as the interpreter finds itself by it.
    ///
    /// # Errors
    ///
    /// The library has no such function, or an argument contains a NUL.
    pub fn run_command_line(&self, arguments: &[OsString]) -> Result<c_int, StartError> {
        platform::run_command_line(self, arguments)
    }

    /// A function by its name.
    ///
    /// # Safety
    ///
    /// `F` is the type of a function pointer, and that function has its signature.
    unsafe fn function<F: Copy>(&self, name: &'static str) -> Result<F, StartError> {
        const { assert!(size_of::<F>() == size_of::<*const ()>()) };
        let terminated = CString::new(name).map_err(|_| StartError::Nul)?;
        let address = self.symbol(&terminated).ok_or(StartError::Lacks(name))?;
        // SAFETY: both are pointers, and `F` is right, as the caller says.
        Ok(unsafe { core::mem::transmute_copy(&address) })
    }
}

#[cfg(unix)]
mod platform {
    use super::*;
    use core::ffi::CStr;
    use std::os::unix::ffi::OsStrExt as _;

    /// Takes the locale of the environment, as the interpreter does when it starts, so that its own functions decode
    /// what comes before. Returns whether that is the C locale, in which the interpreter's own program uses UTF-8
    /// (PEP 540) unless `PYTHONUTF8=0`.
    ///
    /// # Safety
    ///
    /// No other thread uses the locale.
    pub(super) unsafe fn set_locale() -> bool {
        // SAFETY: the string ends with a NUL; the answer is a string or null.
        let c_locale = unsafe {
            let name = libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
            name.is_null() || [c"C", c"POSIX"].contains(&CStr::from_ptr(name))
        };
        c_locale && std::env::var_os("PYTHONUTF8").is_none_or(|value| value != "0")
    }

    pub(super) fn narrow(text: &OsStr) -> Result<CString, StartError> {
        CString::new(text.as_bytes()).map_err(|_| StartError::Nul)
    }

    /// Decodes a path as the interpreter will, with a NUL at the end. Bytes that mean nothing become lone surrogates.
    pub(super) fn wide(
        python: &Python,
        text: &OsStr,
        utf8: bool,
    ) -> Result<Vec<wchar_t>, StartError> {
        type Decode = unsafe extern "C" fn(*const c_char, *mut usize) -> *mut wchar_t;
        let narrow = narrow(text)?;
        if utf8 {
            return Ok(wide_from_utf8(narrow.as_bytes()));
        }
        // SAFETY: the function's signature since 3.5; it needs no interpreter. Its result has `length` characters and
        // is not freed: that takes place once.
        unsafe {
            let decode: Decode = python.function("Py_DecodeLocale")?;
            let mut length = 0;
            let wide = decode(narrow.as_ptr(), &raw mut length);
            if wide.is_null() {
                return Ok(wide_from_utf8(narrow.as_bytes()));
            }
            let mut wide = core::slice::from_raw_parts(wide, length).to_vec();
            wide.push(0);
            Ok(wide)
        }
    }

    pub(super) fn wide_from_utf8(bytes: &[u8]) -> Vec<wchar_t> {
        let mut wide = Vec::with_capacity(bytes.len() + 1);
        for chunk in bytes.utf8_chunks() {
            wide.extend(chunk.valid().chars().map(|character| character as wchar_t));
            wide.extend(chunk.invalid().iter().map(|&byte| 0xdc00 + wchar_t::from(byte)));
        }
        wide.push(0);
        wide
    }

    pub(super) fn run_command_line(
        python: &Python,
        arguments: &[OsString],
    ) -> Result<c_int, StartError> {
        type Main = unsafe extern "C" fn(c_int, *mut *mut c_char) -> c_int;
        // CPython since 3.8, CPython 3.7, PyPy.
        const NAMES: [&str; 3] = ["Py_BytesMain", "_Py_UnixMain", "pypy_main_startup"];
        let narrow = |argument: &OsString| Ok(narrow(argument)?.into_raw());
        let mut vector = arguments.iter().map(narrow).collect::<Result<Vec<_>, StartError>>()?;
        let count = c_int::try_from(vector.len()).expect("the system passes fewer");
        vector.push(core::ptr::null_mut());
        // SAFETY: all three have the signature of `main`. The arguments are never freed.
        unsafe {
            let main = NAMES.into_iter().find_map(|name| python.function::<Main>(name).ok());
            let main = main.ok_or(StartError::Lacks(NAMES[0]))?;
            Ok(main(count, Vec::leak(vector).as_mut_ptr()))
        }
    }
}

#[cfg(windows)]
mod platform {
    use super::*;
    use std::os::windows::ffi::OsStrExt as _;

    /// Nothing is decoded here: paths are UTF-16 already.
    ///
    /// # Safety
    ///
    /// Nothing needs to be.
    pub(super) unsafe fn set_locale() -> bool {
        false
    }

    /// PyPy takes UTF-8.
    pub(super) fn narrow(text: &OsStr) -> Result<CString, StartError> {
        CString::new(text.to_string_lossy().into_owned()).map_err(|_| StartError::Nul)
    }

    pub(super) fn wide(
        _python: &Python,
        text: &OsStr,
        _utf8: bool,
    ) -> Result<Vec<wchar_t>, StartError> {
        Ok(text.encode_wide().chain([0]).collect())
    }

    pub(super) fn run_command_line(
        python: &Python,
        arguments: &[OsString],
    ) -> Result<c_int, StartError> {
        type Main = unsafe extern "C" fn(c_int, *mut *mut wchar_t) -> c_int;
        let wide = |argument: &OsString| {
            let text: Vec<wchar_t> = argument.encode_wide().chain([0]).collect();
            Vec::leak(text).as_mut_ptr()
        };
        let mut vector: Vec<*mut wchar_t> = arguments.iter().map(wide).collect();
        let count = c_int::try_from(vector.len()).expect("the system passes fewer");
        vector.push(core::ptr::null_mut());
        // SAFETY: the function's signature. The arguments are never freed.
        unsafe {
            let main: Main = python.function("Py_Main")?;
            Ok(main(count, Vec::leak(vector).as_mut_ptr()))
        }
    }
}

/// Has what Python code has printed flushed when the process exits: nobody finalizes the interpreter, and what is
/// written to a pipe or a file would be lost with its buffer.
fn flush_at_exit() {
    unsafe extern "C" {
        fn atexit(function: extern "C" fn()) -> c_int;
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a function of the C library; ours stays where it is. Without memory for it nothing is flushed.
        unsafe { atexit(flush) };
    });
}

extern "C" fn flush() {
    // SAFETY: the table is filled, and this thread attaches for as long as the calls last; `PySys_GetObject` lends its
    // result, the others return new references or null, and what they raise is dropped.
    unsafe {
        if ffi::Py_IsInitialized() == 0 {
            return;
        }
        let state = ffi::PyGILState_Ensure();
        for name in [c"stdout", c"stderr"] {
            let stream = ffi::PySys_GetObject(name.as_ptr());
            if stream.is_null() {
                continue;
            }
            let function = ffi::PyObject_GetAttrString(stream, c"flush".as_ptr());
            if !function.is_null() {
                let result = ffi::PyObject_CallObject(function, core::ptr::null_mut());
                ffi::Py_DecRef(function);
                ffi::Py_DecRef(result);
            }
            ffi::PyErr_Clear();
        }
        ffi::PyGILState_Release(state);
    }
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn paths_are_decoded() {
        #[track_caller]
        fn check(bytes: &[u8], expected: &[u32]) {
            let wide: Vec<u32> = super::platform::wide_from_utf8(bytes)
                .into_iter()
                .map(|unit| unit as u32)
                .collect();
            assert_eq!(wide, expected);
        }
        check(b"/a b", &[0x2f, 0x61, 0x20, 0x62, 0]);
        check("\u{e9}\u{1f40d}".as_bytes(), &[0xe9, 0x1f40d, 0]);
        check(b"\xff/\xc3", &[0xdcff, 0x2f, 0xdcc3, 0]);
    }
}
