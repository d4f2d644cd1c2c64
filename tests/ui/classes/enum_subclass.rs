use everypy::prelude::*;

#[pyclass(subclass)]
enum E {
    A,
}

fn main() {}
