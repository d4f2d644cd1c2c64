//! `tuple`.

use core::mem::ManuallyDrop;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::conversion::IntoPyObject;
use crate::err::PyResult;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound, BoundObject as _};
use crate::marker::Python;
use crate::types::PyAny;

native_type! {
    /// The type `tuple`.
    PyTuple = "tuple", object PyTuple_Type, flag Py_TPFLAGS_TUPLE_SUBCLASS
}

impl PyTuple {
    /// A tuple of the elements.
    ///
    /// C API: [`PyTuple_New`](https://docs.python.org/3/c-api/tuple.html#c.PyTuple_New).
    ///
    /// # Errors
    ///
    /// A conversion's, and `MemoryError`.
    ///
    /// # Panics
    ///
    /// If the iterator gives fewer or more elements than it said.
    #[doc(alias = "PyTuple_New")]
    pub fn new<'py, T, U>(
        py: Python<'py>,
        elements: impl IntoIterator<Item = T, IntoIter = U>,
    ) -> PyResult<Bound<'py, PyTuple>>
    where
        T: IntoPyObject<'py>,
        U: ExactSizeIterator<Item = T>,
    {
        // Converted first: no code of others may see a tuple with empty places.
        let mut objects = Vec::new();
        let elements = elements.into_iter();
        let length = elements.len();
        for element in elements {
            objects.push(element.into_pyobject(py).map_err(Into::into)?.into_any().into_bound());
        }
        assert_eq!(
            length,
            objects.len(),
            "the iterator gives another number of elements than it said"
        );
        Self::of_objects(py, objects.into_iter())
    }

    /// A tuple of owned objects.
    #[inline]
    pub(crate) fn of_objects<'py>(
        py: Python<'py>,
        objects: impl ExactSizeIterator<Item = Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // SAFETY: attached; the result is a new tuple or null with an exception; it takes the references.
        unsafe {
            let tuple = ffi::PyTuple_New(objects.len() as ffi::Py_ssize_t).owned_or_err(py)?;
            for (index, object) in objects.enumerate() {
                object::set_new_tuple_item(tuple.as_ptr(), index, object.into_ptr());
            }
            Ok(tuple.cast_into_unchecked())
        }
    }

    /// A tuple of as many owned objects. Not by the iterator of the array, which the compiler does not see through.
    #[inline]
    pub(crate) fn of_array<'py, const N: usize>(
        py: Python<'py>,
        objects: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyTuple>> {
        // SAFETY: as in `of_objects`; the references are not given back here.
        unsafe {
            let tuple = ffi::PyTuple_New(N as ffi::Py_ssize_t).owned_or_err(py)?;
            let objects = ManuallyDrop::new(objects);
            for (index, object) in objects.iter().enumerate() {
                object::set_new_tuple_item(tuple.as_ptr(), index, object.as_ptr());
            }
            Ok(tuple.cast_into_unchecked())
        }
    }

    /// The empty tuple.
    ///
    /// # Panics
    ///
    /// Without memory.
    pub fn empty(py: Python<'_>) -> Bound<'_, PyTuple> {
        // SAFETY: attached; the result is a tuple.
        unsafe { ffi::PyTuple_New(0).owned(py).cast_into_unchecked() }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyTuple> {}
}

/// The methods of `tuple`.
pub trait PyTupleMethods<'py>: sealed::Sealed {
    /// The number of items.
    ///
    /// C API: [`PyTuple_Size`](https://docs.python.org/3/c-api/tuple.html#c.PyTuple_Size).
    #[doc(alias = "PyTuple_Size")]
    fn len(&self) -> usize;

    /// Whether there are no items.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`.
    ///
    /// # Errors
    ///
    /// `IndexError`.
    fn get_item(&self, index: usize) -> PyResult<Bound<'py, PyAny>> {
        self.get_borrowed_item(index).map(Borrowed::to_owned)
    }

    /// The item at `index`, borrowed from the tuple.
    ///
    /// C API: [`PyTuple_GetItem`](https://docs.python.org/3/c-api/tuple.html#c.PyTuple_GetItem).
    ///
    /// # Errors
    ///
    /// `IndexError`.
    #[doc(alias = "PyTuple_GetItem")]
    fn get_borrowed_item<'a>(&'a self, index: usize) -> PyResult<Borrowed<'a, 'py, PyAny>>;

    /// The items.
    fn iter(&self) -> BoundTupleIterator<'py>;
}

impl<'py> PyTupleMethods<'py> for Bound<'py, PyTuple> {
    #[inline]
    fn len(&self) -> usize {
        // SAFETY: attached; a tuple, for which the call cannot fail.
        unsafe { ffi::PyTuple_Size(self.as_ptr()) as usize }
    }

    #[inline]
    fn get_borrowed_item<'a>(&'a self, index: usize) -> PyResult<Borrowed<'a, 'py, PyAny>> {
        self.as_borrowed().borrowed_item(index)
    }

    fn iter(&self) -> BoundTupleIterator<'py> {
        BoundTupleIterator { tuple: self.clone(), next: 0, length: self.len() }
    }
}

impl<'a, 'py> Borrowed<'a, 'py, PyTuple> {
    #[inline]
    pub(crate) fn borrowed_item(self, index: usize) -> PyResult<Borrowed<'a, 'py, PyAny>> {
        let index = ffi::Py_ssize_t::try_from(index).unwrap_or(ffi::Py_ssize_t::MAX);
        // SAFETY: attached; a tuple, which keeps its items while it lives.
        unsafe { ffi::PyTuple_GetItem(self.as_ptr(), index).borrowed_or_err(self.py()) }
    }
}

/// The items of a tuple.
pub struct BoundTupleIterator<'py> {
    tuple: Bound<'py, PyTuple>,
    next: usize,
    length: usize,
}

impl<'py> Iterator for BoundTupleIterator<'py> {
    type Item = Bound<'py, PyAny>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.length {
            return None;
        }
        let item = self.tuple.get_item(self.next).ok()?;
        self.next += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.length - self.next, Some(self.length - self.next))
    }
}

impl ExactSizeIterator for BoundTupleIterator<'_> {}

impl<'py> IntoIterator for &Bound<'py, PyTuple> {
    type Item = Bound<'py, PyAny>;
    type IntoIter = BoundTupleIterator<'py>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'py> IntoIterator for Bound<'py, PyTuple> {
    type Item = Bound<'py, PyAny>;
    type IntoIter = BoundTupleIterator<'py>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
