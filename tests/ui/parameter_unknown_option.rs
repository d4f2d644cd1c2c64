use everypy::prelude::*;

#[pyfunction]
fn f(#[pyo3(from_py = g)] a: i32) {}

fn g(_object: &Bound<'_, PyAny>) -> PyResult<i32> {
    Ok(1)
}

fn main() {}
