//! `int`.

use core::convert::Infallible;

use crate::conversion::IntoPyObject;
use crate::instance::Bound;
use crate::marker::Python;

native_type! {
    /// The type `int`.
    PyInt = "int", object PyLong_Type, flag Py_TPFLAGS_LONG_SUBCLASS
}

impl PyInt {
    /// An `int` of any of Rust's integers.
    pub fn new<'py, T>(py: Python<'py>, value: T) -> Bound<'py, PyInt>
    where
        T: IntoPyObject<'py, Target = PyInt, Output = Bound<'py, PyInt>, Error = Infallible>,
    {
        match value.into_pyobject(py) {
            Ok(int) => int,
            Err(never) => match never {},
        }
    }
}
