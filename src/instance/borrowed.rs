//! [`Borrowed`].

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;

use everypy_ffi as ffi;

use super::Bound;
use super::py::not_null;
use crate::conversion::FromPyObject;
use crate::err::{CastError, PyErr, PyResult};
use crate::marker::Python;
use crate::type_object::{PyTypeCheck, PyTypeInfo};
use crate::types::PyAny;

/// A borrowed reference to a Python object, with the token of the thread that uses it. `Copy`.
#[repr(transparent)]
pub struct Borrowed<'a, 'py, T>(
    pub(super) NonNull<ffi::PyObject>,
    pub(super) PhantomData<(&'a (), *const T)>,
    pub(super) Python<'py>,
);

impl<'a, 'py, T> Borrowed<'a, 'py, T> {
    /// Another reference, owned.
    #[inline]
    pub fn to_owned(self) -> Bound<'py, T> {
        (*self).clone()
    }

    /// The pointer, borrowed.
    #[inline]
    pub fn as_ptr(self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// The same object, its type forgotten.
    #[inline]
    pub(crate) fn to_any(self) -> Borrowed<'a, 'py, PyAny> {
        Borrowed(self.0, PhantomData, self.2)
    }

    /// Converts to a Rust type, which may borrow from the object for `'a`.
    ///
    /// # Errors
    ///
    /// The conversion's.
    #[inline]
    pub fn extract<O>(self) -> Result<O, O::Error>
    where
        O: FromPyObject<'a, 'py>,
    {
        O::extract(self.to_any())
    }

    /// Casts to another Python type, checked.
    ///
    /// # Errors
    ///
    /// If the object is not an instance of `U`.
    #[inline]
    pub fn cast<U: PyTypeCheck>(self) -> Result<Borrowed<'a, 'py, U>, CastError<'a, 'py>> {
        let any = self.to_any();
        if U::type_check(&any) {
            // SAFETY: just checked.
            Ok(unsafe { any.cast_unchecked() })
        } else {
            Err(CastError::new(any, U::classinfo_object(self.2)))
        }
    }

    /// Casts to another Python type if the object is of that very type.
    ///
    /// # Errors
    ///
    /// If it is not.
    #[inline]
    pub fn cast_exact<U: PyTypeInfo>(self) -> Result<Borrowed<'a, 'py, U>, CastError<'a, 'py>> {
        let any = self.to_any();
        if U::is_exact_type_of(&any) {
            // SAFETY: just checked.
            Ok(unsafe { any.cast_unchecked() })
        } else {
            Err(CastError::new(any, U::type_object(self.2).into_any()))
        }
    }

    /// Casts to another Python type without a check.
    ///
    /// # Safety
    ///
    /// The object is an instance of `U`.
    #[inline]
    pub unsafe fn cast_unchecked<U>(self) -> Borrowed<'a, 'py, U> {
        Borrowed(self.0, PhantomData, self.2)
    }
}

impl<'a, 'py> Borrowed<'a, 'py, PyAny> {
    /// Borrows.
    ///
    /// # Safety
    ///
    /// `ptr` is alive for `'a`.
    ///
    /// # Panics
    ///
    /// If `ptr` is null.
    #[inline]
    pub unsafe fn from_ptr(py: Python<'py>, ptr: *mut ffi::PyObject) -> Self {
        Self(not_null(ptr), PhantomData, py)
    }

    /// Borrows.
    ///
    /// # Safety
    ///
    /// `ptr` is alive for `'a`, and not null.
    #[inline(always)]
    pub(crate) unsafe fn from_ptr_unchecked(py: Python<'py>, ptr: *mut ffi::PyObject) -> Self {
        // SAFETY: not null, says the caller.
        Self(unsafe { NonNull::new_unchecked(ptr) }, PhantomData, py)
    }

    /// Borrows, or nothing.
    ///
    /// # Safety
    ///
    /// `ptr` is alive for `'a`, or null.
    #[inline]
    pub unsafe fn from_ptr_or_opt(py: Python<'py>, ptr: *mut ffi::PyObject) -> Option<Self> {
        NonNull::new(ptr).map(|ptr| Self(ptr, PhantomData, py))
    }

    /// Borrows, or takes the exception that null stands for.
    ///
    /// # Safety
    ///
    /// `ptr` is alive for `'a`, or null with an exception set.
    ///
    /// # Errors
    ///
    /// That exception.
    #[inline]
    pub unsafe fn from_ptr_or_err(py: Python<'py>, ptr: *mut ffi::PyObject) -> PyResult<Self> {
        // SAFETY: as the caller says.
        unsafe { Self::from_ptr_or_opt(py, ptr) }.ok_or_else(|| PyErr::fetch(py))
    }
}

impl<T> Clone for Borrowed<'_, '_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Borrowed<'_, '_, T> {}

impl<'py, T> Deref for Borrowed<'_, 'py, T> {
    type Target = Bound<'py, T>;

    #[inline]
    fn deref(&self) -> &Bound<'py, T> {
        // SAFETY: both are one pointer, and a reference to a `Bound` cannot give its reference away.
        unsafe { &*core::ptr::from_ref(self).cast() }
    }
}

impl<T> fmt::Debug for Borrowed<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<'a, 'py, T> From<&'a Bound<'py, T>> for Borrowed<'a, 'py, T> {
    fn from(bound: &'a Bound<'py, T>) -> Self {
        bound.as_borrowed()
    }
}
