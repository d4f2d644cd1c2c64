use everypy::prelude::*;

#[pyfunction]
struct F;

fn main() {}
