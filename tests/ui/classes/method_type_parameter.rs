use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn f<T>(&self, value: T) {}
}

fn main() {}
