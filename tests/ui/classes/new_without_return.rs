use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[new]
    fn new() {}
}

fn main() {}
