use everypy::prelude::*;

#[pyclass(name)]
struct C;

#[pyclass(extends)]
struct D;

#[pyclass(freelist)]
struct E;

fn main() {}
