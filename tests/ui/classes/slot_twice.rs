use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __len__(&self) -> usize {
        0
    }

    #[pyo3(name = "__len__")]
    fn other(&self) -> usize {
        1
    }
}

fn main() {}
