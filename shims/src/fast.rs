//! Fast rows: functions outside the limited API, used only where they are known to be right, always with a fallback.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_int, c_void};
use core::ptr::null_mut;

use everypy_ffi::{self as ffi, PyThreadState};

use crate::find::Python;
use crate::runtime::{Implementation, Runtime};
use crate::thread;

/// The fast rows as the running interpreter has them.
pub(crate) struct Fast {
    /// `PyThreadState_GetUnchecked`, `_PyThreadState_UncheckedGet` before 3.13: not null if the calling thread is
    /// attached.
    pub(crate) attached: ThreadState,
    /// `_PyThreadState_UncheckedGet` of versions where it is one variable for all threads: null if none is attached.
    pub(crate) attached_thread: ThreadState,
    /// `PyGILState_Check`, which always says yes since another interpreter has been made.
    pub(crate) gil_state_check: unsafe extern "C" fn() -> c_int,
    /// The offset of a thread state's own number, where `attached_thread` is needed.
    pub(crate) thread_id: usize,
    /// `PyUnstable_Module_SetGIL`: only free-threaded builds have it, and only they need it.
    pub(crate) module_set_gil: Option<ModuleSetGil>,
    /// `PyObject_VectorcallDict`, in 3.8 `_PyObject_FastCallDict`: for versions that have vectorcalls, but not
    /// `PyObject_Vectorcall` as a function.
    pub(crate) vectorcall_dict: Option<VectorcallDict>,
    /// `PyMutex_Unlock`, on free-threaded builds.
    pub(crate) unlock_mutex: Option<UnlockMutex>,
}

/// Takes a `PyMutex`, which is a byte.
pub(crate) type UnlockMutex = unsafe extern "C" fn(*mut u8);

type VectorcallDict = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    usize,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

type ThreadState = unsafe extern "C" fn() -> *mut PyThreadState;
type ModuleSetGil = unsafe extern "C" fn(*mut ffi::PyObject, *mut c_void) -> c_int;

const NOTHING: Fast = Fast {
    attached: no_thread_state,
    attached_thread: no_thread_state,
    gil_state_check: no,
    thread_id: 0,
    module_set_gil: None,
    vectorcall_dict: None,
    unlock_mutex: None,
};

struct Cell(UnsafeCell<Fast>);

// SAFETY: written once, by `set`, before anybody reads but to learn that no thread is attached yet.
unsafe impl Sync for Cell {}

static FAST: Cell = Cell(UnsafeCell::new(NOTHING));

/// The fast rows. Before the table is loaded they say that no thread is attached.
#[inline(always)]
pub(crate) fn fast() -> &'static Fast {
    // SAFETY: written only while loading, which happens before every use.
    unsafe { &*FAST.0.get() }
}

/// Looks the fast rows up.
pub(crate) fn set(python: &Python, runtime: &Runtime) {
    let symbol = |name: &CStr, right: bool| if right { python.symbol(name) } else { None };
    let cpython = runtime.implementation == Implementation::CPython;
    // Up to 3.11 the current thread state is one variable for all threads.
    let shared = runtime.python.feature() < (3, 12);
    let mut fast = NOTHING;
    let name = if runtime.python.feature() < (3, 13) {
        c"_PyThreadState_UncheckedGet"
    } else {
        c"PyThreadState_GetUnchecked"
    };
    fast.attached = thread::with_dict;
    if let Some(address) = symbol(name, cpython && (shared || runtime.fast)) {
        // SAFETY: that has been the signature under both names.
        fast.attached = unsafe { core::mem::transmute::<*const (), ThreadState>(address) };
    }
    if let Some(address) = symbol(c"PyGILState_Check", shared || !cpython) {
        // SAFETY: that has been the signature since the function came, in 3.4.
        fast.gil_state_check =
            unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn() -> c_int>(address) };
        fast.attached_thread = fast.attached;
        fast.thread_id = thread::thread_id(runtime.python.feature());
        fast.attached = if cpython { thread::attached_of_all } else { thread::checked };
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
    if let Some(address) = symbol(c"PyMutex_Unlock", cpython && runtime.free_threaded) {
        // SAFETY: that has been the signature since the function came, in 3.13.
        fast.unlock_mutex =
            Some(unsafe { core::mem::transmute::<*const (), UnlockMutex>(address) });
    }
    // SAFETY: called once, while loading, before the table can be used.
    unsafe { FAST.0.get().write(fast) };
}

unsafe extern "C" fn no_thread_state() -> *mut PyThreadState {
    null_mut()
}

unsafe extern "C" fn no() -> c_int {
    0
}
