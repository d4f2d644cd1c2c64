use everypy::prelude::*;

#[pyfunction]
#[pyo3(signature = (**kwargs, a))]
fn f(kwargs: Option<&Bound<'_, PyAny>>, a: i32) {}

fn main() {}
