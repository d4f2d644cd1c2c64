use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn f(&self) {}
}

#[pymethods]
impl C {
    fn g(&self) {}
}

fn main() {}
