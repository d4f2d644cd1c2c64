use everypy::prelude::*;

#[pyclass(subclass)]
struct Base;

#[pyclass(extends = Base)]
struct C;

#[pymethods]
impl C {
    #[new]
    fn new() -> C {
        C
    }
}

fn main() {}
