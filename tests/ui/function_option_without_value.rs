use everypy::prelude::*;

#[pyfunction(name)]
fn f() {}

#[pyfunction(name = f)]
fn g() {}

#[pyfunction]
#[pyo3]
fn h() {}

fn main() {}
