//! The functions that `cargo xtask bench` calls.
//!
//! One source, built with everypy and with PyO3. `../../c-form` has the same in C.

mod classes;

use std::borrow::Cow;
use std::hint::black_box;

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict as _, PyDict};

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

/// Adds up to three integers.
#[pyfunction]
#[pyo3(signature = (a, b=2, c=3, /))]
fn defaults(a: i64, b: i64, c: i64) -> i64 {
    a.wrapping_add(b).wrapping_add(c)
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

/// Multiplies two floats.
#[pyfunction]
#[pyo3(signature = (a, b, /))]
fn multiply(a: f64, b: f64) -> f64 {
    a * b
}

/// Returns two integers the other way round.
#[pyfunction]
#[pyo3(signature = (a, b, /))]
fn pair(a: i64, b: i64) -> (i64, i64) {
    (b, a)
}

/// Adds a list of integers.
#[pyfunction]
#[pyo3(signature = (items, /))]
fn sum_ints(items: Vec<i64>) -> i64 {
    items.iter().fold(0, |sum, item| sum.wrapping_add(*item))
}

/// Adds a list of floats.
#[pyfunction]
#[pyo3(signature = (items, /))]
fn sum_floats(items: Vec<f64>) -> f64 {
    items.iter().sum()
}

/// Returns the `n` integers from 1000 on.
#[pyfunction]
#[pyo3(signature = (n, /))]
fn make_ints(n: i64) -> Vec<i64> {
    (1000..1000 + n).collect()
}

/// Returns the `n` floats from 1000 on.
#[pyfunction]
#[pyo3(signature = (n, /))]
fn make_floats(n: i64) -> Vec<f64> {
    (1000..1000 + n).map(|item| item as f64).collect()
}

/// Adds the lengths of the keys and the values of a dict.
#[pyfunction]
#[pyo3(signature = (dict, /))]
fn sum_dict(dict: &Bound<'_, PyDict>) -> PyResult<i64> {
    let mut sum = 0_i64;
    for (key, value) in dict.iter() {
        let size = key.extract::<Cow<'_, str>>()?.len();
        sum = sum.wrapping_add(size as i64).wrapping_add(value.extract()?);
    }
    Ok(sum)
}

/// Returns the `n` integers from 1000 on and their doubles.
#[pyfunction]
#[pyo3(signature = (n, /))]
fn make_dict(py: Python<'_>, n: i64) -> PyResult<Bound<'_, PyDict>> {
    (1000..1000 + n).map(|item| (item, 2 * item)).into_py_dict(py)
}

/// Returns how many bytes there are.
#[pyfunction]
#[pyo3(signature = (bytes, /))]
fn size(bytes: &[u8]) -> usize {
    bytes.len()
}

/// Raises.
#[pyfunction]
fn fail() -> PyResult<()> {
    Err(PyValueError::new_err("that does not work"))
}

/// Tells whether calling `callable` raises `ValueError`.
#[pyfunction]
#[pyo3(signature = (callable, /))]
fn catch(py: Python<'_>, callable: &Bound<'_, PyAny>) -> PyResult<bool> {
    match callable.call0() {
        Ok(_) => Ok(false),
        Err(error) if error.is_instance_of::<PyValueError>(py) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Calls without arguments.
#[pyfunction]
#[pyo3(signature = (callable, /))]
fn call_0<'py>(callable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    callable.call0()
}

/// Calls with two arguments.
#[pyfunction]
#[pyo3(signature = (callable, /))]
fn call_2<'py>(callable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    callable.call1((1000, 2000))
}

/// Calls with two keyword arguments.
#[pyfunction]
#[pyo3(signature = (callable, /))]
fn call_keywords<'py>(
    py: Python<'py>,
    callable: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let keywords = PyDict::new(py);
    keywords.set_item(intern!(py, "a"), 1000)?;
    keywords.set_item(intern!(py, "b"), 2000)?;
    callable.call((), Some(&keywords))
}

/// Returns an attribute.
#[pyfunction]
#[pyo3(signature = (object, /))]
fn get_value<'py>(py: Python<'py>, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    object.getattr(intern!(py, "value"))
}

/// As Python's own.
#[pyfunction]
#[pyo3(signature = (object, class, /))]
fn is_instance<'py>(object: &Bound<'py, PyAny>, class: &Bound<'py, PyAny>) -> PyResult<bool> {
    object.is_instance(class)
}

/// Attaches `n` times while attached.
#[pyfunction]
#[pyo3(signature = (n, /))]
fn attach(_py: Python<'_>, n: i64) {
    for _ in 0..n {
        Python::attach(|py| {
            black_box(py);
        });
    }
}

/// Detaches and attaches again.
#[pyfunction]
fn detach(py: Python<'_>) {
    py.detach(|| {
        black_box(());
    });
}

/// The module, in whatever form.
#[pymodule]
fn bench_module(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(noop, m)?)?;
    m.add_function(wrap_pyfunction!(add, m)?)?;
    m.add_function(wrap_pyfunction!(add_positional, m)?)?;
    m.add_function(wrap_pyfunction!(add_keywords, m)?)?;
    m.add_function(wrap_pyfunction!(defaults, m)?)?;
    m.add_function(wrap_pyfunction!(length, m)?)?;
    m.add_function(wrap_pyfunction!(length_positional, m)?)?;
    m.add_function(wrap_pyfunction!(multiply, m)?)?;
    m.add_function(wrap_pyfunction!(pair, m)?)?;
    m.add_function(wrap_pyfunction!(sum_ints, m)?)?;
    m.add_function(wrap_pyfunction!(sum_floats, m)?)?;
    m.add_function(wrap_pyfunction!(make_ints, m)?)?;
    m.add_function(wrap_pyfunction!(make_floats, m)?)?;
    m.add_function(wrap_pyfunction!(sum_dict, m)?)?;
    m.add_function(wrap_pyfunction!(make_dict, m)?)?;
    m.add_function(wrap_pyfunction!(size, m)?)?;
    m.add_function(wrap_pyfunction!(fail, m)?)?;
    m.add_function(wrap_pyfunction!(catch, m)?)?;
    m.add_function(wrap_pyfunction!(call_0, m)?)?;
    m.add_function(wrap_pyfunction!(call_2, m)?)?;
    m.add_function(wrap_pyfunction!(call_keywords, m)?)?;
    m.add_function(wrap_pyfunction!(get_value, m)?)?;
    m.add_function(wrap_pyfunction!(is_instance, m)?)?;
    m.add_function(wrap_pyfunction!(attach, m)?)?;
    m.add_function(wrap_pyfunction!(detach, m)?)?;
    m.add_class::<classes::Pair>()?;
    m.add_class::<classes::Countdown>()?;
    Ok(())
}
