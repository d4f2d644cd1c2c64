use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[getter]
    fn value() -> i32 {
        5
    }
}

fn main() {}
