use everypy::prelude::*;

#[pyclass(hash, eq)]
#[derive(Hash, PartialEq)]
struct C;

fn main() {}
