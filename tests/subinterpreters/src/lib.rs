//! Modules for the tests with several interpreters: one that says that it works in them and one that does not.
//!
//! `run_tests.py` imports them here and there. What is counted in statics is counted for the whole process.

mod another;
mod cells;
mod counted;
mod race;
mod threads;

use everypy::prelude::*;
use everypy::wrap_pyfunction;

/// The number of the interpreter that this thread is attached to.
fn number(_py: Python<'_>) -> i64 {
    // SAFETY: attached.
    unsafe { everypy::ffi::PyInterpreterState_GetID(everypy::ffi::PyInterpreterState_Get()) }
}

/// The number of this interpreter.
#[pyfunction]
fn interpreter(py: Python<'_>) -> i64 {
    number(py)
}

/// What is running, as in `CPython 3.12.1`.
#[pyfunction]
fn running(py: Python<'_>) -> String {
    py.runtime().to_string()
}

/// Whether rows outside of the stable ABI are used.
#[pyfunction]
fn fast(py: Python<'_>) -> bool {
    py.runtime().fast
}

/// A module that works in every interpreter.
#[pymodule(multiple_interpreters, crate = "everypy")]
fn everypy_subinterpreters(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(interpreter, m)?)?;
    m.add_function(wrap_pyfunction!(running, m)?)?;
    m.add_function(wrap_pyfunction!(fast, m)?)?;
    another::add(m)?;
    cells::add(m)?;
    counted::add(m)?;
    race::add(m)?;
    threads::add(m)
}

/// A module that does not say so, and must be refused.
#[pymodule(crate = "everypy")]
fn everypy_undeclared(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("loaded", true)
}
