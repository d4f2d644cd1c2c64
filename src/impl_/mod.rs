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
pub use everypy_ffi::{Py_ssize_t, PyObject, PySlot};

pub use crate::marker::Python;
