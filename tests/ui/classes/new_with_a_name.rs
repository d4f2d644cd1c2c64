use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[new]
    #[pyo3(name = "make")]
    fn new() -> C {
        C { value: 1 }
    }
}

fn main() {}
