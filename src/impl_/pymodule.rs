//! What `#[pymodule]` makes.

use core::ffi::c_int;

use everypy_ffi::PyObject;

use crate::err::PyResult;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::trampoline::trampoline;
use crate::instance::Bound;
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
    module: *mut PyObject,
    fill: impl for<'py> FnOnce(&Bound<'py, PyModule>) -> PyResult<()>,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        trampoline(|py| {
            state::enter(py);
            let module = module.borrowed(py).cast_unchecked::<PyModule>();
            fill(&module).map(|()| 0)
        })
    }
}
