use everypy::prelude::*;

#[pyclass(subclass, frozen)]
struct Base;

#[pyclass(extends = Base)]
struct C;

fn f(c: &Bound<'_, C>) {
    let mut c = c.borrow_mut();
    c.as_super();
}

fn main() {}
