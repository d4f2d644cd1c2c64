//! What `#[pymodule]` makes.

use core::ffi::c_int;

use everypy_ffi::{self as ffi, PyObject};

use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::trampoline::trampoline;
use crate::instance::Bound;
use crate::marker::Python;
use crate::state;
use crate::types::PyModule;

pub use everypy_shims::module::Module;

/// The type that stands for a `#[pymodule]`.
pub trait Definition {
    /// Its definition.
    const DEF: &'static Module;
}

/// Fills a module: the `Py_mod_exec` slot.
///
/// # Safety
///
/// Called by an interpreter's import with the new module.
pub unsafe fn exec(
    definition: &Module,
    module: *mut PyObject,
    fill: impl for<'py> FnOnce(&Bound<'py, PyModule>) -> PyResult<()>,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        trampoline(|py| {
            if !definition.multiple_interpreters && !state::is_main(py) {
                return Err(refusal(py, module));
            }
            state::enter(py)?;
            let module = module.borrowed(py).cast_unchecked::<PyModule>();
            fill(&module).map(|()| 0)
        })
    }
}

/// What CPython raises since 3.12, unless the interpreter was made to take everything.
///
/// # Safety
///
/// `module` is a module.
#[cold]
unsafe fn refusal(py: Python<'_>, module: *mut PyObject) -> PyErr {
    // SAFETY: attached; the first function returns a new reference or null with an exception, the second takes one
    // object for `%U`, which is alive.
    unsafe {
        match ffi::PyModule_GetNameObject(module).owned_or_err(py) {
            Ok(name) => {
                let text = c"module %U does not support loading in subinterpreters".as_ptr();
                ffi::PyErr_Format()(*ffi::PyExc_ImportError(), text, name.as_ptr());
                PyErr::fetch(py)
            }
            Err(error) => error,
        }
    }
}
