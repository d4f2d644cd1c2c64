use everypy::prelude::*;

#[pyclass]
struct C {
    #[pyo3(get, get)]
    value: i32,
}

fn main() {}
