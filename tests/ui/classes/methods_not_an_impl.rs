use everypy::prelude::*;

#[pymethods]
struct C;

fn main() {}
