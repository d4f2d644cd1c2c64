//! The locks that objects have on CPython without a GIL.

use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU8, Ordering};

use everypy_ffi::{self as ffi, PyObject};

use crate::fast::fast;
use crate::layout::{WORD, layout};

/// Whether objects have locks: without a GIL.
#[inline(always)]
pub fn has_locks() -> bool {
    layout().free_threaded
}

/// Holds the lock of an object while `body` runs, where objects have locks: `Py_BEGIN_CRITICAL_SECTION`.
///
/// As with every lock of this kind, `body` may lose it in between if it calls Python.
///
/// # Safety
///
/// The table is loaded, this thread is attached and `object` is alive.
#[inline(always)]
pub unsafe fn with_lock<R>(object: *mut PyObject, body: impl FnOnce() -> R) -> R {
    let mut section = Section::NONE;
    if has_locks() {
        // SAFETY: as the caller says; it stays where it is until its end, which comes also if `body` panics.
        unsafe { section.begin(object) };
    }
    body()
}

/// The same for a `body` for which [`ShortLock`] serves.
///
/// # Safety
///
/// As [`with_lock`].
#[inline(always)]
pub unsafe fn with_short_lock<R>(object: *mut PyObject, body: impl FnOnce() -> R) -> R {
    // SAFETY: as the caller says.
    unsafe {
        let Some(_lock) = ShortLock::take(object) else { return with_lock(object, body) };
        body()
    }
}

/// A critical section.
struct Section {
    section: MaybeUninit<ffi::PyCriticalSection>,
    begun: bool,
}

impl Section {
    const NONE: Self = Self { section: MaybeUninit::uninit(), begun: false };

    /// # Safety
    ///
    /// As [`with_lock`], and this is not moved any more.
    #[inline]
    unsafe fn begin(&mut self, object: *mut PyObject) {
        // SAFETY: as the caller says.
        unsafe { ffi::PyCriticalSection_Begin(self.section.as_mut_ptr(), object) };
        self.begun = true;
    }
}

impl Drop for Section {
    #[inline(always)]
    fn drop(&mut self) {
        if self.begun {
            // SAFETY: it has begun, and is where it was.
            unsafe { ffi::PyCriticalSection_End(self.section.as_mut_ptr()) };
        }
    }
}

/// The lock of an object, held until this is dropped, for what neither runs code of others nor waits for anything, and is
/// short: nobody is told who could make this thread let go of it.
///
/// The lock is a byte whose lowest bit says that it is held, and the next one whether somebody sleeps until it is free.
pub struct ShortLock<'a>(&'a AtomicU8);

const FREE: u8 = 0;
const HELD: u8 = 1;

impl ShortLock<'_> {
    /// Behind the thread that an object belongs to come two bytes of flags and the lock.
    const OFFSET: usize = WORD + 2;

    /// Takes it. Nothing if it is held already, or nobody could be woken afterwards.
    ///
    /// # Safety
    ///
    /// As [`with_lock`], and it is dropped before the object ends.
    #[inline(always)]
    pub unsafe fn take(object: *mut PyObject) -> Option<Self> {
        fast().unlock_mutex?;
        // SAFETY: only where there is such a function is there a lock, which nobody accesses but atomically.
        let state = unsafe { &*object.byte_add(Self::OFFSET).cast::<AtomicU8>() };
        state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).ok()?;
        Some(Self(state))
    }
}

/// Unlocks and wakes who sleeps.
#[cold]
#[inline(never)]
fn unlock_and_wake(state: &AtomicU8) {
    if let Some(unlock) = fast().unlock_mutex {
        // SAFETY: a lock of this interpreter, held by this thread.
        unsafe { unlock(state.as_ptr()) };
    }
}

impl Drop for ShortLock<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let free = self.0.compare_exchange(HELD, FREE, Ordering::Release, Ordering::Relaxed);
        if free.is_err() {
            unlock_and_wake(self.0);
        }
    }
}
