use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[pyo3(nmae = "g")]
    fn f(&self) {}
}

fn main() {}
