use everypy::prelude::*;

#[pyfunction]
#[pyo3(signature = (a, *))]
fn f(a: i32) {}

fn main() {}
