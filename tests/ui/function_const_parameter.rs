use everypy::prelude::*;

#[pyfunction]
fn f<const N: usize>() {}

fn main() {}
