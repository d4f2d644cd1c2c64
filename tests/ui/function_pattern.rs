use everypy::prelude::*;

#[pyfunction]
fn f((a, b): (i32, i32)) {}

fn main() {}
