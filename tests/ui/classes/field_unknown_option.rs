use everypy::prelude::*;

#[pyclass]
struct C {
    #[pyo3(gte)]
    value: i32,
}

fn main() {}
