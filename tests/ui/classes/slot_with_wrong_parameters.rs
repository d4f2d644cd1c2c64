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

    fn __pow__(&self, other: i32) -> i32 {
        0
    }

    fn __len__(&self, extra: i32) -> usize {
        0
    }

    fn __clear__(&mut self, extra: i32) {}
}

fn main() {}
