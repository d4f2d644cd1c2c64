use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn f(&self, _other: C) {}
}

fn main() {}
