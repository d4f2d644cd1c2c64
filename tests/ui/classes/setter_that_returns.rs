use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[setter]
    fn set_value(&mut self, value: i32) -> i32 {
        value
    }
}

fn main() {}
