use everypy::prelude::*;

#[pyfunction]
#[pyo3(signature = (a, b))]
fn f(a: i32) {}

fn main() {}
