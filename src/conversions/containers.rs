//! `Option`, vectors, slices, arrays and maps.

use core::hash::{BuildHasher, Hash};
use core::ptr::null_mut;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use everypy_ffi as ffi;
use everypy_shims::{lock, object};

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
            return of_list(list);
        }
        if let Ok(tuple) = object.cast_exact::<PyTuple>() {
            return of_tuple(tuple);
        }
        sequence(object)
    }
}

/// The items of a list, which may change meanwhile: a conversion may run code, and without a GIL other threads do.
#[inline(always)]
fn of_list<'py, T: FromPyObjectOwned<'py>>(list: Borrowed<'_, 'py, PyList>) -> PyResult<Vec<T>> {
    let mut items = Vec::new();
    if read_items(list, &mut items) { Ok(items) } else { rest_of_list(list, items) }
}

/// What comes after the items that could be read in place.
#[inline(never)]
fn rest_of_list<'py, T: FromPyObjectOwned<'py>>(
    list: Borrowed<'_, 'py, PyList>,
    mut items: Vec<T>,
) -> PyResult<Vec<T>> {
    loop {
        let length = list.len();
        items.reserve(length.saturating_sub(items.len()));
        while items.len() < length {
            match list.get_item(items.len()) {
                Ok(element) => items.push(item(&element)?),
                // It has become shorter.
                Err(_) if items.len() >= list.len() => return Ok(items),
                Err(error) => return Err(error),
            }
            // After a large number come small ones.
            if read_items(list, &mut items) {
                return Ok(items);
            }
        }
        if items.len() >= list.len() {
            return Ok(items);
        }
    }
}

/// Reads as many more items as can be read in place, and tells whether those were all.
#[inline(always)]
fn read_items<'py, T: FromPyObjectOwned<'py>>(
    list: Borrowed<'_, 'py, PyList>,
    items: &mut Vec<T>,
) -> bool {
    #[cold]
    #[inline(never)]
    fn locked<'py, T: FromPyObjectOwned<'py>>(
        list: Borrowed<'_, 'py, PyList>,
        items: &mut Vec<T>,
    ) -> bool {
        // SAFETY: attached; a list, which nobody changes while its lock is held.
        unsafe { lock::with_short_lock(list.as_ptr(), || read_unlocked(list, items)) }
    }

    if !T::READS {
        false
    } else if lock::has_locks() {
        locked(list, items)
    } else {
        // SAFETY: the GIL is held, and no code runs.
        unsafe { read_unlocked(list, items) }
    }
}

/// # Safety
///
/// Nobody changes the list as long as no code runs.
#[inline(always)]
unsafe fn read_unlocked<'py, T: FromPyObjectOwned<'py>>(
    list: Borrowed<'_, 'py, PyList>,
    items: &mut Vec<T>,
) -> bool {
    // SAFETY: attached; a list, which owns its items, and which does not change, says the caller.
    unsafe {
        let Some(all) = object::list_items(list.as_ptr()) else { return read_lent(list, items) };
        if let Some(rest) = all.get(items.len()..) {
            if items.capacity() == 0 {
                // Shorter than growing.
                *items = Vec::with_capacity(rest.len());
            } else {
                items.reserve(rest.len());
            }
            T::read_all(rest, items);
        }
        items.len() >= all.len()
    }
}

/// The same where the list cannot be read, but lends its items.
///
/// # Safety
///
/// As `read_unlocked`.
#[inline(never)]
unsafe fn read_lent<'py, T: FromPyObjectOwned<'py>>(
    list: Borrowed<'_, 'py, PyList>,
    items: &mut Vec<T>,
) -> bool {
    if !object::lends_items() {
        return false;
    }
    let length = list.len();
    items.reserve(length.saturating_sub(items.len()));
    let mut room = [null_mut(); 32];
    // Few at first: if the next one cannot be read, nothing is gained by the others.
    let mut most = 4;
    while items.len() < length {
        let start = items.len();
        let wanted = usize::min(length - start, most);
        most = usize::min(2 * most, 32);
        // SAFETY: attached; a list that does not change and has so many items, which it keeps alive.
        unsafe {
            let mut lent = 0;
            while lent < wanted {
                room[lent] = ffi::PyList_GetItem(list.as_ptr(), (start + lent) as ffi::Py_ssize_t);
                if room[lent].is_null() {
                    // It is asked again where that is an error.
                    ffi::PyErr_Clear();
                    break;
                }
                lent += 1;
            }
            T::read_all(&room[..lent], items);
        }
        if items.len() < start + wanted {
            return false;
        }
    }
    true
}

fn of_tuple<'py, T: FromPyObjectOwned<'py>>(tuple: Borrowed<'_, 'py, PyTuple>) -> PyResult<Vec<T>> {
    let length = tuple.len();
    let mut items = Vec::with_capacity(length);
    if T::READS {
        // SAFETY: attached; a tuple, which keeps its items alive.
        unsafe {
            if let Some(all) = object::tuple_items(tuple.as_ptr()) {
                T::read_all(all, &mut items);
            }
        }
    }
    for index in items.len()..length {
        items.push(item(&tuple.get_item(index)?)?);
    }
    Ok(items)
}

fn item<'py, T: FromPyObjectOwned<'py>>(object: &Bound<'py, PyAny>) -> PyResult<T> {
    T::extract(object.as_borrowed()).map_err(Into::into)
}

fn sequence<'py, T: FromPyObjectOwned<'py>>(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Vec<T>> {
    check_sequence(object)?;
    let mut items = Vec::new();
    // Its class says how many there are, which need not be so.
    let _ = items.try_reserve(object.len().unwrap_or(0));
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
                    dict.iter().each(|key, value| {
                        map.insert(item(&key)?, item(&value)?);
                        Ok(())
                    })?;
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
