use everypy::prelude::*;

struct Foreign;

#[pyclass]
struct C;

#[pymethods]
impl C {
    fn f(&self) -> Foreign {
        Foreign
    }

    fn g(&self, _value: Foreign) {}
}

fn main() {}
