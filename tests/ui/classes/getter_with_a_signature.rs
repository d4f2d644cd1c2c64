use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[getter]
    #[pyo3(signature = ())]
    fn value(&self) -> i32 {
        5
    }
}

fn main() {}
