use everypy::prelude::*;

#[pyclass(str)]
struct C;

fn main() {}
