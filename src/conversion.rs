//! The traits that convert between Rust and Python.

use core::mem::MaybeUninit;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::err::{PyErr, PyResult};
use crate::instance::{Borrowed, Bound, BoundObject, Py};
use crate::marker::Python;
use crate::types::{PyAny, PyList};

/// Makes a Rust value of a Python object, which it may borrow from for `'a`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from a Python object",
    label = "no conversion from a Python object",
    note = "a class is taken as `&{Self}`, `&Bound<'_, {Self}>` or `Py<{Self}>`, or copied if it implements `Clone`",
    note = "other types need `FromPyObject`, or `#[pyo3(from_py_with = function)]` on the parameter"
)]
pub trait FromPyObject<'a, 'py>: Sized {
    /// Why it can fail.
    type Error: Into<PyErr>;

    /// Converts.
    ///
    /// # Errors
    ///
    /// If the object is not what is wanted.
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Self::Error>;

    /// Whether [`read_all`](Self::read_all) does anything.
    #[doc(hidden)]
    const READS: bool = false;

    /// Appends the values of `objects` to `values`, which has room for them, until one cannot be read in place: without
    /// a call, so that no code runs.
    ///
    /// # Safety
    ///
    /// Attached; all are alive, and stay so if no code runs.
    #[doc(hidden)]
    unsafe fn read_all(_objects: &[*mut ffi::PyObject], _values: &mut Vec<Self>) {}

    /// The bytes of `object` as a vector of `Self`, where `Self` is a byte and `object` holds bytes: not to go through
    /// an object per byte.
    #[doc(hidden)]
    fn vec_of_bytes(_object: Borrowed<'_, 'py, PyAny>) -> Option<Vec<Self>> {
        None
    }
}

/// Appends what `read` makes of each object to `values`, as far as there is room and until there is nothing.
///
/// They are read `AT_ONCE`, a power of two, since counting them takes as long as reading a number in place.
#[inline(always)]
pub(crate) fn read_while<const AT_ONCE: usize, T>(
    objects: &[*mut ffi::PyObject],
    values: &mut Vec<T>,
    read: impl Fn(*mut ffi::PyObject) -> Option<T>,
) {
    let mut count = 0;
    let mut read_each = |places: &mut [MaybeUninit<T>], objects: &[*mut ffi::PyObject]| {
        for (place, &object) in places.iter_mut().zip(objects) {
            let Some(value) = read(object) else { return false };
            place.write(value);
            count += 1;
        }
        true
    };
    let places = values.spare_capacity_mut();
    let room = usize::min(places.len(), objects.len());
    let at_once = room - room % AT_ONCE;
    let (places, rest) = places[..room].split_at_mut(at_once);
    let (objects, objects_of_rest) = objects[..room].split_at(at_once);
    let mut chunks = places.chunks_exact_mut(AT_ONCE).zip(objects.chunks_exact(AT_ONCE));
    if chunks.all(|(places, objects)| read_each(places, objects)) {
        read_each(rest, objects_of_rest);
    }
    // SAFETY: so many places have just been written.
    unsafe { values.set_len(values.len() + count) };
}

/// The value of an object of a class, not of a subclass, by a call in which no code runs. Nothing if the call fails, which
/// `failed` and an exception say; the exception is dropped.
///
/// # Safety
///
/// Attached; alive.
#[inline]
pub(crate) unsafe fn read_exact<T: PartialEq>(
    object: *mut ffi::PyObject,
    class: *mut ffi::PyTypeObject,
    call: impl FnOnce() -> T,
    failed: T,
) -> Option<T> {
    // SAFETY: as the caller says.
    unsafe {
        if object::type_of(object) != class {
            return None;
        }
        let value = call();
        if value == failed && !ffi::PyErr_Occurred().is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Some(value)
    }
}

/// A conversion that borrows nothing from the object.
pub trait FromPyObjectOwned<'py>: for<'a> FromPyObject<'a, 'py> {}

impl<'py, T> FromPyObjectOwned<'py> for T where T: for<'a> FromPyObject<'a, 'py> {}

/// Makes a Python object of a Rust value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted to a Python object",
    label = "no conversion to a Python object",
    note = "write `#[pyclass]` on it, or implement `IntoPyObject` for it"
)]
pub trait IntoPyObject<'py>: Sized {
    /// The Python type.
    type Target;
    /// The smart pointer: owned, or borrowed where there is nothing to make.
    type Output: BoundObject<'py, Self::Target>;
    /// Why it can fail.
    type Error: Into<PyErr>;

    /// Converts.
    ///
    /// # Errors
    ///
    /// If there is no such object, or none can be made.
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error>;

    /// An owned reference for C, or null with an exception set: what the call that makes the object returns is not looked
    /// at if nothing but C gets it.
    ///
    /// # Errors
    ///
    /// As [`into_pyobject`](Self::into_pyobject).
    #[doc(hidden)]
    #[inline(always)]
    fn into_c(self, py: Python<'py>) -> PyResult<*mut ffi::PyObject> {
        match self.into_pyobject(py) {
            Ok(object) => Ok(object.into_ptr()),
            Err(error) => Err(error.into()),
        }
    }

    /// A list of elements: where many cost less when they are made at once, so.
    ///
    /// # Errors
    ///
    /// As [`PyList::new`].
    ///
    /// # Panics
    ///
    /// As [`PyList::new`].
    #[doc(hidden)]
    #[inline(always)]
    fn sequence_into_pylist<I>(elements: I, py: Python<'py>) -> PyResult<Bound<'py, PyList>>
    where
        I: ExactSizeIterator<Item = Self>,
    {
        PyList::one_by_one(py, elements)
    }

    /// The object of a whole sequence: a list, but `bytes` of bytes.
    #[doc(hidden)]
    fn sequence_into_pyobject<I>(sequence: I, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>
    where
        I: IntoIterator<Item = Self>,
        I::IntoIter: ExactSizeIterator<Item = Self>,
    {
        PyList::new(py, sequence).map(Bound::into_any)
    }
}

/// Shorter ways to convert.
pub trait IntoPyObjectExt<'py>: IntoPyObject<'py> {
    /// As an owned reference of any type.
    ///
    /// # Errors
    ///
    /// The conversion's.
    #[inline]
    fn into_bound_py_any(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.into_pyobject_or_pyerr(py)?.into_any().into_bound())
    }

    /// As an owned reference of any type, without the token.
    ///
    /// # Errors
    ///
    /// The conversion's.
    fn into_py_any(self, py: Python<'py>) -> PyResult<Py<PyAny>> {
        self.into_bound_py_any(py).map(Bound::unbind)
    }

    /// With its own error made a [`PyErr`].
    ///
    /// # Errors
    ///
    /// The conversion's.
    #[inline]
    fn into_pyobject_or_pyerr(self, py: Python<'py>) -> PyResult<Self::Output> {
        self.into_pyobject(py).map_err(Into::into)
    }
}

impl<'py, T: IntoPyObject<'py>> IntoPyObjectExt<'py> for T {}
