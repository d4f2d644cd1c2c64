use everypy::prelude::*;

#[pyclass(mapping, sequence)]
struct C;

fn main() {}
