//! The tests that run inside of every interpreter, compiled once.
//!
//! A test is a function that takes the token and asserts. `run_tests.py` runs them all, in whatever interpreter it is
//! started with. Where interpreters differ by nature, a test asks `py.runtime()` or `py.supports(…)` and asserts what
//! each of them promises; no test is skipped anywhere.

#[macro_use]
mod registry;
mod allocations;
mod check;
mod classes;
mod hook;

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

files! {
    token,
    integers,
    floats,
    bools,
    strings,
    bytes,
    paths,
    containers,
    any,
    pointers,
    functions,
    calls,
    modules,
    panics,
    threads,
    hygiene,
    cells,
    types,
    rows,
    instruments,
    properties,
    errors,
    exceptions,
}

mod misbehaving;

fn all() -> impl Iterator<Item = &'static registry::Test> {
    ALL.iter().chain(classes::ALL).copied().flatten()
}

/// The names of all tests.
#[pyfunction]
fn names() -> Vec<&'static str> {
    all().map(registry::Test::name).collect()
}

/// Runs the test of this name.
#[pyfunction]
fn run(py: Python<'_>, name: &str) -> PyResult<()> {
    let test = all().chain(misbehaving::TESTS).find(|test| test.name() == name);
    let test = test.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
    (test.body)(py)
}

/// Does nothing, for what that costs.
#[pyfunction]
fn nothing() {}

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

/// How many pieces of memory the Rust code of this module has.
#[pyfunction]
fn allocated() -> isize {
    allocations::count()
}

/// The messages of the panics since the last call.
#[pyfunction]
fn take_panics() -> Vec<String> {
    hook::take()
}

/// The tests of everypy that run inside of every interpreter.
#[pymodule]
fn everypy_suite(m: &Bound<'_, PyModule>) -> PyResult<()> {
    hook::install();
    m.add_function(wrap_pyfunction!(names, m)?)?;
    m.add_function(wrap_pyfunction!(run, m)?)?;
    m.add_function(wrap_pyfunction!(nothing, m)?)?;
    m.add_function(wrap_pyfunction!(running, m)?)?;
    m.add_function(wrap_pyfunction!(fast, m)?)?;
    m.add_function(wrap_pyfunction!(allocated, m)?)?;
    m.add_function(wrap_pyfunction!(take_panics, m)?)?;
    Ok(())
}
