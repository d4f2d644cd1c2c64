use everypy::prelude::*;

#[pyclass]
struct C(#[pyo3(get)] i32);

fn main() {}
