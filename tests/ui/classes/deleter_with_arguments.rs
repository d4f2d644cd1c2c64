use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[deleter]
    fn delete_value(&mut self, value: i32) {}
}

fn main() {}
