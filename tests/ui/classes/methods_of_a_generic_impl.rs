use everypy::prelude::*;

#[pyclass]
struct C;

#[pymethods]
impl<T> C {
    fn f(&self, value: T) {}
}

fn main() {}
