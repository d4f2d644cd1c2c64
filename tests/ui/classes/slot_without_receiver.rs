use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __len__() -> usize {
        0
    }
}

fn main() {}
