use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __traverse__(slf: PyRef<'_, Self>, visit: everypy::PyVisit<'_>) -> Result<(), everypy::PyTraverseError> {
        Ok(())
    }
}

fn main() {}
