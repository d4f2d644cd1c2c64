use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods(frozen)]
impl C {}

fn main() {}
