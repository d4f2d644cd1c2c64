use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[pyo3(signature = (key = 5))]
    fn __getitem__(&self, key: i32) -> i32 {
        0
    }
}

fn main() {}
