use everypy::prelude::*;

struct Foreign;

#[pyclass]
struct C;

#[pymethods]
impl C {
    #[classattr]
    const VALUE: Foreign = Foreign;
}

fn main() {}
