use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __clear__(&mut self, extra: i32) {}
}

fn main() {}
