//! `Option`, vectors, slices, arrays and maps.

use core::hash::{BuildHasher, Hash};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use everypy_ffi as ffi;

use crate::conversion::{FromPyObject, FromPyObjectOwned, IntoPyObject};
use crate::err::{CastError, PyErr, PyResult};
use crate::exceptions::{PyTypeError, PyValueError};
use crate::instance::{Borrowed, Bound, BoundObject};
use crate::marker::Python;
use crate::type_object::PyTypeCheck as _;
use crate::types::{
    IntoPyDict as _, PyAny, PyAnyMethods as _, PyDict, PyDictMethods as _, PyList,
    PyListMethods as _, PyNone, PyString, PyTuple, PyTupleMethods as _,
};

impl<'a, 'py, T> FromPyObject<'a, 'py> for Option<T>
where
    T: FromPyObject<'a, 'py>,
{
    type Error = T::Error;

    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Self::Error> {
        if object.is_none() { Ok(None) } else { T::extract(object).map(Some) }
    }
}

impl<'py, T> IntoPyObject<'py> for Option<T>
where
    T: IntoPyObject<'py>,
{
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = T::Error;

    #[inline]
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        match self {
            Some(value) => value.into_pyobject(py).map(|object| object.into_any().into_bound()),
            None => Ok(PyNone::get(py).to_owned().into_any()),
        }
    }
}

impl<'a, 'py, T> IntoPyObject<'py> for &'a Option<T>
where
    &'a T: IntoPyObject<'py>,
{
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = <&'a T as IntoPyObject<'py>>::Error;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        self.as_ref().into_pyobject(py)
    }
}

impl<'py, T> FromPyObject<'_, 'py> for Vec<T>
where
    T: FromPyObjectOwned<'py>,
{
    type Error = PyErr;

    /// Takes any sequence but a `str`, which is rarely meant.
    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Some(bytes) = T::vec_of_bytes(object) {
            return Ok(bytes);
        }
        if let Ok(list) = object.cast_exact::<PyList>() {
            let mut items = Vec::with_capacity(list.len());
            // The length is asked anew each time, since a conversion may run code that changes the list.
            let mut index = 0;
            while index < list.len() {
                items.push(item(&list.get_item(index)?)?);
                index += 1;
            }
            return Ok(items);
        }
        if let Ok(tuple) = object.cast_exact::<PyTuple>() {
            return tuple.iter().map(|element| item(&element)).collect();
        }
        sequence(object)
    }
}

fn item<'py, T: FromPyObjectOwned<'py>>(object: &Bound<'py, PyAny>) -> PyResult<T> {
    T::extract(object.as_borrowed()).map_err(Into::into)
}

fn sequence<'py, T: FromPyObjectOwned<'py>>(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Vec<T>> {
    check_sequence(object)?;
    let mut items = Vec::with_capacity(object.len().unwrap_or(0));
    for element in object.try_iter()? {
        items.push(item(&element?)?);
    }
    Ok(items)
}

fn check_sequence(object: Borrowed<'_, '_, PyAny>) -> PyResult<()> {
    if PyString::type_check(&object) {
        return Err(PyTypeError::new_err("Can't extract `str` to `Vec`"));
    }
    // SAFETY: attached; alive.
    if unsafe { ffi::PySequence_Check(object.as_ptr()) } == 0 {
        return Err(CastError::new(object, sequence_class(object.py())?).into());
    }
    Ok(())
}

/// `collections.abc.Sequence`.
fn sequence_class(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("collections.abc")?.getattr("Sequence")
}

impl<'py, T, const N: usize> FromPyObject<'_, 'py> for [T; N]
where
    T: FromPyObjectOwned<'py>,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        <[T; N]>::try_from(Vec::<T>::extract(object)?).map_err(|items| {
            PyValueError::new_err(format!(
                "expected a sequence of length {N} (got {})",
                items.len()
            ))
        })
    }
}

macro_rules! into_list {
    ($([$($parameters:tt)*] $ty:ty, $item:ty;)*) => {
        $(
            impl<'py, $($parameters)*> IntoPyObject<'py> for $ty
            where
                $item: IntoPyObject<'py>,
            {
                type Target = PyAny;
                type Output = Bound<'py, PyAny>;
                type Error = PyErr;

                /// Gives a list, but `bytes` of `u8`.
                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    <$item>::sequence_into_pyobject(self, py)
                }
            }
        )*
    };
}
into_list! {
    [T] Vec<T>, T;
    ['a, T] &'a Vec<T>, &'a T;
    ['a, T] &'a [T], &'a T;
    [T, const N: usize] [T; N], T;
    ['a, T, const N: usize] &'a [T; N], &'a T;
}

impl<'a, 'py, T> IntoPyObject<'py> for Cow<'a, [T]>
where
    T: Clone,
    &'a T: IntoPyObject<'py>,
    T: IntoPyObject<'py>,
{
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self {
            Cow::Borrowed(items) => items.into_pyobject(py),
            Cow::Owned(items) => items.into_pyobject(py),
        }
    }
}

macro_rules! maps {
    ($($map:ident<K, V $(, $hasher:ident)?> where [$($bounds:tt)*];)*) => {
        $(
            impl<'py, K, V $(, $hasher)?> FromPyObject<'_, 'py> for $map<K, V $(, $hasher)?>
            where
                K: FromPyObjectOwned<'py> + $($bounds)*,
                V: FromPyObjectOwned<'py>,
                $($hasher: BuildHasher + Default,)?
            {
                type Error = PyErr;

                fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                    let dict = object.cast::<PyDict>()?;
                    let mut map = Self::default();
                    for pair in dict.items() {
                        let pair = pair.cast_into::<PyTuple>()?;
                        map.insert(item(&pair.get_item(0)?)?, item(&pair.get_item(1)?)?);
                    }
                    Ok(map)
                }
            }

            impl<'py, K, V $(, $hasher)?> IntoPyObject<'py> for $map<K, V $(, $hasher)?>
            where
                K: IntoPyObject<'py> + $($bounds)*,
                V: IntoPyObject<'py>,
                $($hasher: BuildHasher,)?
            {
                type Target = PyDict;
                type Output = Bound<'py, PyDict>;
                type Error = PyErr;

                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    self.into_py_dict(py)
                }
            }

            impl<'a, 'py, K, V $(, $hasher)?> IntoPyObject<'py> for &'a $map<K, V $(, $hasher)?>
            where
                &'a K: IntoPyObject<'py>,
                &'a V: IntoPyObject<'py>,
                K: $($bounds)*,
                $($hasher: BuildHasher,)?
            {
                type Target = PyDict;
                type Output = Bound<'py, PyDict>;
                type Error = PyErr;

                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    self.into_py_dict(py)
                }
            }
        )*
    };
}
maps! {
    HashMap<K, V, S> where [Eq + Hash];
    BTreeMap<K, V> where [Ord];
}
