use everypy::prelude::*;

#[pyclass(name)]
struct C;

#[pyclass(extends)]
struct D;

#[pyclass(name = )]
struct E;

fn main() {}
