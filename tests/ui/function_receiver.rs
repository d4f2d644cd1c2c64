use everypy::prelude::*;

#[pyfunction]
fn f(&self) {}

fn main() {}
