use everypy::prelude::*;

#[pyclass]
union U {
    a: u32,
    b: f32,
}

fn main() {}
