//! [`Bound`].

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;

use everypy_ffi as ffi;
use everypy_shims::object;

use super::{Borrowed, Py};
use crate::err::{CastError, CastIntoError, PyErr, PyResult};
use crate::marker::Python;
use crate::type_object::{PyTypeCheck, PyTypeInfo};
use crate::types::{DerefToPyAny, PyAny, PyAnyMethods, PyString};

/// An owned reference to a Python object, with the token of the thread that uses it.
#[repr(transparent)]
pub struct Bound<'py, T>(pub(super) Python<'py>, pub(super) ManuallyDrop<Py<T>>);

impl<'py> Bound<'py, PyAny> {
    /// Takes over a reference.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference.
    ///
    /// # Panics
    ///
    /// If `ptr` is null.
    #[inline]
    pub unsafe fn from_owned_ptr(py: Python<'py>, ptr: *mut ffi::PyObject) -> Self {
        // SAFETY: as the caller says.
        unsafe { Py::from_owned_ptr(py, ptr) }.into_bound(py)
    }

    /// Takes over a reference, or nothing.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference, or null.
    #[inline]
    pub unsafe fn from_owned_ptr_or_opt(py: Python<'py>, ptr: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: as the caller says.
        unsafe { Py::from_owned_ptr_or_opt(py, ptr) }.map(|object| object.into_bound(py))
    }

    /// Takes over a reference, or the exception that null stands for.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference, or null with an exception set.
    ///
    /// # Errors
    ///
    /// That exception.
    #[inline]
    pub unsafe fn from_owned_ptr_or_err(
        py: Python<'py>,
        ptr: *mut ffi::PyObject,
    ) -> PyResult<Self> {
        // SAFETY: as the caller says.
        unsafe { Py::from_owned_ptr_or_err(py, ptr) }.map(|object| object.into_bound(py))
    }

    /// Takes another reference to what is borrowed.
    ///
    /// # Safety
    ///
    /// `ptr` is a live object.
    ///
    /// # Panics
    ///
    /// If `ptr` is null.
    #[inline]
    pub unsafe fn from_borrowed_ptr(py: Python<'py>, ptr: *mut ffi::PyObject) -> Self {
        // SAFETY: as the caller says.
        unsafe { Py::from_borrowed_ptr(py, ptr) }.into_bound(py)
    }

    /// Takes another reference to what is borrowed, or nothing.
    ///
    /// # Safety
    ///
    /// `ptr` is a live object, or null.
    #[inline]
    pub unsafe fn from_borrowed_ptr_or_opt(
        py: Python<'py>,
        ptr: *mut ffi::PyObject,
    ) -> Option<Self> {
        // SAFETY: as the caller says, and not null.
        (!ptr.is_null()).then(|| unsafe { Self::from_borrowed_ptr(py, ptr) })
    }

    /// Takes another reference to what is borrowed, or the exception that null stands for.
    ///
    /// # Safety
    ///
    /// `ptr` is a live object, or null with an exception set.
    ///
    /// # Errors
    ///
    /// That exception.
    #[inline]
    pub unsafe fn from_borrowed_ptr_or_err(
        py: Python<'py>,
        ptr: *mut ffi::PyObject,
    ) -> PyResult<Self> {
        // SAFETY: as the caller says.
        unsafe { Self::from_borrowed_ptr_or_opt(py, ptr) }.ok_or_else(|| PyErr::fetch(py))
    }

    /// Reads a place that holds a pointer to an object as a reference to one.
    ///
    /// # Safety
    ///
    /// `place` is valid for `'a` and holds a live object during it.
    #[inline(always)]
    pub(crate) unsafe fn ref_from_ptr<'a>(
        _py: Python<'py>,
        place: *const *mut ffi::PyObject,
    ) -> &'a Self {
        // SAFETY: a `Bound` is a pointer.
        unsafe { &*place.cast() }
    }
}

