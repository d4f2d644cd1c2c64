use everypy::prelude::*;

#[pyclass(frozen, hash)]
#[derive(Hash)]
struct C;

fn main() {}
