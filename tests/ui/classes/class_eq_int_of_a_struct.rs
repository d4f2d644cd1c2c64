use everypy::prelude::*;

#[pyclass(eq, eq_int)]
#[derive(PartialEq)]
struct C;

fn main() {}
