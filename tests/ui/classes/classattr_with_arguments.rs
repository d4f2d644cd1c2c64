use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[classattr]
    fn f(value: i32) -> i32 {
        value
    }
}

fn main() {}
