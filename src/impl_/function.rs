//! What `#[pyfunction]` makes, and `wrap_pyfunction!`.

use core::ffi::{CStr, c_int};

use everypy_ffi as ffi;

use crate::err::PyResult;
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::types::{PyCFunction, PyModule};

/// The definition of a function in the layout that every interpreter reads.
pub struct FunctionDef {
    method: ffi::PyMethodDef,
    /// Whether the function may call Python, which makes the interpreter count its depth.
    calls_python: bool,
}

// SAFETY: never written; the pointers in it are to statics.
unsafe impl Sync for FunctionDef {}

impl FunctionDef {
    pub(crate) fn method(&'static self) -> &'static ffi::PyMethodDef {
        &self.method
    }
}

/// The type that stands for a `#[pyfunction]`.
pub trait Definition {
    /// Its definition.
    const DEF: &'static FunctionDef;
}

macro_rules! conventions {
    ($($(#[$meta:meta])* $name:ident, $field:ident: $ty:ty, $flags:expr;)*) => {
        impl FunctionDef {
            $(
                $(#[$meta])*
                pub const fn $name(
                    name: &'static CStr,
                    function: $ty,
                    doc: &'static CStr,
                    calls_python: bool,
                ) -> Self {
                    let method = ffi::PyMethodDef {
                        ml_name: name.as_ptr(),
                        ml_meth: ffi::PyMethodDefPointer { $field: function },
                        ml_flags: $flags as c_int,
                        ml_doc: doc.as_ptr(),
                    };
                    Self { method, calls_python }
                }
            )*
        }
    };
}
conventions! {
    /// For functions without parameters.
    no_arguments, PyCFunction: ffi::PyCFunction, ffi::METH_NOARGS;
    /// For functions with one parameter that is positional only and required.
    one_argument, PyCFunction: ffi::PyCFunction, ffi::METH_O;
    /// For functions whose parameters are all positional only.
    fast, PyCFunctionFast: ffi::PyCFunctionFast, ffi::METH_FASTCALL;
    /// For all others.
    fast_keywords, PyCFunctionFastWithKeywords: ffi::PyCFunctionFastWithKeywords, ffi::METH_FASTCALL | ffi::METH_KEYWORDS;
}

/// Makes the function object.
pub fn wrap<'py, M>(
    definition: &'static FunctionDef,
    module_or_py: M,
) -> PyResult<Bound<'py, PyCFunction>>
where
    M: Wrap<'py>,
{
    module_or_py.wrap(definition)
}

/// What can be the second argument of `wrap_pyfunction!`.
pub trait Wrap<'py> {
    /// Makes the function object.
    fn wrap(self, definition: &'static FunctionDef) -> PyResult<Bound<'py, PyCFunction>>;
}

fn make<'py>(
    py: Python<'py>,
    definition: &'static FunctionDef,
    module: Option<&Bound<'py, PyModule>>,
) -> PyResult<Bound<'py, PyCFunction>> {
    let method = everypy_shims::function::definition(&definition.method);
    let function = PyCFunction::of_definition(py, method, module)?;
    if !definition.calls_python {
        // SAFETY: attached; the function is new.
        unsafe { everypy_shims::function::shorten(function.as_ptr()) };
    }
    Ok(function)
}

impl<'py> Wrap<'py> for Python<'py> {
    fn wrap(self, definition: &'static FunctionDef) -> PyResult<Bound<'py, PyCFunction>> {
        make(self, definition, None)
    }
}

impl<'py> Wrap<'py> for &Bound<'py, PyModule> {
    fn wrap(self, definition: &'static FunctionDef) -> PyResult<Bound<'py, PyCFunction>> {
        make(self.py(), definition, Some(self))
    }
}

impl<'py> Wrap<'py> for &&Bound<'py, PyModule> {
    fn wrap(self, definition: &'static FunctionDef) -> PyResult<Bound<'py, PyCFunction>> {
        make(self.py(), definition, Some(self))
    }
}

impl<'py> Wrap<'py> for Borrowed<'_, 'py, PyModule> {
    fn wrap(self, definition: &'static FunctionDef) -> PyResult<Bound<'py, PyCFunction>> {
        make(self.py(), definition, Some(&self))
    }
}

impl<'py> Wrap<'py> for &Borrowed<'_, 'py, PyModule> {
    fn wrap(self, definition: &'static FunctionDef) -> PyResult<Bound<'py, PyCFunction>> {
        make(self.py(), definition, Some(self))
    }
}
