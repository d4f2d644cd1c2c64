use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

trait T {
    fn f(&self);
}

#[pymethods]
impl T for C {
    fn f(&self) {}
}

fn main() {}
