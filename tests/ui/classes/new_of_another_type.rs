use everypy::prelude::*;

struct Foreign;

#[pyclass]
struct C;

#[pymethods]
impl C {
    #[new]
    fn new() -> Foreign {
        Foreign
    }
}

#[pyclass]
struct D;

#[pymethods]
impl D {
    #[new]
    fn new() {}
}

fn main() {}
