use everypy::prelude::*;

struct Base;

#[pyclass(extends = Base)]
struct C;

fn main() {}
