//! Floating-point numbers.

use core::convert::Infallible;

use everypy_ffi as ffi;
use everypy_shims::object::Floats;

use super::packed;
use crate::conversion::{FromPyObject, IntoPyObject, read_exact, read_while};
use crate::err::{PyErr, PyResult};
use crate::exceptions::PyTypeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::types::{PyAny, PyAnyMethods as _, PyFloat, PyList};

impl<'a, 'py> FromPyObject<'a, 'py> for f64 {
    type Error = PyErr;

    /// Takes a `float` and whatever has `__float__` or `__index__`.
    ///
    /// C API: [`PyFloat_AsDouble`](https://docs.python.org/3/c-api/float.html#c.PyFloat_AsDouble).
    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        // SAFETY: attached; alive.
        if let Some(value) = Floats::known().and_then(|it| unsafe { it.value(object.as_ptr()) }) {
            return Ok(value);
        }
        // SAFETY: attached; alive.
        let value = unsafe { ffi::PyFloat_AsDouble(object.as_ptr()) };
        if value == -1.0 && PyErr::occurred(object.py()) {
            by_index(object, PyErr::fetch(object.py()))
        } else {
            Ok(value)
        }
    }

    const READS: bool = true;

    #[inline]
    unsafe fn read_all(objects: &[*mut ffi::PyObject], values: &mut Vec<Self>) {
        // SAFETY: as the caller says.
        unsafe {
            if let Some(floats) = Floats::known() {
                read_while::<8, _>(objects, values, |object| floats.value(object));
            } else {
                read_while::<4, _>(objects, values, |object| exact_float(object));
            }
        }
    }
}

/// The value of a `float`, not of a subclass. No code runs.
///
/// # Safety
///
/// Attached; alive.
#[inline]
unsafe fn exact_float(object: *mut ffi::PyObject) -> Option<f64> {
    // SAFETY: as the caller says.
    unsafe {
        let call = || ffi::PyFloat_AsDouble(object);
        read_exact(object, ffi::PyFloat_Type(), call, -1.0)
    }
}

/// Asks `__index__`, which Python 3.7 and some releases of PyPy do not in C, where there is no `__float__`.
#[cold]
fn by_index(object: Borrowed<'_, '_, PyAny>, error: PyErr) -> PyResult<f64> {
    let class = object.get_type();
    let asks_index = error.is_instance_of::<PyTypeError>(object.py())
        && !class.hasattr("__float__")?
        && class.hasattr("__index__")?;
    if !asks_index {
        return Err(error);
    }
    // SAFETY: attached; alive; the result is a new int or null with an exception.
    let int = unsafe { ffi::PyNumber_Index(object.as_ptr()).owned_or_err(object.py())? };
    int.extract()
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

                #[inline]
                fn into_c(self, _py: Python<'py>) -> PyResult<*mut ffi::PyObject> {
                    // SAFETY: attached.
                    Ok(unsafe { ffi::PyFloat_FromDouble(f64::from(self)) })
                }

                #[inline]
                fn sequence_into_pylist<I>(elements: I, py: Python<'py>) -> PyResult<Bound<'py, PyList>>
                where
                    I: ExactSizeIterator<Item = Self>,
                {
                    packed::list(py, elements)
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

                #[inline]
                fn into_c(self, py: Python<'py>) -> PyResult<*mut ffi::PyObject> {
                    (*self).into_c(py)
                }

                #[inline]
                fn sequence_into_pylist<I>(elements: I, py: Python<'py>) -> PyResult<Bound<'py, PyList>>
                where
                    I: ExactSizeIterator<Item = Self>,
                {
                    <$ty>::sequence_into_pylist(elements.copied(), py)
                }
            }
        )*
    };
}
into_float!(f32, f64);
