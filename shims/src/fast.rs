//! Fast rows: functions outside the limited API, used only where they are known to be right, always with a fallback.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_int, c_void};

use everypy_ffi as ffi;

use crate::find::Python;
use crate::runtime::{Implementation, Runtime};

/// The fast rows as the running interpreter has them.
pub(crate) struct Fast {
    /// `PyGILState_Check`: whether the calling thread is attached.
    pub(crate) gil_state_check: unsafe extern "C" fn() -> c_int,
    /// `PyUnstable_Module_SetGIL`: only free-threaded builds have it, and only they need it.
    pub(crate) module_set_gil: Option<ModuleSetGil>,
    /// `PyObject_VectorcallDict`, in 3.8 `_PyObject_FastCallDict`: for versions that have vectorcalls, but not
    /// `PyObject_Vectorcall` as a function.
    pub(crate) vectorcall_dict: Option<VectorcallDict>,
}

type VectorcallDict = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    usize,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

type ModuleSetGil = unsafe extern "C" fn(*mut ffi::PyObject, *mut c_void) -> c_int;

const NOTHING: Fast =
    Fast { gil_state_check: has_thread_state, module_set_gil: None, vectorcall_dict: None };

struct Cell(UnsafeCell<Fast>);

// SAFETY: written once, by `set`, before anybody reads.
unsafe impl Sync for Cell {}

static FAST: Cell = Cell(UnsafeCell::new(NOTHING));

/// The fast rows. Before the table is loaded they are the fallbacks.
#[inline(always)]
pub(crate) fn fast() -> &'static Fast {
    // SAFETY: written only while loading, which happens before every use.
    unsafe { &*FAST.0.get() }
}

/// Looks the fast rows up.
pub(crate) fn set(python: &Python, runtime: &Runtime) {
    let symbol = |name: &CStr, right: bool| right.then(|| python.symbol(name)).flatten();
    // Up to 3.11 the current thread state is one variable for all threads, so that nothing else tells whose it is.
    let only_way =
        runtime.implementation != Implementation::CPython || runtime.python.feature() < (3, 12);
    let mut fast = NOTHING;
    if let Some(address) = symbol(c"PyGILState_Check", runtime.fast || only_way) {
        // SAFETY: that has been the signature since the function came, in 3.4.
        fast.gil_state_check =
            unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn() -> c_int>(address) };
    }
    if let Some(address) = symbol(c"PyUnstable_Module_SetGIL", runtime.fast) {
        // SAFETY: that has been the signature since the function came, in 3.13.
        fast.module_set_gil =
            Some(unsafe { core::mem::transmute::<*const (), ModuleSetGil>(address) });
    }
    let feature = runtime.python.feature();
    let cpython = runtime.fast && runtime.implementation == Implementation::CPython;
    // That of 3.7 knows nothing of room in front of the arguments.
    let inline_vectorcall = cpython && ((3, 8)..(3, 11)).contains(&feature);
    let name =
        if feature < (3, 9) { c"_PyObject_FastCallDict" } else { c"PyObject_VectorcallDict" };
    if let Some(address) = symbol(name, inline_vectorcall) {
        // SAFETY: that has been the signature of either on all of these versions.
        fast.vectorcall_dict =
            Some(unsafe { core::mem::transmute::<*const (), VectorcallDict>(address) });
    }
    // SAFETY: called once, while loading, before the table can be used.
    unsafe { FAST.0.get().write(fast) };
}

/// Since 3.12 the current thread state is thread-local, and without one this returns null.
unsafe extern "C" fn has_thread_state() -> c_int {
    // SAFETY: may be called by any thread of a process with an interpreter.
    c_int::from(unsafe { !ffi::PyThreadState_GetDict().is_null() })
}
