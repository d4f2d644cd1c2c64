//! Tuples of up to twelve elements.

use crate::conversion::{FromPyObject, IntoPyObject, IntoPyObjectExt as _};
use crate::err::{PyErr, PyResult};
use crate::exceptions::PyValueError;
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::types::{PyAny, PyTuple, PyTupleMethods as _};

impl<'py> IntoPyObject<'py> for () {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = core::convert::Infallible;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        Ok(PyTuple::empty(py))
    }
}

#[cold]
fn wrong_length(expected: usize, actual: usize) -> PyErr {
    PyValueError::new_err(format!(
        "expected tuple of length {expected}, but got tuple of length {actual}"
    ))
}

macro_rules! tuples {
    ($($length:literal: $($ty:ident $index:tt),+;)*) => {
        $(
            impl<'a, 'py, $($ty),+> FromPyObject<'a, 'py> for ($($ty,)+)
            where
                $($ty: FromPyObject<'a, 'py>,)+
            {
                type Error = PyErr;

                fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                    let tuple = object.cast::<PyTuple>()?;
                    if tuple.len() != $length {
                        return Err(wrong_length($length, tuple.len()));
                    }
                    Ok(($(
                        tuple.borrowed_item($index)?.extract::<$ty>().map_err(Into::into)?,
                    )+))
                }
            }

            impl<'py, $($ty),+> IntoPyObject<'py> for ($($ty,)+)
            where
                $($ty: IntoPyObject<'py>,)+
            {
                type Target = PyTuple;
                type Output = Bound<'py, PyTuple>;
                type Error = PyErr;

                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    let objects = [$(self.$index.into_bound_py_any(py)?),+];
                    PyTuple::of_array(py, objects)
                }
            }

            impl<'b, 'py, $($ty),+> IntoPyObject<'py> for &'b ($($ty,)+)
            where
                $(&'b $ty: IntoPyObject<'py>,)+
            {
                type Target = PyTuple;
                type Output = Bound<'py, PyTuple>;
                type Error = PyErr;

                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    let objects = [$((&self.$index).into_bound_py_any(py)?),+];
                    PyTuple::of_array(py, objects)
                }
            }

            impl<'py, $($ty),+> crate::call::PyCallArgs<'py> for ($($ty,)+)
            where
                $($ty: IntoPyObject<'py>,)+
            {
                #[inline]
                fn call(
                    self,
                    callable: &Bound<'py, PyAny>,
                    kwargs: Option<&Bound<'py, crate::types::PyDict>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let py = callable.py();
                    let objects = [$(self.$index.into_bound_py_any(py)?),+];
                    if let Some(kwargs) = kwargs {
                        return crate::call::call_with_keywords(callable, &objects, kwargs);
                    }
                    let mut vector = [core::ptr::null_mut(), $(objects[$index].as_ptr()),+];
                    // SAFETY: `objects` keeps them alive.
                    unsafe { crate::call::call_with(callable, &mut vector) }
                }
            }

            impl<'b, 'py, $($ty),+> crate::call::PyCallArgs<'py> for &'b ($($ty,)+)
            where
                $(&'b $ty: IntoPyObject<'py>,)+
            {
                #[inline]
                fn call(
                    self,
                    callable: &Bound<'py, PyAny>,
                    kwargs: Option<&Bound<'py, crate::types::PyDict>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let py = callable.py();
                    let objects = [$((&self.$index).into_bound_py_any(py)?),+];
                    if let Some(kwargs) = kwargs {
                        return crate::call::call_with_keywords(callable, &objects, kwargs);
                    }
                    let mut vector = [core::ptr::null_mut(), $(objects[$index].as_ptr()),+];
                    // SAFETY: `objects` keeps them alive.
                    unsafe { crate::call::call_with(callable, &mut vector) }
                }
            }
        )*
    };
}
tuples! {
    1: T0 0;
    2: T0 0, T1 1;
    3: T0 0, T1 1, T2 2;
    4: T0 0, T1 1, T2 2, T3 3;
    5: T0 0, T1 1, T2 2, T3 3, T4 4;
    6: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5;
    7: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6;
    8: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7;
    9: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8;
    10: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8, T9 9;
    11: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8, T9 9, T10 10;
    12: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8, T9 9, T10 10, T11 11;
}
