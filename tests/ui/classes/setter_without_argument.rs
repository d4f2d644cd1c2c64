use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[setter]
    fn set_value(&mut self) {}
}

fn main() {}
