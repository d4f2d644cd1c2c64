use everypy::prelude::*;

#[pyclass(frozen)]
struct C;

fn f(c: &Bound<'_, C>) {
    c.borrow_mut();
}

fn main() {}
