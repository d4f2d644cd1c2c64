use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[staticmethod]
    fn __new__() -> C {
        C { value: 1 }
    }
}

fn main() {}
