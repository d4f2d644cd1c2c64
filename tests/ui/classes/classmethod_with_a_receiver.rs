use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[classmethod]
    fn f(&self) {}
}

fn main() {}
