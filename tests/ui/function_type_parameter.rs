use everypy::prelude::*;

#[pyfunction]
fn f<T>(value: T) {}

fn main() {}
