use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __traverse__(&mut self, _visit: everypy::PyVisit<'_>) -> Result<(), everypy::PyTraverseError> {
        Ok(())
    }
}

fn main() {}
