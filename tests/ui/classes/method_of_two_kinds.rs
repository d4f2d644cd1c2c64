use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[staticmethod]
    #[classmethod]
    fn f() {}

    #[getter]
    #[staticmethod]
    fn g() -> i32 {
        5
    }

    #[classmethod]
    #[classattr]
    fn h() -> i32 {
        5
    }
}

fn main() {}
