use everypy::prelude::*;

#[pyclass(name = "a\0b")]
struct C;

fn main() {}
