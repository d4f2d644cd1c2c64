//! The smart pointers: [`Py`] owns and may go anywhere, [`Bound`] owns and proves that the thread is attached,
//! [`Borrowed`] does not own.

mod borrowed;
mod bound;
mod py;

use everypy_ffi as ffi;

pub use borrowed::Borrowed;
pub use bound::Bound;
pub use py::Py;

use crate::types::PyAny;

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Bound<'_, T> {}
    impl<T> Sealed for super::Borrowed<'_, '_, T> {}
}

/// Owned or borrowed, with a token: what a conversion to Python may return.
pub trait BoundObject<'py, T>: sealed::Sealed {
    /// The same kind of pointer to any object.
    type Any: BoundObject<'py, PyAny>;
    /// Borrows.
    fn as_borrowed(&self) -> Borrowed<'_, 'py, T>;
    /// Owns, taking a reference if this one is borrowed.
    fn into_bound(self) -> Bound<'py, T>;
    /// Forgets the type.
    fn into_any(self) -> Self::Any;
    /// An owned pointer.
    fn into_ptr(self) -> *mut ffi::PyObject;
    /// A borrowed pointer.
    fn as_ptr(&self) -> *mut ffi::PyObject;
    /// Owns, without the token.
    fn unbind(self) -> Py<T>;
}

impl<'py, T> BoundObject<'py, T> for Bound<'py, T> {
    type Any = Bound<'py, PyAny>;

    #[inline]
    fn as_borrowed(&self) -> Borrowed<'_, 'py, T> {
        Bound::as_borrowed(self)
    }

    #[inline]
    fn into_bound(self) -> Bound<'py, T> {
        self
    }

    #[inline]
    fn into_any(self) -> Self::Any {
        Bound::into_any(self)
    }

    #[inline]
    fn into_ptr(self) -> *mut ffi::PyObject {
        Bound::into_ptr(self)
    }

    #[inline]
    fn as_ptr(&self) -> *mut ffi::PyObject {
        Bound::as_ptr(self)
    }

    #[inline]
    fn unbind(self) -> Py<T> {
        Bound::unbind(self)
    }
}

impl<'a, 'py, T> BoundObject<'py, T> for Borrowed<'a, 'py, T> {
    type Any = Borrowed<'a, 'py, PyAny>;

    #[inline]
    fn as_borrowed(&self) -> Borrowed<'a, 'py, T> {
        *self
    }

    #[inline]
    fn into_bound(self) -> Bound<'py, T> {
        self.to_owned()
    }

    #[inline]
    fn into_any(self) -> Self::Any {
        self.to_any()
    }

    #[inline]
    fn into_ptr(self) -> *mut ffi::PyObject {
        self.to_owned().into_ptr()
    }

    #[inline]
    fn as_ptr(&self) -> *mut ffi::PyObject {
        (*self).as_ptr()
    }

    #[inline]
    fn unbind(self) -> Py<T> {
        self.to_owned().unbind()
    }
}
