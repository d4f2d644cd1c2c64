//! From what a Rust function returns to what C expects: an owned reference, or null with an exception set.
//!
//! A function may return a value, a result of one, nothing or a result of nothing, and nothing means `None`. Which it
//! is is found by method resolution: inherent methods come before those of traits, and those by value before those by
//! reference.

use core::marker::PhantomData;

use everypy_ffi::PyObject;
use everypy_shims::object;

use crate::conversion::IntoPyObject;
use crate::err::{PyErr, PyResult};
use crate::marker::Python;
use crate::types::PyNone;

/// Stands for the return type `T`.
pub struct Returned<T>(PhantomData<T>);

/// The return type of a value.
#[inline(always)]
pub fn returned<T>(_value: &T) -> Returned<T> {
    Returned(PhantomData)
}

#[inline(always)]
fn none(py: Python<'_>) -> *mut PyObject {
    let none = PyNone::get(py).as_ptr();
    // SAFETY: attached.
    unsafe { object::incref_singleton(none) };
    none
}

impl Returned<()> {
    /// `None`.
    #[inline(always)]
    pub fn convert(&self, py: Python<'_>, (): ()) -> PyResult<*mut PyObject> {
        Ok(none(py))
    }
}

impl<E: Into<PyErr>> Returned<Result<(), E>> {
    /// `None`, or the error.
    #[inline(always)]
    pub fn convert(&self, py: Python<'_>, value: Result<(), E>) -> PyResult<*mut PyObject> {
        value.map(|()| none(py)).map_err(Into::into)
    }
}

/// A result of a value. The bounds are those of the method, so that the compiler names what does not convert.
pub trait ConvertResult<'py, T, E> {
    /// The object, or the error.
    fn convert(&self, py: Python<'py>, value: Result<T, E>) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
        E: Into<PyErr>;
}

impl<'py, T, E> ConvertResult<'py, T, E> for Returned<Result<T, E>> {
    #[inline(always)]
    fn convert(&self, py: Python<'py>, value: Result<T, E>) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
        E: Into<PyErr>,
    {
        match value {
            Ok(value) => value.into_c(py),
            Err(error) => Err(error.into()),
        }
    }
}

/// A value.
pub trait ConvertValue<'py, T> {
    /// The object.
    fn convert(&self, py: Python<'py>, value: T) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>;
}

impl<'py, T> ConvertValue<'py, T> for &Returned<T> {
    #[inline(always)]
    fn convert(&self, py: Python<'py>, value: T) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
    {
        value.into_c(py)
    }
}
