use everypy::prelude::*;

#[pyclass(freeze)]
struct C;

#[pyclass(extend = PyAny)]
struct D;

fn main() {}
