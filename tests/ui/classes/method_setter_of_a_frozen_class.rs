use everypy::prelude::*;

#[pyclass(frozen)]
struct C;

#[pymethods]
impl C {
    #[setter]
    fn set_value(&mut self, value: i32) {}
}

fn main() {}
