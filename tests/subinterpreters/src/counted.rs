//! Things whose lives are counted.

use core::ptr::null;
use core::sync::atomic::{AtomicUsize, Ordering};

use everypy::prelude::*;
use everypy::{ffi, wrap_pyfunction};

use crate::number;

/// How many objects of [`object`] there are.
static OBJECTS: AtomicUsize = AtomicUsize::new(0);
/// How many values of [`Value`] there are.
static VALUES: AtomicUsize = AtomicUsize::new(0);
/// How many of them were dropped in an interpreter that was not theirs, or while detached.
static MISPLACED: AtomicUsize = AtomicUsize::new(0);
/// How many of them missed, when they were dropped, what they had been made of.
static BEREAVED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn gone(_capsule: *mut ffi::PyObject) {
    OBJECTS.fetch_sub(1, Ordering::Relaxed);
}

/// An object that is counted until it dies.
pub(crate) fn object(py: Python<'_>) -> Py<PyAny> {
    let address = (&raw const OBJECTS).cast_mut().cast();
    // SAFETY: attached; the function returns a new reference or null with an exception.
    let object =
        unsafe { Py::from_owned_ptr_or_err(py, ffi::PyCapsule_New(address, null(), Some(gone))) };
    let object = object.expect("there is memory for an object");
    OBJECTS.fetch_add(1, Ordering::Relaxed);
    object
}

/// How many objects there are now.
pub(crate) fn objects() -> usize {
    OBJECTS.load(Ordering::Relaxed)
}

/// How many values there are now.
pub(crate) fn values() -> usize {
    VALUES.load(Ordering::Relaxed)
}

/// A Rust value that belongs to an interpreter.
pub(crate) struct Value {
    owner: i64,
    object: Py<PyAny>,
    /// Whether what it was made of is still to be had.
    has_parents: fn(Python<'_>) -> bool,
}

impl Value {
    pub(crate) fn new(py: Python<'_>, has_parents: fn(Python<'_>) -> bool) -> Self {
        VALUES.fetch_add(1, Ordering::Relaxed);
        Self { owner: number(py), object: object(py), has_parents }
    }

    pub(crate) fn object(&self) -> &Py<PyAny> {
        &self.object
    }

    pub(crate) fn owner(&self) -> i64 {
        self.owner
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        VALUES.fetch_sub(1, Ordering::Relaxed);
        Python::attach(|py| {
            if number(py) != self.owner {
                MISPLACED.fetch_add(1, Ordering::Relaxed);
            }
            if !(self.has_parents)(py) {
                BEREAVED.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
}

/// The number of living objects, living values, values that died in the wrong place, and values that died too late.
#[pyfunction]
fn counts() -> (usize, usize, usize, usize) {
    let load = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    (objects(), values(), load(&MISPLACED), load(&BEREAVED))
}

pub(crate) fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(counts, m)?)
}
