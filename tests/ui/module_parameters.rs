use everypy::prelude::*;

#[pymodule]
fn m() -> PyResult<()> {
    Ok(())
}

#[pymodule]
fn n(py: Python<'_>, m: &Bound<'_, PyModule>, more: i32) -> PyResult<()> {
    Ok(())
}

fn main() {}
