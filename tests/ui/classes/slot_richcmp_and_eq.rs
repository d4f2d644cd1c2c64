use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __richcmp__(&self, other: i32, op: everypy::pyclass::CompareOp) -> bool {
        true
    }

    fn __eq__(&self, other: i32) -> bool {
        true
    }
}

fn main() {}
