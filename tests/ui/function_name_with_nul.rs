use everypy::prelude::*;

#[pyfunction(name = "a\0b")]
fn f() {}

/// A \0 in a comment is two characters, but not in an attribute.
#[doc = "a\0b"]
#[pyfunction]
fn g() {}

fn main() {}
