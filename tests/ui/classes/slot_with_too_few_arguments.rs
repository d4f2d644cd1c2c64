use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __getitem__(&self) -> i32 {
        0
    }

    fn __setitem__(&mut self, key: i32) {}

    fn __add__(&self) -> i32 {
        0
    }

    fn __pow__(&self, other: i32) -> i32 {
        0
    }
}

fn main() {}
