use everypy::prelude::*;

#[pyclass]
enum E {}

fn main() {}
