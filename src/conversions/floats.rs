//! Floating-point numbers.

use core::convert::Infallible;

use everypy_ffi as ffi;

use crate::conversion::{FromPyObject, IntoPyObject};
use crate::err::{PyErr, PyResult};
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::type_object::PyTypeInfo as _;
use crate::types::{PyAny, PyFloat, PyFloatMethods as _};

impl<'a, 'py> FromPyObject<'a, 'py> for f64 {
    type Error = PyErr;

    /// Takes a `float` and whatever has `__float__` or `__index__`.
    ///
    /// C API: [`PyFloat_AsDouble`](https://docs.python.org/3/c-api/float.html#c.PyFloat_AsDouble).
    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if PyFloat::is_exact_type_of(&object) {
            // SAFETY: just checked.
            return Ok(unsafe { object.cast_unchecked::<PyFloat>() }.value());
        }
        // SAFETY: attached; alive.
        let value = unsafe { ffi::PyFloat_AsDouble(object.as_ptr()) };
        if value == -1.0 && PyErr::occurred(object.py()) {
            Err(PyErr::fetch(object.py()))
        } else {
            Ok(value)
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for f32 {
    type Error = PyErr;

    /// As `f64`, rounded.
    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        f64::extract(object).map(|value| value as f32)
    }
}

macro_rules! into_float {
    ($($ty:ty),*) => {
        $(
            impl<'py> IntoPyObject<'py> for $ty {
                type Target = PyFloat;
                type Output = Bound<'py, PyFloat>;
                type Error = Infallible;

                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                    Ok(PyFloat::new(py, f64::from(self)))
                }
            }

            impl<'py> IntoPyObject<'py> for &$ty {
                type Target = PyFloat;
                type Output = Bound<'py, PyFloat>;
                type Error = Infallible;

                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                    (*self).into_pyobject(py)
                }
            }
        )*
    };
}
into_float!(f32, f64);
