use everypy::prelude::*;

#[pyclass]
struct C<'a> {
    text: &'a str,
}

fn main() {}
