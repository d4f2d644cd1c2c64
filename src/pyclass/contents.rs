//! What a class keeps in its instances, and who may use it when.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ThreadId;

use everypy_ffi::PyObject;
use everypy_shims::class::ELSEWHERE;
use everypy_shims::layout;

use super::{Frozen as _, PyClass, PyClassBaseType, PyClassImpl, elsewhere};

/// The contents of one class in an instance.
#[repr(C)]
pub(crate) struct Contents<T: PyClassImpl> {
    state: AtomicUsize,
    thread: MaybeUninit<T::Thread>,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// Nothing was put in, or it was taken out: what fresh memory says.
const EMPTY: usize = 0;
/// Anybody may read, and the bits below count who does. The bit of the sign, so that counting tells whether it is set.
const FREE: usize = 1 << (usize::BITS - 1);
/// Somebody writes. The bits below count who is finding out that they may not read: readers are counted before they know.
/// What is left of that number goes when the writer does.
///
/// A number that an instruction can hold.
const WRITER: usize = 1 << 30;

/// Which threads may use an instance.
#[doc(hidden)]
pub trait Thread: 'static {
    /// What is noted when an instance is made.
    fn here() -> Self;
    /// Whether this thread may.
    fn is_here(&self) -> bool;
}

/// Any thread.
#[doc(hidden)]
pub struct AnyThread(());

impl Thread for AnyThread {
    #[inline(always)]
    fn here() -> Self {
        Self(())
    }

    #[inline(always)]
    fn is_here(&self) -> bool {
        true
    }
}

/// The thread that made the instance: `unsendable`.
#[doc(hidden)]
pub struct OneThread(ThreadId);

impl Thread for OneThread {
    fn here() -> Self {
        Self(std::thread::current().id())
    }

    fn is_here(&self) -> bool {
        std::thread::current().id() == self.0
    }
}

/// Why contents cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing was put in: the instance was not made by the class's own constructor.
    Empty,
    /// Somebody else writes, or somebody uses it who wants to write.
    Borrowed,
    /// They belong to another thread.
    Thread,
}

/// The contents of class `T` in an instance.
///
/// # Safety
///
/// `object` is an instance of `T`, made by this module, and this thread is attached.
#[inline(always)]
pub(crate) unsafe fn contents<T: PyClass>(object: *mut PyObject) -> *mut Contents<T> {
    let offset = T::cell().offset();
    // A class that extends nothing but `object` has its contents in the instance on every interpreter.
    if !<T::BaseType as PyClassBaseType>::IS_OBJECT && offset == ELSEWHERE {
        // SAFETY: as the caller says.
        return unsafe { elsewhere::find::<T>(object) };
    }
    // SAFETY: the class was made with room for the contents there.
    unsafe { object.byte_add(offset).cast() }
}

impl<T: PyClass> Contents<T> {
    /// Contents that nobody uses.
    pub(super) fn new(value: T) -> Self {
        Self {
            state: AtomicUsize::new(FREE),
            thread: MaybeUninit::new(T::Thread::here()),
            value: UnsafeCell::new(MaybeUninit::new(value)),
        }
    }

    /// The value.
    #[inline(always)]
    pub(crate) fn value(&self) -> *mut T {
        self.value.get().cast()
    }

    /// Whether there is a value.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.state.load(Ordering::Relaxed) & (FREE | WRITER) != EMPTY
    }

    /// Whether this thread may use the value, which must be there.
    #[inline(always)]
    pub(super) fn is_here(&self) -> bool {
        // SAFETY: written with the value.
        unsafe { self.thread.assume_init_ref() }.is_here()
    }

    /// Takes the value out, which must be there, to be dropped in place by the caller. Nobody else uses it any more.
    pub(super) fn empty(&self) {
        self.state.store(EMPTY, Ordering::Relaxed);
    }

    pub(super) fn state(&self) -> *const AtomicUsize {
        &raw const self.state
    }
}

/// The state that counts who uses an instance: that of the first class of ours from the root on, so that one who reads
/// or writes through a class counts for those that it extends.
///
/// # Safety
///
/// As `contents`.
#[inline(always)]
unsafe fn users<'a, T: PyClass>(object: *mut PyObject, own: *mut Contents<T>) -> &'a AtomicUsize {
    // SAFETY: as the caller says; an instance of `T` is one of what it extends.
    unsafe { &*<T::BaseType as PyClassBaseType>::users(object).unwrap_or_else(|| (*own).state()) }
}

/// The same, for the classes that extend `T`.
///
/// # Safety
///
/// As `contents`.
#[inline(always)]
pub unsafe fn users_of<T: PyClass>(object: *mut PyObject) -> Option<*const AtomicUsize> {
    // SAFETY: as the caller says.
    unsafe { Some(core::ptr::from_ref(users(object, contents::<T>(object)))) }
}

