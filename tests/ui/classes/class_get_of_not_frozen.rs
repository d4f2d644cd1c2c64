use everypy::prelude::*;

#[pyclass]
struct C;

fn f(c: &Bound<'_, C>) -> bool {
    core::ptr::eq(c.get(), c.get())
}

fn main() {}
