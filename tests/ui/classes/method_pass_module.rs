use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[pyo3(pass_module)]
    fn f(&self) {}
}

fn main() {}
