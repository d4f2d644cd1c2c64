//! What most modules use: `use pyo3::prelude::*;`.

pub use crate::PyObject;
pub use crate::conversion::{FromPyObject, FromPyObjectOwned, IntoPyObject};
pub use crate::err::{PyErr, PyResult};
pub use crate::instance::{Borrowed, Bound, Py};
pub use crate::marker::Python;
pub use crate::pyclass::{PyClassGuard, PyClassGuardMut, PyClassInitializer, PyRef, PyRefMut};
pub use crate::types::{
    PyAny, PyAnyMethods, PyBoolMethods, PyBytesMethods, PyDictMethods, PyFloatMethods,
    PyListMethods, PyModule, PyModuleMethods, PySetMethods, PyStringMethods, PyTracebackMethods,
    PyTupleMethods, PyTypeMethods,
};
pub use crate::wrap_pyfunction;

#[cfg(feature = "macros")]
pub use crate::{pyclass, pyfunction, pymethods, pymodule};
