use everypy::prelude::*;

struct Foreign;

#[pyclass]
struct C {
    #[pyo3(get)]
    value: Foreign,
}

#[pyclass]
struct D {
    #[pyo3(set)]
    value: Foreign,
}

fn main() {}
