use everypy::prelude::*;

#[pyclass]
fn f() {}

fn main() {}
