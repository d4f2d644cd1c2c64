use everypy::prelude::*;

#[pyclass]
struct C {
    cell: std::cell::Cell<i32>,
}

fn main() {}
