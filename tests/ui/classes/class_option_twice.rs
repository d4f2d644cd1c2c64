use everypy::prelude::*;

#[pyclass(frozen, frozen)]
struct C;

#[pyclass(name = "A")]
#[pyo3(name = "B")]
struct D;

fn main() {}
