use everypy::prelude::*;

#[pyclass(eq_int)]
#[derive(PartialEq)]
enum E {
    A,
}

fn main() {}
