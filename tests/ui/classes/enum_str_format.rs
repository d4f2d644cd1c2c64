use everypy::prelude::*;

#[pyclass(str = "{0}")]
enum E {
    A,
}

fn main() {}
