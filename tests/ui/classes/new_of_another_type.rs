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

fn main() {}
