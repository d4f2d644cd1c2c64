use everypy::prelude::*;

#[pyclass(eq)]
struct C;

fn main() {}
