use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn f(&self, other: C) {}
}

fn main() {}
