use everypy::prelude::*;

#[pymodule(name = "string-sum")]
fn string_sum(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}

fn main() {}
