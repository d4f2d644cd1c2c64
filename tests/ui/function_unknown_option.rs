use everypy::prelude::*;

#[pyfunction]
#[pyo3(nmae = "g")]
fn f() {}

#[pyfunction(gil_used = true)]
fn g() {}

fn main() {}
