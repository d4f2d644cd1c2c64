use everypy::prelude::*;

#[pyclass(from_py_object)]
struct C;

#[pyclass(from_py_object, skip_from_py_object)]
#[derive(Clone)]
struct D;

fn main() {}
