use everypy::prelude::*;

#[pyclass(get_all)]
struct C {
    #[pyo3(get)]
    value: i32,
}

fn main() {}
