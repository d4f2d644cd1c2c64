//! The private door of the macros. Nothing here is for users: it changes without notice.

pub mod arguments;
pub mod class;
pub mod construct;
pub mod function;
pub mod pymodule;
pub mod returns;
pub mod slots;
pub mod trampoline;

pub use core::ffi::c_int;
pub use core::ptr::null_mut;
pub use everypy_ffi as ffi;
pub use everypy_ffi::{Py_ssize_t, PyObject, PySlot, PyTypeObject, visitproc};

pub use crate::conversion::{IntoPyObject, IntoPyObjectExt};
pub use crate::err::{PyErr, PyResult};
pub use crate::instance::{Bound, Py};
pub use crate::marker::Python;
pub use crate::pyclass;
pub use crate::type_object::PyTypeInfo;
pub use crate::types::{DerefToPyAny, PyAny};
