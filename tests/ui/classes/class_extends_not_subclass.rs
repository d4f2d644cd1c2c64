use everypy::prelude::*;

#[pyclass]
struct Base;

#[pyclass(extends = Base)]
struct C;

fn main() {}
