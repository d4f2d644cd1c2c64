use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[getter]
    fn value(&self, index: i32) -> i32 {
        index
    }
}

fn main() {}
