use everypy::prelude::*;

#[pyclass(extends = everypy::types::PyTuple)]
struct C;

#[pyclass(extends = everypy::types::PyBool)]
struct F;

fn main() {}
