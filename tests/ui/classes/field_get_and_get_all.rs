use everypy::prelude::*;

#[pyclass(get_all)]
struct C {
    #[pyo3(get)]
    value: i32,
}

#[pyclass(set_all)]
struct D {
    #[pyo3(set)]
    value: i32,
}

fn main() {}
