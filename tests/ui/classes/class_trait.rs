use everypy::prelude::*;

#[pyclass]
trait T {}

fn main() {}
