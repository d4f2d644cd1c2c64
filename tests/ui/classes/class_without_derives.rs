use everypy::prelude::*;

#[pyclass(eq)]
struct C;

#[pyclass(eq, ord, frozen, hash)]
#[derive(PartialEq)]
struct D;

#[pyclass(str)]
struct E;

fn main() {}
