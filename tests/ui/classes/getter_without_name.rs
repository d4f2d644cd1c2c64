use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[getter]
    fn get_(&self) -> i32 {
        5
    }
}

fn main() {}
