//! State that belongs to an interpreter, and references that wait for a thread to attach.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::marker::Python;

/// A reference that was dropped by a detached thread.
struct Deferred(NonNull<ffi::PyObject>);

// SAFETY: only given back, by an attached thread.
unsafe impl Send for Deferred {}

static DEFERRED: Mutex<Vec<Deferred>> = Mutex::new(Vec::new());
static ANY_DEFERRED: AtomicBool = AtomicBool::new(false);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic runs while one of ours is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a reference back: now if this thread is attached, else when one attaches the next time.
pub(crate) fn release(pointer: NonNull<ffi::PyObject>) {
    // SAFETY: whoever has a reference has a loaded table; the reference is given up by the caller.
    unsafe {
        if object::is_attached() {
            object::decref(pointer.as_ptr());
            // What detached threads left is given back here too, since a module may never attach or detach by itself.
            drop_deferred(Python::assume_attached());
            return;
        }
    }
    lock(&DEFERRED).push(Deferred(pointer));
    ANY_DEFERRED.store(true, Ordering::Release);
}

/// Gives back what detached threads dropped.
#[inline]
pub(crate) fn drop_deferred(_py: Python<'_>) {
    if ANY_DEFERRED.load(Ordering::Acquire) {
        drop_deferred_now();
    }
}

#[cold]
fn drop_deferred_now() {
    ANY_DEFERRED.store(false, Ordering::Release);
    // Taken out first: a destructor may drop more.
    let deferred = core::mem::take(&mut *lock(&DEFERRED));
    for Deferred(pointer) in deferred {
        // SAFETY: attached, as the token of `drop_deferred` proves; the reference was given up.
        unsafe { object::decref(pointer.as_ptr()) };
    }
}

/// The interpreter that was there first, and whether there has been another one since.
static FIRST: AtomicI64 = AtomicI64::new(UNSET);
static SEVERAL: AtomicBool = AtomicBool::new(false);
const UNSET: i64 = -1;

/// The number of the interpreter that this thread is attached to. Numbers are not used again.
fn current(_py: Python<'_>) -> i64 {
    // SAFETY: this thread is attached.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) }
}

/// Takes note of the interpreter that a module is being imported into.
///
/// Every use of a module's state is preceded by this in the same interpreter, so that [`PerInterpreter`] needs to ask
/// which interpreter it is only when there has been more than one.
pub(crate) fn enter(py: Python<'_>) {
    let current = current(py);
    if let Err(first) = FIRST.compare_exchange(UNSET, current, Ordering::AcqRel, Ordering::Acquire)
        && first != current
    {
        SEVERAL.store(true, Ordering::Release);
    }
}

/// Where the values of the interpreters after the first are: by interpreter and cell, each a leaked `OnceLock`.
static OTHERS: Mutex<Vec<(i64, usize, Erased)>> = Mutex::new(Vec::new());

/// A pointer to the `OnceLock` of a cell, its type forgotten.
#[derive(Clone, Copy)]
struct Erased(*mut ());

// SAFETY: points at something that is shared between threads anyway.
unsafe impl Send for Erased {}

/// The value of a cell in an interpreter that was not the first, made by `make` if there is none.
#[cold]
#[inline(never)]
fn other(interpreter: i64, cell: usize, make: fn() -> *mut ()) -> *mut () {
    let mut others = lock(&OTHERS);
    let known = others.iter().find(|(i, c, _)| *i == interpreter && *c == cell);
    if let Some((_, _, Erased(pointer))) = known {
        return *pointer;
    }
    let pointer = make();
    others.push((interpreter, cell, Erased(pointer)));
    pointer
}

/// A cell that has one value in each interpreter.
///
/// While there is only one interpreter, reading costs one load and one predictable branch more than a plain cell.
/// Values of an interpreter that has gone stay, since references to them may; so must the cell, which is a `static`.
pub(crate) struct PerInterpreter<T> {
    first: OnceLock<T>,
}

impl<T> PerInterpreter<T> {
    pub(crate) const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    #[inline]
    fn cell(&self, py: Python<'_>) -> &OnceLock<T> {
        if SEVERAL.load(Ordering::Acquire) { self.cell_of_several(py) } else { &self.first }
    }

    #[cold]
    fn cell_of_several(&self, py: Python<'_>) -> &OnceLock<T> {
        let current = current(py);
        if current == FIRST.load(Ordering::Acquire) {
            return &self.first;
        }
        let make = || Box::into_raw(Box::new(OnceLock::<T>::new())).cast::<()>();
        let address = core::ptr::from_ref(self).expose_provenance();
        // SAFETY: the entries of this cell are made by `make`, with its type, and never freed.
        unsafe { &*other(current, address, make).cast::<OnceLock<T>>() }
    }

    /// The value, if there is one.
    #[inline]
    pub(crate) fn get(&self, py: Python<'_>) -> Option<&T> {
        self.cell(py).get()
    }

    /// Puts a value in, or gives it back if there is one.
    pub(crate) fn set(&self, py: Python<'_>, value: T) -> Result<(), T> {
        self.cell(py).set(value)
    }

    /// The value, made by `make` if there is none.
    ///
    /// No lock is held while `make` runs, since it may run Python code that comes here again or switches threads. If two
    /// threads make one at the same time, both get the one that was ready first.
    #[inline]
    pub(crate) fn get_or_try_init<E>(
        &self,
        py: Python<'_>,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<&T, E> {
        let cell = self.cell(py);
        match cell.get() {
            Some(value) => Ok(value),
            None => {
                let value = make()?;
                Ok(cell.get_or_init(|| value))
            }
        }
    }
}
