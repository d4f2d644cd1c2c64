//! The functions that `cargo xtask bench` calls.
//!
//! One source, built with everypy and with PyO3. `../../c-form/module.c` has the same functions in C.

use pyo3::prelude::*;

/// Does nothing.
#[pyfunction]
fn noop() {}

/// Adds two integers, wrapping around as C does.
#[pyfunction]
fn add(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

/// Adds two integers; neither can be given by keyword.
#[pyfunction]
#[pyo3(signature = (a, b, /))]
fn add_positional(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

/// Adds two integers that are given by keyword.
#[pyfunction]
fn add_keywords(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

/// Returns how many bytes a text has in UTF-8.
#[pyfunction]
fn length(text: &str) -> usize {
    text.len()
}

/// Returns how many bytes a text has in UTF-8; it cannot be given by keyword.
#[pyfunction]
#[pyo3(signature = (text, /))]
fn length_positional(text: &str) -> usize {
    text.len()
}

/// The module, in whatever form.
#[pymodule]
fn bench_module(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(noop, m)?)?;
    m.add_function(wrap_pyfunction!(add, m)?)?;
    m.add_function(wrap_pyfunction!(add_positional, m)?)?;
    m.add_function(wrap_pyfunction!(add_keywords, m)?)?;
    m.add_function(wrap_pyfunction!(length, m)?)?;
    m.add_function(wrap_pyfunction!(length_positional, m)?)?;
    Ok(())
}
