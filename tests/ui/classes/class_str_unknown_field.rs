use everypy::prelude::*;

#[pyclass(str = "{missing}")]
struct C {
    value: i32,
}

#[pyclass(str = "{}")]
struct D(i32);

#[pyclass(str = "{value")]
struct E {
    value: i32,
}

fn main() {}
