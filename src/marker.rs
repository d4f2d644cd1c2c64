//! The token [`Python<'py>`], proof that the thread is attached to an interpreter.

use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::null_mut;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::conversion::IntoPyObject;
use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, Py};
use crate::state;
use crate::type_object::PyTypeInfo;
use crate::types::{
    PyAny, PyAnyMethods as _, PyDict, PyEllipsis, PyModule, PyNone, PyNotImplemented, PyString,
    PyType,
};

/// What may cross into a closure that runs detached: anything that can be sent to another thread.
///
/// # Safety
///
/// Implemented for all such types, and for nothing else.
pub unsafe trait Ungil {}

// SAFETY: what may go to another thread may also be used while this one is detached.
unsafe impl<T: Send> Ungil for T {}

/// Proof that the current thread is attached to a Python interpreter, for as long as `'py`.
///
/// Zero-sized and `Copy`: pass it by value. With a GIL, being attached means to hold it.
#[derive(Clone, Copy)]
pub struct Python<'py>(PhantomData<(&'py (), *mut ())>);

impl Python<'_> {
    /// Attaches this thread to the interpreter and calls `f` with the token. Nested calls are fine, and cheap.
    ///
    /// Among several interpreters, a thread that is attached to one stays there, and a thread that has detached from one
    /// by [`detach`](Self::detach) attaches to it again. Any other thread attaches to the main interpreter.
    ///
    /// With the feature `auto-initialize` the first call starts an interpreter if none is running, as
    /// [`initialize`](Self::initialize) does.
    ///
    /// ```
    /// use everypy::prelude::*;
    ///
    /// # fn main() -> PyResult<()> {
    /// let version: String = Python::attach(|py| py.import("sys")?.getattr("version")?.extract())?;
    /// assert!(version.starts_with("3."));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// C API: [`PyGILState_Ensure`](https://docs.python.org/3/c-api/init.html#c.PyGILState_Ensure), if this thread is
    /// not attached.
    ///
    /// # Panics
    ///
    /// If no interpreter is running, and none can be started.
    #[doc(alias = "with_gil")]
    #[doc(alias = "PyGILState_Ensure")]
    #[track_caller]
    pub fn attach<F, R>(f: F) -> R
    where
        F: for<'py> FnOnce(Python<'py>) -> R,
    {
        #[cfg(feature = "auto-initialize")]
        if !everypy_shims::is_loaded() {
            crate::embed::initialize();
        }
        match Self::try_attach(f) {
            Some(result) => result,
            None => not_running(),
        }
    }

    /// Starts an interpreter, unless one is running: the one that `EVERYPY_PYTHON` asks for, or the best on the machine.
    /// [`embed`](crate::embed) tells how it is chosen, and has a form that returns an error.
    ///
    /// C API: [`Py_InitializeEx`](https://docs.python.org/3/c-api/interp-lifecycle.html#c.Py_InitializeEx).
    ///
    /// # Panics
    ///
    /// If there is none, with what was tried and why it failed.
    #[doc(alias = "prepare_freethreaded_python")]
    #[doc(alias = "Py_InitializeEx")]
    #[track_caller]
    pub fn initialize() {
        crate::embed::initialize();
    }

    /// The older name of [`attach`](Self::attach).
    #[track_caller]
    pub fn with_gil<F, R>(f: F) -> R
    where
        F: for<'py> FnOnce(Python<'py>) -> R,
    {
        Self::attach(f)
    }

    /// As [`attach`](Self::attach), but returns `None` if no interpreter is running.
    #[doc(alias = "PyGILState_Ensure")]
    pub fn try_attach<F, R>(f: F) -> Option<R>
    where
        F: for<'py> FnOnce(Python<'py>) -> R,
    {
        let attached = if object::is_attached() { None } else { Some(Attached::new()?) };
        // SAFETY: this thread is attached, or `attached` keeps it so until after `f`.
        let py = unsafe { Python::assume_attached() };
        state::drop_deferred(py);
        let result = f(py);
        drop(attached);
        Some(result)
    }
}

#[cold]
#[track_caller]
fn not_running() -> ! {
    panic!(
        "no Python interpreter is running in this process\n\
         hint: call `Python::initialize()` first, or enable the feature `auto-initialize`"
    )
}

