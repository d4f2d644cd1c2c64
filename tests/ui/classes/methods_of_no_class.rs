use everypy::prelude::*;

struct C;

#[pymethods]
impl C {
    fn f(&self) {}
}

fn main() {}
