use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    #[new]
    fn new() -> C {
        C { value: 1 }
    }

    #[new]
    fn other() -> C {
        C { value: 2 }
    }
}

fn main() {}