thread_local! {
    /// The state of this thread while it is detached by [`Python::detach`], else null.
    static DETACHED: Cell<*mut ffi::PyThreadState> = const { Cell::new(null_mut()) };
}

/// The state that this thread has detached from, null if it has not been attached or is so.
pub(crate) fn detached_from() -> *mut ffi::PyThreadState {
    DETACHED.get()
}

/// Keeps the thread attached that was not.
enum Attached {
    /// To the interpreter that it has detached from. `PyGILState_Ensure` may choose another one.
    Again,
    /// To the main interpreter, if this thread has not been attached to any.
    Ensured(ffi::PyGILState_STATE),
}

impl Attached {
    #[cold]
    fn new() -> Option<Self> {
        // SAFETY: the table is loaded, and the function may be called by any thread.
        if !everypy_shims::is_loaded() || unsafe { ffi::Py_IsInitialized() } == 0 {
            return None;
        }
        let state = DETACHED.replace(null_mut());
        // SAFETY: an interpreter is running; a state that this thread has detached from is its own.
        Some(unsafe {
            if state.is_null() {
                Self::Ensured(ffi::PyGILState_Ensure())
            } else {
                ffi::PyEval_RestoreThread(state);
                Self::Again
            }
        })
    }
}

impl Drop for Attached {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: pairs with the call in `new`, in the same thread.
        unsafe {
            match *self {
                Self::Again => DETACHED.set(ffi::PyEval_SaveThread()),
                Self::Ensured(state) => ffi::PyGILState_Release(state),
            }
        }
    }
}

/// Keeps the thread detached.
struct Detached {
    state: *mut ffi::PyThreadState,
    /// What was noted before: something if other code than ours has attached meanwhile.
    outer: *mut ffi::PyThreadState,
}

impl Detached {
    fn new(_py: Python<'_>) -> Self {
        // SAFETY: this thread is attached.
        let state = unsafe { ffi::PyEval_SaveThread() };
        Self { state, outer: DETACHED.replace(state) }
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        DETACHED.set(self.outer);
        // SAFETY: pairs with `PyEval_SaveThread`, in the same thread.
        unsafe { ffi::PyEval_RestoreThread(self.state) };
    }
}

impl<'py> Python<'py> {
    /// Detaches this thread while `f` runs, so that others can run Python code, and attaches it again afterwards, also
    /// if `f` panics.
    ///
    /// C API: [`PyEval_SaveThread`](https://docs.python.org/3/c-api/init.html#c.PyEval_SaveThread).
    #[doc(alias = "allow_threads")]
    #[doc(alias = "PyEval_SaveThread")]
    pub fn detach<T, F>(self, f: F) -> T
    where
        F: Ungil + FnOnce() -> T,
        T: Ungil,
    {
        let detached = Detached::new(self);
        let result = f();
        drop(detached);
        state::drop_deferred(self);
        result
    }

    /// The older name of [`detach`](Self::detach).
    pub fn allow_threads<T, F>(self, f: F) -> T
    where
        F: Ungil + FnOnce() -> T,
        T: Ungil,
    {
        self.detach(f)
    }

