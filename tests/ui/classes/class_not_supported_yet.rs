use everypy::prelude::*;

#[pyclass]
enum A {
    B,
}

#[pyclass(eq, eq_int)]
#[derive(PartialEq)]
struct C;

#[pyclass(freelist = 8)]
struct D;

#[pyclass(generic)]
struct E;

#[pyclass(immutable_type)]
struct F;

#[pyclass(new = "from_fields")]
struct G {
    value: i32,
}

fn main() {}
