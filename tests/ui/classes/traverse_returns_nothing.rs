use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __traverse__(&self, _visit: everypy::PyVisit<'_>) {}
}

fn main() {}
