use everypy::prelude::*;

#[pymodule]
fn m(self) -> PyResult<()> {
    Ok(())
}

fn main() {}
