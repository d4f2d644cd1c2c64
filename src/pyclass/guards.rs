//! References to the contents of an instance: [`PyRef`] to read, [`PyRefMut`] to write.

use core::convert::Infallible;
use core::ffi::CStr;
use core::fmt;
use core::ops::{Deref, DerefMut};

use everypy_ffi as ffi;

use super::contents::{Refusal, contents, lock, share, unlock, unshare};
use super::{ExtractPyClassWithClone, NotFrozen, PyClass, PyClassImpl};
use crate::conversion::{FromPyObject, IntoPyObject};
use crate::err::{PyErr, PyResult};
use crate::exceptions::{PyRuntimeError, PyTypeError};
use crate::instance::{Borrowed, Bound, Py};
use crate::marker::Python;
use crate::types::PyAny;

/// Somebody writes to the instance, or it cannot be used here.
pub struct PyBorrowError(Refusal, &'static str);

/// Somebody uses the instance, or it cannot be used here.
pub struct PyBorrowMutError(Refusal, &'static str);

macro_rules! borrow_errors {
    ($($error:ident: $borrowed:literal;)*) => { $(
        impl $error {
            #[cold]
            pub(crate) fn new<T: PyClassImpl>(refusal: Refusal) -> Self {
                Self(refusal, T::FULL_NAME.to_str().unwrap_or_default())
            }

            /// As an exception.
            #[cold]
            #[inline(never)]
            pub(crate) fn raised(refusal: Refusal, name: &'static CStr) -> PyErr {
                Self(refusal, name.to_str().unwrap_or_default()).into()
            }
        }

        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let Self(refusal, name) = self;
                match refusal {
                    Refusal::Borrowed => f.write_str($borrowed),
                    Refusal::Empty => write!(f, "`{name}.__new__` was not called"),
                    Refusal::Thread => {
                        write!(f, "`{name}` is unsendable, but is being used on another thread")
                    }
                }
            }
        }

        impl fmt::Debug for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($error)).field(&self.0).finish()
            }
        }

        impl std::error::Error for $error {}

        impl From<$error> for PyErr {
            fn from(error: $error) -> PyErr {
                let message = error.to_string();
                match error.0 {
                    // As of the wrong type, and so no reason for PyPy to give up: it asks a `dict` for its length before
                    // it has been made, and goes on after a `TypeError`.
                    Refusal::Empty => PyTypeError::new_err(message),
                    Refusal::Borrowed | Refusal::Thread => PyRuntimeError::new_err(message),
                }
            }
        }
    )* };
}
borrow_errors! {
    PyBorrowError: "Already mutably borrowed";
    PyBorrowMutError: "Already borrowed";
}

/// A reference to the contents of an instance, which nobody can write to meanwhile.
#[repr(transparent)]
pub struct PyRef<'py, T: PyClass>(Bound<'py, T>);

/// The only reference to the contents of an instance.
#[repr(transparent)]
pub struct PyRefMut<'py, T: PyClass<Frozen: NotFrozen>>(Bound<'py, T>);

#[inline(always)]
fn value_of<T: PyClass>(bound: &Bound<'_, T>) -> *mut T {
    // SAFETY: a `Bound<T>` is an instance of `T`, and a guard exists only while there are contents.
    unsafe { (*contents::<T>(bound.as_ptr())).value() }
}

