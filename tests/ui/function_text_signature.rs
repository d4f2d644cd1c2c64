use everypy::prelude::*;

#[pyfunction(text_signature = Some)]
fn f() {}

fn main() {}
