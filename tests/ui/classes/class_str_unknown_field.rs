use everypy::prelude::*;

#[pyclass(str = "{missing}")]
struct C {
    value: i32,
}

fn main() {}
