//! Tracebacks.

use crate::err::PyResult;
use crate::instance::Bound;
use crate::types::{PyAnyMethods as _, PyStringMethods as _};

native_type! {
    /// The type of tracebacks.
    PyTraceback = "traceback", object PyTraceBack_Type
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyTraceback> {}
}

/// The methods of tracebacks.
pub trait PyTracebackMethods<'py>: sealed::Sealed {
    /// The text that Python would print.
    ///
    /// # Errors
    ///
    /// What formatting raises.
    fn format(&self) -> PyResult<String>;
}

impl<'py> PyTracebackMethods<'py> for Bound<'py, PyTraceback> {
    fn format(&self) -> PyResult<String> {
        let lines = self.py().import("traceback")?.call_method1("format_tb", (self,))?;
        let mut text = "Traceback (most recent call last):\n".to_owned();
        for line in lines.try_iter()? {
            text.push_str(&line?.str()?.to_string_lossy());
        }
        Ok(text)
    }
}
