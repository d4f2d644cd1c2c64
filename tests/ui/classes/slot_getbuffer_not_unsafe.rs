use everypy::prelude::*;

#[pyclass]
struct C {
    value: i32,
}

#[pymethods]
impl C {
    fn __getbuffer__(&self, view: *mut everypy::ffi::Py_buffer, flags: i32) -> PyResult<()> {
        Ok(())
    }

    fn __releasebuffer__(&self, view: *mut everypy::ffi::Py_buffer) {}
}

fn main() {}
