use everypy::prelude::*;

#[pyfunction]
fn f(value: impl Into<String>) {}

fn main() {}
