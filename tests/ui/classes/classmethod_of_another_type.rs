use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[classmethod]
    fn f(_class: i32) {}
}

fn main() {}
