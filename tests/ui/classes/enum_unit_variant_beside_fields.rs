use everypy::prelude::*;

#[pyclass]
enum E {
    Unit,
    Fields { value: i32 },
}

fn main() {}
