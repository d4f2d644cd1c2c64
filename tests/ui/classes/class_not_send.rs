use everypy::prelude::*;

#[pyclass]
struct C {
    shared: std::rc::Rc<i32>,
}

fn main() {}
