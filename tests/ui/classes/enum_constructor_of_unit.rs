use everypy::prelude::*;

#[pyclass]
enum E {
    #[pyo3(constructor = (a))]
    A,
}

fn main() {}
