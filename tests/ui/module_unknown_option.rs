use everypy::prelude::*;

#[pymodule]
#[pyo3(signature = (m))]
fn m(m: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}

fn main() {}
