//! `float`.

use core::ffi::c_double;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::err::PyErr;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::Bound;
use crate::marker::Python;

native_type! {
    /// The type `float`.
    PyFloat = "float", object PyFloat_Type
}

impl PyFloat {
    /// A `float`.
    ///
    /// C API: [`PyFloat_FromDouble`](https://docs.python.org/3/c-api/float.html#c.PyFloat_FromDouble).
    ///
    /// # Panics
    ///
    /// Without memory.
    #[doc(alias = "PyFloat_FromDouble")]
    #[inline]
    pub fn new(py: Python<'_>, value: c_double) -> Bound<'_, PyFloat> {
        // SAFETY: attached; the result is a new float.
        unsafe { ffi::PyFloat_FromDouble(value).owned(py).cast_into_unchecked() }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyFloat> {}
}

/// The methods of `float`.
pub trait PyFloatMethods<'py>: sealed::Sealed {
    /// The value.
    ///
    /// C API: [`PyFloat_AsDouble`](https://docs.python.org/3/c-api/float.html#c.PyFloat_AsDouble).
    #[doc(alias = "PyFloat_AsDouble")]
    fn value(&self) -> c_double;
}

impl<'py> PyFloatMethods<'py> for Bound<'py, PyFloat> {
    #[inline]
    fn value(&self) -> c_double {
        // SAFETY: attached; a float.
        unsafe { object::float_value(self.as_ptr()) }.unwrap_or_else(|| value_by_call(self))
    }
}

/// No interpreter that is known fails here; one that does is not taken at its word.
#[inline(never)]
fn value_by_call(float: &Bound<'_, PyFloat>) -> c_double {
    // SAFETY: attached; a float.
    let value = unsafe { ffi::PyFloat_AsDouble(float.as_ptr()) };
    if value == -1.0
        && let Some(error) = PyErr::take(float.py())
    {
        std::panic::resume_unwind(Box::new(error));
    }
    value
}