/// Why contents cannot be used.
#[cold]
fn refusal<T: PyClass>(own: &Contents<T>) -> Refusal {
    if !own.is_full() {
        Refusal::Empty
    } else if !own.is_here() {
        Refusal::Thread
    } else {
        Refusal::Borrowed
    }
}

/// Why contents cannot be used that a reader too many has been counted for, which is undone, so that the count does not
/// grow into the bits above.
#[cold]
#[inline(never)]
fn taken_back<T: PyClass>(own: &Contents<T>, users: &AtomicUsize) -> Refusal {
    // A writer that has gone meanwhile has done so, and so has the next one. Others may be counted now, one of which goes
    // in our place, and finds nothing left to undo.
    let undo = |state| (state & FREE == 0 && state & !WRITER != 0).then(|| state - 1);
    let _ = users.fetch_update(Ordering::Relaxed, Ordering::Relaxed, undo);
    refusal(own)
}

/// Whether this thread may use contents, beside what others do with them.
///
/// `counted` says that the state which counts users is theirs and will be looked at.
#[inline(always)]
fn is_usable<T: PyClass>(own: &Contents<T>, counted: bool) -> bool {
    let root = !<T::BaseType as PyClassBaseType>::IS_OURS;
    ((root && counted) || own.is_full()) && own.is_here()
}

/// Whether readers of a class are counted: not if it and all that it extends are frozen.
#[inline(always)]
pub const fn counts<T: PyClass>() -> bool {
    !T::Frozen::VALUE || <T::BaseType as PyClassBaseType>::COUNTS
}

/// Takes the right to read.
///
/// # Safety
///
/// As `contents`.
#[inline(always)]
pub(crate) unsafe fn share<T: PyClass>(object: *mut PyObject) -> Result<*mut Contents<T>, Refusal> {
    // SAFETY: as the caller says.
    unsafe { share_among::<T>(layout().free_threaded, object) }
}

/// Takes the right to read, among threads that run at the same time or not.
///
/// # Safety
///
/// As `contents`.
#[inline(always)]
pub(crate) unsafe fn share_among<T: PyClass>(
    threads: bool,
    object: *mut PyObject,
) -> Result<*mut Contents<T>, Refusal> {
    // SAFETY: as the caller says.
    unsafe {
        let own = contents::<T>(object);
        if !is_usable(&*own, counts::<T>()) {
            return Err(refusal(&*own));
        }
        if counts::<T>() {
            let users = users(object, own);
            // One instruction counts and tests, so that those are counted, too, who may not read: see `WRITER`.
            if threads {
                if users.fetch_add(1, Ordering::Acquire).wrapping_add(1) & FREE == 0 {
                    return Err(taken_back(&*own, users));
                }
            } else {
                let state = users.as_ptr();
                *state = (*state).wrapping_add(1);
                if *state & FREE == 0 {
                    return Err(taken_back(&*own, users));
                }
            }
        }
        Ok(own)
    }
}

/// Gives the right to read back.
///
/// # Safety
///
/// As [`contents`], and the caller has the right.
#[inline(always)]
pub(crate) unsafe fn unshare<T: PyClass>(object: *mut PyObject, own: *mut Contents<T>) {
    if !counts::<T>() {
        return;
    }
    // SAFETY: as the caller says.
    let users = unsafe { users(object, own) };
    if layout().free_threaded {
        users.fetch_sub(1, Ordering::Release);
    } else {
        users.store(users.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }
}

/// Takes the right to write.
///
/// # Safety
///
/// As `contents`.
#[inline(always)]
pub(crate) unsafe fn lock<T: PyClass>(object: *mut PyObject) -> Result<*mut Contents<T>, Refusal> {
    // SAFETY: as the caller says.
    unsafe { lock_among::<T>(layout().free_threaded, object) }
}

/// Takes the right to write, among threads that run at the same time or not.
///
/// # Safety
///
/// As `contents`.
#[inline(always)]
pub(crate) unsafe fn lock_among<T: PyClass>(
    threads: bool,
    object: *mut PyObject,
) -> Result<*mut Contents<T>, Refusal> {
    // SAFETY: as the caller says.
    unsafe {
        let own = contents::<T>(object);
        if !is_usable(&*own, true) {
            return Err(refusal(&*own));
        }
        let users = users(object, own);
        if threads {
            if users.compare_exchange(FREE, WRITER, Ordering::Acquire, Ordering::Relaxed).is_err() {
                return Err(refusal(&*own));
            }
        } else {
            if users.load(Ordering::Relaxed) != FREE {
                return Err(refusal(&*own));
            }
            users.store(WRITER, Ordering::Relaxed);
        }
        Ok(own)
    }
}

/// Gives the right to write back.
///
/// # Safety
///
/// As [`contents`], and the caller has the right.
#[inline(always)]
pub(crate) unsafe fn unlock<T: PyClass>(object: *mut PyObject, own: *mut Contents<T>) {
    // SAFETY: as the caller says.
    unsafe { users(object, own) }.store(FREE, Ordering::Release);
}
