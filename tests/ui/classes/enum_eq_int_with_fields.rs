use everypy::prelude::*;

#[pyclass(eq, eq_int)]
#[derive(PartialEq)]
enum E {
    A { value: i32 },
}

fn main() {}
