use everypy::prelude::*;

#[pyfunction]
#[pyo3(signature = (*a, *b))]
fn f(a: Vec<i32>, b: Vec<i32>) {}

fn main() {}