    /// Imports a module.
    ///
    /// C API: [`PyImport_Import`](https://docs.python.org/3/c-api/import.html#c.PyImport_Import).
    ///
    /// # Errors
    ///
    /// `ModuleNotFoundError`, and whatever the module raises.
    pub fn import<N>(self, name: N) -> PyResult<Bound<'py, PyModule>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        PyModule::import(self, name)
    }

    /// The type object of `T`.
    pub fn get_type<T: PyTypeInfo>(self) -> Bound<'py, PyType> {
        T::type_object(self)
    }

    /// A new reference to `None`.
    #[expect(non_snake_case, reason = "the name that Python gives it")]
    pub fn None(self) -> Py<PyAny> {
        PyNone::get(self).to_owned().into_any().unbind()
    }

    /// A new reference to `Ellipsis`.
    #[expect(non_snake_case, reason = "the name that Python gives it")]
    pub fn Ellipsis(self) -> Py<PyAny> {
        PyEllipsis::get(self).to_owned().into_any().unbind()
    }

    /// A new reference to `NotImplemented`.
    #[expect(non_snake_case, reason = "the name that Python gives it")]
    pub fn NotImplemented(self) -> Py<PyAny> {
        PyNotImplemented::get(self).to_owned().into_any().unbind()
    }

    /// Evaluates one expression. Without `globals` those of `__main__` are used, without `locals` the globals.
    ///
    /// # Errors
    ///
    /// `SyntaxError`, and whatever the expression raises.
    pub fn eval(
        self,
        code: &core::ffi::CStr,
        globals: Option<&Bound<'py, PyDict>>,
        locals: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let text = code.to_str()?.trim_start_matches([' ', '\t']);
        self.run_code(&PyString::new(self, text), globals, locals)
    }

    /// Runs statements. Without `globals` those of `__main__` are used, without `locals` the globals.
    ///
    /// # Errors
    ///
    /// `SyntaxError`, and whatever the code raises.
    pub fn run(
        self,
        code: &core::ffi::CStr,
        globals: Option<&Bound<'py, PyDict>>,
        locals: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<()> {
        // `exec` would ask for the frame of its caller; where a program embeds PyPy there is none, and it crashes.
        let compile = self.import("builtins")?.getattr("compile")?;
        let text = code.to_str()?.trim_start_matches([' ', '\t']);
        let flags = 0;
        let inherit_nothing = true;
        let code = compile.call1((text, "<string>", "exec", flags, inherit_nothing))?;
        self.run_code(&code, globals, locals).map(drop)
    }

    /// `eval` of `builtins` exists everywhere, which `Py_CompileString` and `PyRun_String` do not. It takes a text or any
    /// code object.
    fn run_code(
        self,
        code: &Bound<'py, PyAny>,
        globals: Option<&Bound<'py, PyDict>>,
        locals: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let eval = self.import("builtins")?.getattr("eval")?;
        let globals = match globals {
            Some(globals) => globals.clone(),
            // SAFETY: attached; the name is a C string; the result is an owned reference or null.
            None => unsafe {
                ffi::PyImport_AddModuleRef(c"__main__".as_ptr())
                    .owned_or_err(self)?
                    .getattr("__dict__")?
                    .cast_into::<PyDict>()?
            },
        };
        let locals = locals.unwrap_or(&globals);
        eval.call1((code, &globals, locals))
    }

    /// Runs the handlers of signals that have arrived.
    ///
    /// C API: [`PyErr_CheckSignals`](https://docs.python.org/3/c-api/exceptions.html#c.PyErr_CheckSignals).
    ///
    /// # Errors
    ///
    /// What a handler raises, such as `KeyboardInterrupt`.
    #[doc(alias = "PyErr_CheckSignals")]
    pub fn check_signals(self) -> PyResult<()> {
        // SAFETY: this thread is attached.
        crate::err::error_on_minus_one(self, unsafe { ffi::PyErr_CheckSignals() })
    }

    /// The text of `sys.version`, as C tells it.
    ///
    /// # Panics
    ///
    /// If the text is not UTF-8, which no interpreter's is.
    pub fn version(self) -> &'static str {
        // SAFETY: returns a static string.
        unsafe { core::ffi::CStr::from_ptr(ffi::Py_GetVersion()) }
            .to_str()
            .expect("`Py_GetVersion` is ASCII")
    }
}

impl<'unbound> Python<'unbound> {
    /// Makes the token from nothing.
    ///
    /// # Safety
    ///
    /// The thread is attached, and stays so for as long as the token and all that is derived from it is used.
    #[inline(always)]
    pub unsafe fn assume_attached() -> Python<'unbound> {
        Python(PhantomData)
    }

    /// The older name of [`assume_attached`](Self::assume_attached).
    ///
    /// # Safety
    ///
    /// The same.
    #[inline(always)]
    pub unsafe fn assume_gil_acquired() -> Python<'unbound> {
        // SAFETY: as the caller says.
        unsafe { Self::assume_attached() }
    }
}

impl From<core::str::Utf8Error> for PyErr {
    fn from(error: core::str::Utf8Error) -> Self {
        crate::exceptions::PyValueError::new_err(error.to_string())
    }
}
