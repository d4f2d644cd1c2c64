use everypy::prelude::*;

#[pyclass]
enum E {
    #[pyo3(nmae = "B")]
    A,
}

fn main() {}
