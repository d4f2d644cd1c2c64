use everypy::prelude::*;

#[pyclass(new = "from_thin_air")]
struct C {
    value: i32,
}

fn main() {}
