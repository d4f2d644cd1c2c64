use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __len__(&self) -> String {
        String::new()
    }

    fn __bool__(&self) -> String {
        String::new()
    }

    fn __iadd__(&mut self, other: i32) -> i32 {
        other
    }
}

fn main() {}
