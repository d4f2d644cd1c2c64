use everypy::prelude::*;

#[pyfunction(name = "g")]
#[pyo3(name = "h")]
fn f() {}

#[pyfunction]
#[pyo3(pass_module, pass_module)]
fn g(module: &Bound<'_, PyModule>) {}

fn main() {}
