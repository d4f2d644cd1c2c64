use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[classattr]
    fn f(&self) -> i32 {
        5
    }
}

fn main() {}
