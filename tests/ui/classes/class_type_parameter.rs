use everypy::prelude::*;

#[pyclass]
struct C<T> {
    value: T,
}

fn main() {}
