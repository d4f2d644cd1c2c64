use everypy::prelude::*;

#[pyclass(extends = PyAny)]
enum E {
    A,
}

fn main() {}
