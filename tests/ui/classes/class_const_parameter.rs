use everypy::prelude::*;

#[pyclass]
struct C<const N: usize> {
    value: [u8; N],
}

fn main() {}
