use everypy::prelude::*;

#[pyclass]
struct C;

fn f(c: &Bound<'_, C>) {
    c.get();
}

fn main() {}
