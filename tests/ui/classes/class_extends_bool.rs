use everypy::prelude::*;

#[pyclass(extends = everypy::types::PyBool)]
struct C;

fn main() {}
