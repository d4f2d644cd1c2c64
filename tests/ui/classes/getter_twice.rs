use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[getter]
    fn value(&self) -> i32 {
        5
    }

    #[getter(value)]
    fn other(&self) -> i32 {
        5
    }

    #[setter]
    fn set_value(&mut self, value: i32) {}

    #[setter(value)]
    fn set_other(&mut self, value: i32) {}

    #[deleter]
    fn delete_value(&mut self) {}

    #[deleter(value)]
    fn delete_other(&mut self) {}
}

fn main() {}
