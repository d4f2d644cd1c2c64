use everypy::prelude::*;

#[pyclass(name = 5)]
struct C;

#[pyclass(module = name)]
struct D;

fn main() {}
