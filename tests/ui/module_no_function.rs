use everypy::prelude::*;

#[pymodule]
struct M;

fn main() {}
