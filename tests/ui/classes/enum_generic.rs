use everypy::prelude::*;

#[pyclass]
enum E<T> {
    A { value: T },
}

fn main() {}
