//! What the smart pointers can do with an instance of a class of ours.

use super::contents::contents;
use super::{IsFrozen, NotFrozen};
use super::{PyBorrowError, PyBorrowMutError, PyClass, PyClassInitializer, PyRef, PyRefMut};
use crate::err::PyResult;
use crate::instance::{Bound, Py};
use crate::marker::Python;

impl<T: PyClass> Py<T> {
    /// A new instance.
    ///
    /// # Errors
    ///
    /// What the constructor of the built-in base raises.
    pub fn new(py: Python<'_>, value: impl Into<PyClassInitializer<T>>) -> PyResult<Py<T>> {
        Bound::new(py, value).map(Bound::unbind)
    }

    /// The contents, to read.
    ///
    /// # Panics
    ///
    /// If somebody writes to them, or they belong to another thread.
    #[track_caller]
    pub fn borrow<'py>(&'py self, py: Python<'py>) -> PyRef<'py, T> {
        self.bind(py).borrow()
    }

    /// The contents, to read.
    ///
    /// # Errors
    ///
    /// If somebody writes to them, or they belong to another thread.
    pub fn try_borrow<'py>(&'py self, py: Python<'py>) -> Result<PyRef<'py, T>, PyBorrowError> {
        self.bind(py).try_borrow()
    }

    /// The contents, if they are frozen and any thread may read them.
    pub fn get(&self) -> &T
    where
        T: PyClass<Frozen: IsFrozen> + Sync,
    {
        // SAFETY: an instance of `T`. Nobody can write to the contents, and each thread may read them; to find them needs
        // no Python where they are in the instance; where they are not, the thread is attached for it.
        unsafe { value_of(self.as_ptr()) }
    }

    /// The contents, to write.
    ///
    /// # Panics
    ///
    /// If somebody uses them, or they belong to another thread.
    #[track_caller]
    pub fn borrow_mut<'py>(&'py self, py: Python<'py>) -> PyRefMut<'py, T>
    where
        T: PyClass<Frozen: NotFrozen>,
    {
        self.bind(py).borrow_mut()
    }

    /// The contents, to write.
    ///
    /// # Errors
    ///
    /// If somebody uses them, or they belong to another thread.
    pub fn try_borrow_mut<'py>(
        &'py self,
        py: Python<'py>,
    ) -> Result<PyRefMut<'py, T>, PyBorrowMutError>
    where
        T: PyClass<Frozen: NotFrozen>,
    {
        self.bind(py).try_borrow_mut()
    }
}

impl<'py, T: PyClass> Bound<'py, T> {
    /// A new instance.
    ///
    /// # Errors
    ///
    /// What the constructor of the built-in base raises.
    pub fn new(
        py: Python<'py>,
        value: impl Into<PyClassInitializer<T>>,
    ) -> PyResult<Bound<'py, T>> {
        value.into().create(py)
    }

    /// The contents, to read.
    ///
    /// # Panics
    ///
    /// If somebody writes to them, or they belong to another thread.
    #[track_caller]
    pub fn borrow(&self) -> PyRef<'py, T> {
        self.try_borrow().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The contents, to read.
    ///
    /// # Errors
    ///
    /// If somebody writes to them, or they belong to another thread.
    pub fn try_borrow(&self) -> Result<PyRef<'py, T>, PyBorrowError> {
        PyRef::try_from_bound(self)
    }

    /// The contents, if they are frozen and any thread may read them.
    pub fn get(&self) -> &T
    where
        T: PyClass<Frozen: IsFrozen> + Sync,
    {
        // SAFETY: as in `Py::get`.
        unsafe { value_of(self.as_ptr()) }
    }

    /// The contents, to write.
    ///
    /// # Panics
    ///
    /// If somebody uses them, or they belong to another thread.
    #[track_caller]
    pub fn borrow_mut(&self) -> PyRefMut<'py, T>
    where
        T: PyClass<Frozen: NotFrozen>,
    {
        self.try_borrow_mut().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The contents, to write.
    ///
    /// # Errors
    ///
    /// If somebody uses them, or they belong to another thread.
    pub fn try_borrow_mut(&self) -> Result<PyRefMut<'py, T>, PyBorrowMutError>
    where
        T: PyClass<Frozen: NotFrozen>,
    {
        PyRefMut::try_from_bound(self)
    }

    /// The same object as one of the class that `T` extends.
    pub fn as_super(&self) -> &Bound<'py, T::BaseType> {
        // SAFETY: an instance of a class is one of its base.
        unsafe { self.as_any().cast_unchecked() }
    }

    /// The same object as one of the class that `T` extends.
    pub fn into_super(self) -> Bound<'py, T::BaseType> {
        // SAFETY: an instance of a class is one of its base.
        unsafe { self.into_any().cast_into_unchecked() }
    }
}

/// # Safety
///
/// `object` is an instance of `T` that outlives `'a`, and nobody writes to its contents.
unsafe fn value_of<'a, T: PyClass>(object: *mut everypy_ffi::PyObject) -> &'a T {
    // SAFETY: as the caller says.
    unsafe {
        let contents = contents::<T>(object);
        assert!((*contents).is_full(), "`{}.__new__` was not called", <T as PyClass>::NAME);
        assert!((*contents).is_here(), "`{}` belongs to another thread", <T as PyClass>::NAME);
        &*(*contents).value()
    }
}
