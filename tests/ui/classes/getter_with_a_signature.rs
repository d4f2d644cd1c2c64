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

    #[setter]
    #[pyo3(text_signature = "(value)")]
    fn set_value(&mut self, value: i32) {}
}

fn main() {}
