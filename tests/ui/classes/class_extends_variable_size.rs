use everypy::prelude::*;

#[pyclass(extends = everypy::types::PyTuple)]
struct C;

#[pyclass(extends = everypy::types::PyInt)]
struct D;

#[pyclass(extends = everypy::types::PyBytes)]
struct E;

fn main() {}
