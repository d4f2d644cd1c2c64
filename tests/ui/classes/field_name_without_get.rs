use everypy::prelude::*;

#[pyclass]
struct C {
    #[pyo3(name = "other")]
    value: i32,
}

fn main() {}
