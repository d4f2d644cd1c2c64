//! `list`.

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::conversion::IntoPyObject;
use crate::err::{PyResult, error_on_minus_one};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _};
use crate::marker::Python;
use crate::types::PyAny;

native_type! {
    /// The type `list`.
    PyList = "list", object PyList_Type, flag Py_TPFLAGS_LIST_SUBCLASS
}

impl PyList {
    /// A list of the elements.
    ///
    /// C API: [`PyList_New`](https://docs.python.org/3/c-api/list.html#c.PyList_New).
    ///
    /// # Errors
    ///
    /// A conversion's, and `MemoryError`.
    ///
    /// # Panics
    ///
    /// If the iterator gives fewer or more elements than it said.
    #[doc(alias = "PyList_New")]
    pub fn new<'py, T, U>(
        py: Python<'py>,
        elements: impl IntoIterator<Item = T, IntoIter = U>,
    ) -> PyResult<Bound<'py, PyList>>
    where
        T: IntoPyObject<'py>,
        U: ExactSizeIterator<Item = T>,
    {
        T::sequence_into_pylist(elements.into_iter(), py)
    }

    /// A list of elements, each of which is made by itself.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[inline(always)]
    pub(crate) fn one_by_one<'py, T: IntoPyObject<'py>>(
        py: Python<'py>,
        mut elements: impl ExactSizeIterator<Item = T>,
    ) -> PyResult<Bound<'py, PyList>> {
        let length = elements.len();
        // SAFETY: attached; the result is a new list or null with an exception.
        let list = unsafe { ffi::PyList_New(length as ffi::Py_ssize_t).owned_or_err(py)? };
        // SAFETY: a new list with empty places.
        let places = unsafe { object::NewList::of(list.as_ptr()) };
        let mut count = 0;
        while count < length
            && let Some(element) = elements.next()
        {
            let element = element.into_pyobject(py).map_err(Into::into)?.into_ptr();
            // SAFETY: attached; one of the empty places, which takes the reference.
            unsafe { places.set(count, element) };
            count += 1;
        }
        Self::check_length(length, count, &mut elements);
        // SAFETY: made as a list.
        Ok(unsafe { list.cast_into_unchecked() })
    }

    /// Panics if an iterator has not given as many elements as it `said`, or has more.
    #[inline(always)]
    pub(crate) fn check_length<T>(said: usize, given: usize, rest: &mut impl Iterator<Item = T>) {
        assert_eq!(said, given, "the iterator gives fewer elements than it said");
        assert!(rest.next().is_none(), "the iterator gives more elements than it said");
    }

    /// An empty list.
    ///
    /// # Panics
    ///
    /// Without memory.
    pub fn empty(py: Python<'_>) -> Bound<'_, PyList> {
        // SAFETY: attached; the result is a new list.
        unsafe { ffi::PyList_New(0).owned(py).cast_into_unchecked() }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyList> {}
}

/// The methods of `list`.
pub trait PyListMethods<'py>: sealed::Sealed {
    /// The number of items.
    ///
    /// C API: [`PyList_Size`](https://docs.python.org/3/c-api/list.html#c.PyList_Size).
    #[doc(alias = "PyList_Size")]
    fn len(&self) -> usize;

    /// Whether there are no items.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`.
    ///
    /// C API: [`PyList_GetItemRef`](https://docs.python.org/3/c-api/list.html#c.PyList_GetItemRef).
    ///
    /// # Errors
    ///
    /// `IndexError`.
    #[doc(alias = "PyList_GetItemRef")]
    fn get_item(&self, index: usize) -> PyResult<Bound<'py, PyAny>>;

    /// Replaces the item at `index`.
    ///
    /// C API: [`PyList_SetItem`](https://docs.python.org/3/c-api/list.html#c.PyList_SetItem).
    ///
    /// # Errors
    ///
    /// `IndexError`, and the conversion's.
    #[doc(alias = "PyList_SetItem")]
    fn set_item<I>(&self, index: usize, item: I) -> PyResult<()>
    where
        I: IntoPyObject<'py>;

    /// Adds an item at the end.
    ///
    /// C API: [`PyList_Append`](https://docs.python.org/3/c-api/list.html#c.PyList_Append).
    ///
    /// # Errors
    ///
    /// The conversion's, and `MemoryError`.
    #[doc(alias = "PyList_Append")]
    fn append<I>(&self, item: I) -> PyResult<()>
    where
        I: IntoPyObject<'py>;

    /// The items, one after the other, also while the list changes.
    fn iter(&self) -> BoundListIterator<'py>;
}

impl<'py> PyListMethods<'py> for Bound<'py, PyList> {
    #[inline]
    fn len(&self) -> usize {
        // SAFETY: attached; a list, for which the call cannot fail.
        unsafe { ffi::PyList_Size(self.as_ptr()) as usize }
    }

    #[inline]
    fn get_item(&self, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let index = ffi::Py_ssize_t::try_from(index).unwrap_or(ffi::Py_ssize_t::MAX);
        // SAFETY: attached; a list; the result is a new reference or null with an exception.
        unsafe { ffi::PyList_GetItemRef(self.as_ptr(), index).owned_or_err(self.py()) }
    }

    fn set_item<I>(&self, index: usize, item: I) -> PyResult<()>
    where
        I: IntoPyObject<'py>,
    {
        let py = self.py();
        let index = ffi::Py_ssize_t::try_from(index).unwrap_or(ffi::Py_ssize_t::MAX);
        let item = item.into_pyobject(py).map_err(Into::into)?.into_ptr();
        // SAFETY: attached; a list; it takes the reference, also when it fails.
        error_on_minus_one(py, unsafe { ffi::PyList_SetItem(self.as_ptr(), index, item) })
    }

    fn append<I>(&self, item: I) -> PyResult<()>
    where
        I: IntoPyObject<'py>,
    {
        let py = self.py();
        let item = item.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; a list; both are alive.
        error_on_minus_one(py, unsafe { ffi::PyList_Append(self.as_ptr(), item.as_ptr()) })
    }

    fn iter(&self) -> BoundListIterator<'py> {
        BoundListIterator { list: self.clone(), next: 0 }
    }
}

/// The items of a list.
pub struct BoundListIterator<'py> {
    list: Bound<'py, PyList>,
    next: usize,
}

impl<'py> Iterator for BoundListIterator<'py> {
    type Item = Bound<'py, PyAny>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.list.len() {
            return None;
        }
        // The list can only have become shorter, in another thread.
        let item = self.list.get_item(self.next).ok()?;
        self.next += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.list.len().saturating_sub(self.next)))
    }
}

impl<'py> IntoIterator for &Bound<'py, PyList> {
    type Item = Bound<'py, PyAny>;
    type IntoIter = BoundListIterator<'py>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'py> IntoIterator for Bound<'py, PyList> {
    type Item = Bound<'py, PyAny>;
    type IntoIter = BoundListIterator<'py>;

    fn into_iter(self) -> Self::IntoIter {
        BoundListIterator { list: self, next: 0 }
    }
}
