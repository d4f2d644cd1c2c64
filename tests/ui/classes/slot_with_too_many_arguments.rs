use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __len__(&self, extra: i32) -> usize {
        0
    }

    fn __getitem__(&self, key: i32, extra: i32) -> i32 {
        0
    }

    fn __repr__(&self, extra: i32) -> String {
        String::new()
    }
}

fn main() {}
