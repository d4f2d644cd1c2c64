//! Interpreters that are made through the C API alone, as programs do that embed Python. Also where Python has no
//! module to make them.

use std::ffi::CString;

use everypy::exceptions::{PyRuntimeError, PyValueError};
use everypy::prelude::*;
use everypy::{Capability, ffi, wrap_pyfunction};

/// Makes an interpreter, runs code in it and ends it; it shares the lock of this one.
#[pyfunction]
fn run_in_another(py: Python<'_>, code: &str) -> PyResult<()> {
    if !py.supports(Capability::Subinterpreters) {
        return Err(PyRuntimeError::new_err("this Python has only one interpreter"));
    }
    let code = CString::new(code).map_err(|_| PyValueError::new_err("code with a NUL"))?;
    // SAFETY: attached. Nothing of this interpreter is used while the thread is attached to the other one.
    let failed = unsafe {
        let here = ffi::PyThreadState_Get();
        let there = ffi::Py_NewInterpreter();
        if there.is_null() {
            ffi::PyThreadState_Swap(here);
            return Err(PyRuntimeError::new_err("no interpreter could be made"));
        }
        let failed = run(&code);
        ffi::Py_EndInterpreter(there);
        ffi::PyThreadState_Swap(here);
        failed
    };
    failed.map_or(Ok(()), |text| Err(PyRuntimeError::new_err(text)))
}

/// Runs code in whatever interpreter this thread is attached to, and returns the text of what it raises.
fn run(code: &CString) -> Option<String> {
    // Attached already, so this thread stays where it is.
    Python::attach(|py| {
        let error = py.run(code, None, None).err()?;
        let text = error.to_string();
        error.print(py);
        Some(text)
    })
}

pub(crate) fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(run_in_another, m)?)
}
