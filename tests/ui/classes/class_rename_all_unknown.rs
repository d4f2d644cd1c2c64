use everypy::prelude::*;

#[pyclass(get_all, rename_all = "shouting")]
struct C {
    value: i32,
}

fn main() {}
