use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __getbuffer__(&self, view: *mut everypy::ffi::Py_buffer) -> PyResult<()> {
        Ok(())
    }
}

fn main() {}
