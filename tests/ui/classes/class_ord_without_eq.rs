use everypy::prelude::*;

#[pyclass(ord)]
#[derive(PartialEq, PartialOrd)]
struct C;

fn main() {}