macro_rules! guards {
    ($($guard:ident ($($frozen:tt)*), $error:ident, $take:ident, $give:ident;)*) => { $(
        impl<'py, T: PyClass $($frozen)*> $guard<'py, T> {
            #[inline]
            pub(crate) fn try_from_bound(bound: &Bound<'py, T>) -> Result<Self, $error> {
                // SAFETY: a `Bound<T>` is an instance of `T`.
                match unsafe { $take::<T>(bound.as_ptr()) } {
                    Ok(_) => Ok(Self(bound.clone())),
                    Err(refusal) => Err($error::new::<T>(refusal)),
                }
            }

            /// The token.
            pub fn py(&self) -> Python<'py> {
                self.0.py()
            }

            /// The pointer, borrowed.
            pub fn as_ptr(&self) -> *mut ffi::PyObject {
                self.0.as_ptr()
            }

            /// The pointer, with a reference of its own.
            pub fn into_ptr(self) -> *mut ffi::PyObject {
                self.0.clone().into_ptr()
            }
        }

        impl<T: PyClass $($frozen)*> Drop for $guard<'_, T> {
            #[inline]
            fn drop(&mut self) {
                let object = self.0.as_ptr();
                // SAFETY: this guard has the right, which it took from an instance of `T`.
                unsafe { $give::<T>(object, contents::<T>(object)) };
            }
        }

        impl<T: PyClass $($frozen)*> Deref for $guard<'_, T> {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                // SAFETY: this guard has the right to read.
                unsafe { &*value_of(&self.0) }
            }
        }

        impl<T: PyClass $($frozen)* + fmt::Debug> fmt::Debug for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<'py, T: PyClass $($frozen)*> TryFrom<&Bound<'py, T>> for $guard<'py, T> {
            type Error = $error;

            fn try_from(bound: &Bound<'py, T>) -> Result<Self, $error> {
                Self::try_from_bound(bound)
            }
        }

        impl<'py, T: PyClass $($frozen)*> FromPyObject<'_, 'py> for $guard<'py, T> {
            type Error = PyErr;

            fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                Ok(Self::try_from_bound(&*object.cast::<T>()?)?)
            }
        }

        impl<'py, T: PyClass $($frozen)*> IntoPyObject<'py> for $guard<'py, T> {
            type Target = T;
            type Output = Bound<'py, T>;
            type Error = Infallible;

            fn into_pyobject(self, _py: Python<'py>) -> Result<Self::Output, Infallible> {
                Ok(self.0.clone())
            }
        }

        impl<'a, 'py, T: PyClass $($frozen)*> IntoPyObject<'py> for &'a $guard<'py, T> {
            type Target = T;
            type Output = Borrowed<'a, 'py, T>;
            type Error = Infallible;

            fn into_pyobject(self, _py: Python<'py>) -> Result<Self::Output, Infallible> {
                Ok(self.0.as_borrowed())
            }
        }

        impl<T: PyClass $($frozen)*> From<$guard<'_, T>> for Py<T> {
            fn from(guard: $guard<'_, T>) -> Py<T> {
                guard.0.clone().unbind()
            }
        }

        impl<T: PyClass $($frozen)*> From<&$guard<'_, T>> for Py<T> {
            fn from(guard: &$guard<'_, T>) -> Py<T> {
                guard.0.clone().unbind()
            }
        }
    )* };
}
guards! {
    PyRef(), PyBorrowError, share, unshare;
    PyRefMut(<Frozen: NotFrozen>), PyBorrowMutError, lock, unlock;
}

impl<T: PyClass<Frozen: NotFrozen>> DerefMut for PyRefMut<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard has the right to write.
        unsafe { &mut *value_of(&self.0) }
    }
}

// One who uses an instance through a class uses it through those that it extends, so these guards hold the same right.

impl<'py, T> PyRef<'py, T>
where
    T: PyClass,
    T::BaseType: PyClass,
{
    /// The contents of the class that `T` extends.
    pub fn as_super(&self) -> &PyRef<'py, T::BaseType> {
        // SAFETY: both guards are a reference to the instance and the right to read; the type parameter is a marker.
        unsafe { &*core::ptr::from_ref(self).cast() }
    }

    /// The contents of the class that `T` extends.
    pub fn into_super(self) -> PyRef<'py, T::BaseType> {
        // A frozen class does not count its readers, so the right cannot just be handed over.
        self.0.clone().into_super().borrow()
    }
}

impl<'py, T: PyClass<Frozen: NotFrozen>> PyRefMut<'py, T> {
    /// The contents of the class that `T` extends.
    pub fn as_super(&mut self) -> &mut PyRefMut<'py, T::BaseType>
    where
        T::BaseType: PyClass<Frozen: NotFrozen>,
    {
        // SAFETY: both guards are a reference to the instance and the right to write; the type parameter is a marker.
        unsafe { &mut *core::ptr::from_mut(self).cast() }
    }

    /// The contents of the class that `T` extends.
    pub fn into_super(self) -> PyRefMut<'py, T::BaseType>
    where
        T::BaseType: PyClass<Frozen: NotFrozen>,
    {
        let guard = core::mem::ManuallyDrop::new(self);
        // SAFETY: as in `as_super`; the guard is moved.
        unsafe { core::mem::transmute_copy(&*guard) }
    }
}

impl<T, U> AsRef<U> for PyRef<'_, T>
where
    T: PyClass<BaseType = U>,
    U: PyClass,
{
    fn as_ref(&self) -> &U {
        self.as_super()
    }
}

impl<T, U> AsRef<U> for PyRefMut<'_, T>
where
    T: PyClass<BaseType = U, Frozen: NotFrozen>,
    U: PyClass<Frozen: NotFrozen>,
{
    fn as_ref(&self) -> &U {
        // SAFETY: as in `as_super`.
        unsafe { &*core::ptr::from_ref(self).cast::<PyRefMut<'_, U>>() }
    }
}

impl<T, U> AsMut<U> for PyRefMut<'_, T>
where
    T: PyClass<BaseType = U, Frozen: NotFrozen>,
    U: PyClass<Frozen: NotFrozen>,
{
    fn as_mut(&mut self) -> &mut U {
        self.as_super()
    }
}

#[diagnostic::do_not_recommend]
impl<'py, T> FromPyObject<'_, 'py> for T
where
    T: PyClass + Clone + ExtractPyClassWithClone,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(PyRef::try_from_bound(&*object.cast::<T>()?)?.clone())
    }
}
