use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[getter(value)]
    #[pyo3(name = "other")]
    fn value(&self) -> i32 {
        5
    }
}

fn main() {}
