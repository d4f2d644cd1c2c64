use everypy::prelude::*;

#[pyclass(frozen)]
struct C {
    #[pyo3(get, set)]
    value: i32,
}

#[pyclass(frozen, set_all)]
struct D {
    value: i32,
}

fn main() {}
