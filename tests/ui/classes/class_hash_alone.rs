use everypy::prelude::*;

#[pyclass(hash, eq)]
#[derive(Hash, PartialEq)]
struct C;

#[pyclass(frozen, hash)]
#[derive(Hash)]
struct D;

fn main() {}
