use everypy::prelude::*;

#[pyfunction]
#[pyo3(signature = (a, /, b, /))]
fn f(a: i32, b: i32) {}

#[pyfunction]
#[pyo3(signature = (*, a, /))]
fn g(a: i32) {}

fn main() {}
