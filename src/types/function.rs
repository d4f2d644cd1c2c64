//! Functions made in Rust.

use everypy_ffi as ffi;

use crate::err::PyResult;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::Bound;
use crate::marker::Python;
use crate::types::PyModule;

native_type! {
    /// The type of functions made in C or Rust, `builtin_function_or_method`.
    PyCFunction = "builtin_function_or_method", object PyCFunction_Type
}

impl PyCFunction {
    /// A function of a definition that lives as long as the process.
    ///
    /// C API: [`PyCFunction_NewEx`](https://docs.python.org/3/c-api/structures.html#c.PyCFunction_NewEx).
    pub(crate) fn of_definition<'py>(
        py: Python<'py>,
        definition: *mut ffi::PyMethodDef,
        module: Option<&Bound<'py, PyModule>>,
    ) -> PyResult<Bound<'py, PyCFunction>> {
        let null = core::ptr::null_mut;
        let name = module.map(crate::types::PyModuleMethods::name).transpose()?;
        let module_pointer = module.map_or_else(null, Bound::as_ptr);
        let name = name.as_ref().map_or_else(null, |name| name.as_ptr());
        // SAFETY: attached; alive; the result is a new function or null with an exception.
        unsafe {
            ffi::PyCFunction_NewEx(definition, module_pointer, name)
                .owned_or_err(py)
                .map(|function| function.cast_into_unchecked())
        }
    }
}
