#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod call;
pub mod conversion;
mod conversions;
pub mod embed;
mod err;
pub mod exceptions;
mod ffi_ptr;
mod instance;
pub mod marker;
pub mod panic;
pub mod prelude;
pub mod pyclass;
mod runtime;
mod state;
pub mod sync;
pub mod type_object;
pub mod types;

#[doc(hidden)]
pub mod impl_;

pub use conversion::{FromPyObject, FromPyObjectOwned, IntoPyObject, IntoPyObjectExt};
pub use err::{
    CastError, CastIntoError, DowncastError, DowncastIntoError, PyErr, PyErrArguments, PyResult,
    ToPyErr,
};
pub use instance::{Borrowed, Bound, BoundObject, Py};
pub use marker::Python;
pub use pyclass::{
    PyClass, PyClassGuard, PyClassGuardMut, PyClassInitializer, PyRef, PyRefMut, PyTraverseError,
    PyVisit,
};
pub use runtime::{Capability, Implementation, Runtime, Version};
pub use type_object::{PyTypeCheck, PyTypeInfo};
pub use types::PyAny;

/// The older name of [`Python::initialize`].
#[track_caller]
pub fn prepare_freethreaded_python() {
    Python::initialize();
}

/// The older name of an object of any type.
pub type PyObject = Py<PyAny>;

/// Where [`CompareOp`](basic::CompareOp) is found.
pub mod basic {
    pub use crate::types::CompareOp;
}

/// Where the guards of contents and their errors are found.
pub mod pycell {
    pub use crate::pyclass::{PyBorrowError, PyBorrowMutError, PyRef, PyRefMut};
}

/// The C API of the running interpreter.
///
/// Functions have the names and signatures that they have in C. A variable such as `PyExc_ValueError` is a function
/// here that returns its address.
pub mod ffi {
    pub use everypy_ffi::*;

    pub use crate::c_str;
}

#[cfg(feature = "macros")]
pub use everypy_macros::{pyclass, pyfunction, pymethods, pymodule};

/// Makes a `&'static CStr` of string literals.
///
/// # Panics
///
/// When compiled, if the text contains a NUL.
#[macro_export]
macro_rules! c_str {
    ($text:expr) => {{
        const TEXT: &::core::ffi::CStr =
            match ::core::ffi::CStr::from_bytes_with_nul(::core::concat!($text, "\0").as_bytes()) {
                ::core::result::Result::Ok(text) => text,
                ::core::result::Result::Err(_) => ::core::panic!("the text contains a NUL"),
            };
        TEXT
    }};
}

/// Makes a Python function of a `#[pyfunction]`: `wrap_pyfunction!(f, module_or_py)?`.
///
/// With a module, the function's `__module__` is its name.
#[macro_export]
macro_rules! wrap_pyfunction {
    ($function:path) => {{
        use $function as wrapped_pyfunction;
        |module_or_py| {
            $crate::impl_::function::wrap(
                <wrapped_pyfunction::Function as $crate::impl_::function::Definition>::DEF,
                module_or_py,
            )
        }
    }};
    ($function:path, $module_or_py:expr) => {{
        use $function as wrapped_pyfunction;
        $crate::impl_::function::wrap(
            <wrapped_pyfunction::Function as $crate::impl_::function::Definition>::DEF,
            $module_or_py,
        )
    }};
}

/// Gives the interned Python string of a literal, made once per interpreter: `intern!(py, "name")`.
#[macro_export]
macro_rules! intern {
    ($py:expr, $text:expr) => {{
        static INTERNED: $crate::sync::Interned = $crate::sync::Interned::new($text);
        INTERNED.get($py)
    }};
}
