use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __traverse__(&self, _py: Python<'_>, _visit: everypy::PyVisit<'_>) -> Result<(), everypy::PyTraverseError> {
        Ok(())
    }
}

fn main() {}
