use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[staticmethod]
    fn f(&self) {}
}

fn main() {}
