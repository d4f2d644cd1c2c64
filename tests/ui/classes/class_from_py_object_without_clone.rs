use everypy::prelude::*;

#[pyclass(from_py_object)]
struct C;

fn main() {}
