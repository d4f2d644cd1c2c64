use everypy::prelude::*;

#[pyclass]
struct C<T> {
    value: T,
}

#[pyclass]
struct D<const N: usize> {
    value: [u8; N],
}

#[pyclass]
struct E<'a> {
    text: &'a str,
}

fn main() {}
