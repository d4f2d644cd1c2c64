use everypy::prelude::*;

#[pyfunction]
async fn f() {}

fn main() {}