impl<'py, T> Bound<'py, T> {
    /// The token.
    #[inline]
    pub fn py(&self) -> Python<'py> {
        self.0
    }

    /// The pointer, borrowed.
    #[inline]
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.1.as_ptr()
    }

    /// The pointer, with the reference that it owns.
    #[inline]
    pub fn into_ptr(self) -> *mut ffi::PyObject {
        ManuallyDrop::new(self).as_ptr()
    }

    /// The same object, its type forgotten.
    #[inline]
    pub fn as_any(&self) -> &Bound<'py, PyAny> {
        // SAFETY: the type parameter is a marker.
        unsafe { self.cast_unchecked() }
    }

    /// The same object, its type forgotten.
    #[inline]
    pub fn into_any(self) -> Bound<'py, PyAny> {
        // SAFETY: the type parameter is a marker.
        unsafe { self.cast_into_unchecked() }
    }

    /// A borrowed reference.
    #[inline]
    pub fn as_borrowed<'a>(&'a self) -> Borrowed<'a, 'py, T> {
        Borrowed(self.1.0, PhantomData, self.0)
    }

    /// The same reference without the token.
    #[inline]
    pub fn unbind(self) -> Py<T> {
        Py(ManuallyDrop::new(self).1.0, PhantomData)
    }

    /// The same reference without the token.
    #[inline]
    pub fn as_unbound(&self) -> &Py<T> {
        &self.1
    }

    /// Casts to another Python type, checked, by reference. Instances of subclasses pass.
    ///
    /// # Errors
    ///
    /// If the object is not an instance of `U`.
    #[inline]
    pub fn cast<U: PyTypeCheck>(&self) -> Result<&Bound<'py, U>, CastError<'_, 'py>> {
        let any = self.as_any();
        if U::type_check(any) {
            // SAFETY: just checked.
            Ok(unsafe { any.cast_unchecked() })
        } else {
            Err(CastError::new(any.as_borrowed(), U::classinfo_object(self.py())))
        }
    }

    /// Casts to another Python type, checked. Instances of subclasses pass.
    ///
    /// # Errors
    ///
    /// If the object is not an instance of `U`; the error holds it.
    #[inline]
    pub fn cast_into<U: PyTypeCheck>(self) -> Result<Bound<'py, U>, CastIntoError<'py>> {
        let any = self.into_any();
        if U::type_check(&any) {
            // SAFETY: just checked.
            Ok(unsafe { any.cast_into_unchecked() })
        } else {
            let classinfo = U::classinfo_object(any.py());
            Err(CastIntoError::new(any, classinfo))
        }
    }

    /// Casts to another Python type, by reference, if the object is of that very type.
    ///
    /// # Errors
    ///
    /// If it is not.
    #[inline]
    pub fn cast_exact<U: PyTypeInfo>(&self) -> Result<&Bound<'py, U>, CastError<'_, 'py>> {
        let any = self.as_any();
        if U::is_exact_type_of(any) {
            // SAFETY: just checked.
            Ok(unsafe { any.cast_unchecked() })
        } else {
            Err(CastError::new(any.as_borrowed(), U::type_object(self.py()).into_any()))
        }
    }

    /// Casts to another Python type if the object is of that very type.
    ///
    /// # Errors
    ///
    /// If it is not; the error holds it.
    #[inline]
    pub fn cast_into_exact<U: PyTypeInfo>(self) -> Result<Bound<'py, U>, CastIntoError<'py>> {
        let any = self.into_any();
        if U::is_exact_type_of(&any) {
            // SAFETY: just checked.
            Ok(unsafe { any.cast_into_unchecked() })
        } else {
            let classinfo = U::type_object(any.py()).into_any();
            Err(CastIntoError::new(any, classinfo))
        }
    }

    /// Casts to another Python type without a check.
    ///
    /// # Safety
    ///
    /// The object is an instance of `U`.
    #[inline]
    pub unsafe fn cast_unchecked<U>(&self) -> &Bound<'py, U> {
        // SAFETY: the type parameter is a marker; what it promises, the caller says.
        unsafe { &*core::ptr::from_ref(self).cast() }
    }

    /// Casts to another Python type without a check.
    ///
    /// # Safety
    ///
    /// The object is an instance of `U`.
    #[inline]
    pub unsafe fn cast_into_unchecked<U>(self) -> Bound<'py, U> {
        let py = self.py();
        Bound(py, ManuallyDrop::new(Py(ManuallyDrop::new(self).1.0, PhantomData)))
    }
}

impl<T> Clone for Bound<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        self.1.clone_ref(self.py()).into_bound(self.py())
    }
}

impl<T> Drop for Bound<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: attached, as the token proves; the reference is ours.
        unsafe { object::decref(self.as_ptr()) };
    }
}

impl<T> fmt::Debug for Bound<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format_text(self.as_any(), self.as_any().repr(), f)
    }
}

impl<T> fmt::Display for Bound<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format_text(self.as_any(), self.as_any().str(), f)
    }
}

/// Writes the text of an object; if making it failed, reports that as unraisable and writes what is known.
fn format_text(
    object: &Bound<'_, PyAny>,
    text: PyResult<Bound<'_, PyString>>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    use crate::types::{PyStringMethods as _, PyTypeMethods as _};
    match text {
        Ok(text) => f.write_str(&text.to_string_lossy()),
        Err(error) => {
            let py = object.py();
            error.write_unraisable(py, Some(object));
            match object.get_type().name() {
                Ok(name) => write!(f, "<unprintable {} object>", name.to_string_lossy()),
                Err(_) => f.write_str("<unprintable object>"),
            }
        }
    }
}

impl<'py, T: DerefToPyAny> Deref for Bound<'py, T> {
    type Target = Bound<'py, PyAny>;

    #[inline]
    fn deref(&self) -> &Bound<'py, PyAny> {
        self.as_any()
    }
}

impl<'py, T> AsRef<Bound<'py, PyAny>> for Bound<'py, T> {
    fn as_ref(&self) -> &Bound<'py, PyAny> {
        self.as_any()
    }
}

impl<'py, T> From<&Bound<'py, T>> for Bound<'py, T> {
    fn from(bound: &Bound<'py, T>) -> Self {
        bound.clone()
    }
}
