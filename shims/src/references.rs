//! Counting references, as C does with macros, by layout where it is known and by calls where it is not.

use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use everypy_ffi::{self as ffi, Py_ssize_t, PyObject};

use crate::layout::{WORD, layout};

/// Takes a reference: `Py_INCREF`.
///
/// # Safety
///
/// The table is loaded, this thread is attached and `object` is alive.
#[inline]
pub unsafe fn incref(object: *mut PyObject) {
    let layout = layout();
    // SAFETY: as the caller says. The layout says that the first word is the count, or that its low half is; this thread
    // holds the GIL.
    unsafe {
        if layout.plain_counts {
            *object.cast::<Py_ssize_t>() += 1;
        } else if layout.immortal_counts {
            let count = low_half(object);
            if *count as i32 >= 0 {
                *count += 1;
            }
        } else if layout.local_counts {
            incref_of_thread(object);
        } else {
            ffi::Py_IncRef(object);
        }
    }
}

/// The same for `None`, `True`, `False` and `NotImplemented`.
///
/// # Safety
///
/// As [`incref`].
#[inline(always)]
pub unsafe fn incref_singleton(object: *mut PyObject) {
    let layout = layout();
    // SAFETY: as for `incref`.
    unsafe {
        if layout.plain_counts {
            *object.cast::<Py_ssize_t>() += 1;
        } else if !layout.immortal_singletons {
            ffi::Py_IncRef(object);
        }
    }
}

/// [`incref`] where it is known that objects have locks, as on CPython without a GIL.
///
/// # Safety
///
/// As [`incref`].
#[inline]
pub unsafe fn incref_among_threads(object: *mut PyObject) {
    // SAFETY: as the caller says.
    unsafe {
        if !layout().local_counts || !Local::of(object).increment() {
            ffi::Py_IncRef(object);
        }
    }
}

/// [`incref`] where threads count for themselves: no call of the interpreter, but one of ours, so that the code of each is
/// short.
///
/// # Safety
///
/// As [`incref`].
#[inline(never)]
unsafe fn incref_of_thread(object: *mut PyObject) {
    // SAFETY: as the caller says.
    unsafe { incref_among_threads(object) };
}

/// [`decref`] there.
///
/// # Safety
///
/// As [`decref`].
#[inline(never)]
unsafe fn decref_of_thread(object: *mut PyObject) {
    // SAFETY: as the caller says.
    unsafe {
        if !Local::of(object).decrement() {
            ffi::Py_DecRef(object);
        }
    }
}

/// Gives a reference back: `Py_DECREF`.
///
/// # Safety
///
/// As [`incref`], and the reference is the caller's.
#[inline]
pub unsafe fn decref(object: *mut PyObject) {
    let layout = layout();
    // SAFETY: as for `incref`.
    unsafe {
        if layout.plain_counts {
            let count = object.cast::<Py_ssize_t>();
            *count -= 1;
            if *count != 0 {
                return;
            }
        } else if layout.immortal_counts {
            let count = low_half(object);
            if (*count as i32) < 0 {
                return;
            }
            *count -= 1;
            if *count != 0 {
                return;
            }
        } else if layout.local_counts {
            decref_of_thread(object);
            return;
        } else {
            ffi::Py_DecRef(object);
            return;
        }
        end(object);
    }
}

/// `Py_XDECREF`, not in line: for what is seldom done.
///
/// # Safety
///
/// As [`decref`], or null.
#[inline(never)]
pub unsafe fn xdecref(object: *mut PyObject) {
    if !object.is_null() {
        // SAFETY: as the caller says.
        unsafe { decref(object) };
    }
}

/// Ends an object whose count has come to zero. Not a call in each [`decref`], which would share it with that of
/// `Py_DecRef` and find out which of the two it is to be where neither is called.
///
/// # Safety
///
/// As [`decref`]; there is no reference any more.
#[cold]
#[inline(never)]
unsafe fn end(object: *mut PyObject) {
    // SAFETY: as the caller says.
    unsafe { ffi::_Py_Dealloc(object) };
}

/// The 32 bits that hold the count of an object whose immortality is in bit 31.
#[inline(always)]
fn low_half(object: *mut PyObject) -> *mut u32 {
    let offset = if cfg!(target_endian = "big") { WORD - size_of::<u32>() } else { 0 };
    object.wrapping_byte_add(offset).cast()
}

/// The count of the thread that an object belongs to, on CPython without a GIL. It is nobody else's to write, and other
/// threads count elsewhere.
struct Local<'a> {
    thread: &'a AtomicUsize,
    count: &'a AtomicU32,
}

impl<'a> Local<'a> {
    /// Behind the thread come two bytes of flags, the lock and a byte for the garbage collector.
    const COUNT: usize = WORD + 4;

    /// # Safety
    ///
    /// The layout says that the object has it, and the object is alive.
    #[inline(always)]
    unsafe fn of(object: *mut PyObject) -> Self {
        // SAFETY: as the caller says; nobody accesses either but atomically.
        unsafe {
            Self {
                thread: &*object.cast(),
                count: &*object.byte_add(Self::COUNT).cast::<AtomicU32>(),
            }
        }
    }

    #[inline(always)]
    fn is_here(&self) -> bool {
        thread_pointer() == self.thread.load(Ordering::Relaxed)
    }

    /// Counts one more, unless that is for C to do.
    #[inline(always)]
    fn increment(&self) -> bool {
        let more = self.count.load(Ordering::Relaxed).wrapping_add(1);
        if more == IMMORTAL.wrapping_add(1) {
            return true;
        }
        let here = self.is_here();
        if here {
            self.count.store(more, Ordering::Relaxed);
        }
        here
    }

    /// Counts one less, unless that is for C to do: also the last one, with which the object may end.
    #[inline(always)]
    fn decrement(&self) -> bool {
        let count = self.count.load(Ordering::Relaxed);
        // One comparison for 0, 1 and `IMMORTAL`.
        if count.wrapping_sub(2) >= IMMORTAL - 2 {
            return count == IMMORTAL;
        }
        let here = self.is_here();
        if here {
            self.count.store(count - 1, Ordering::Relaxed);
        }
        here
    }
}

/// The count of an object that lives as long as the process.
const IMMORTAL: u32 = u32::MAX;

/// Whether [`thread_pointer`] is known here.
pub(crate) const KNOWS_THREADS: bool =
    cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")));

/// What identifies the calling thread in an object that belongs to it: `_Py_ThreadId`, which C compiles into every module.
/// Only where [`KNOWS_THREADS`] says so.
#[inline(always)]
fn thread_pointer() -> usize {
    let pointer: usize;
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    // SAFETY: the first word of thread-local storage, which is its own address.
    unsafe {
        core::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, readonly, preserves_flags));
    }
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, nomem, preserves_flags));
    }
    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        pointer = unreachable!("no layout has local counts here");
    }
    pointer
}
