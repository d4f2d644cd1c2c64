//! References to the contents of an instance that need no token: [`PyClassGuard`] to read, [`PyClassGuardMut`] to write.

use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use everypy_ffi::PyObject;

use super::NotFrozen;
use super::contents::{Contents, lock, share, unlock, unshare};
use super::{PyBorrowError, PyBorrowMutError, PyClass};
use crate::conversion::{FromPyObject, IntoPyObject};
use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::types::PyAny;

/// A reference to the contents of an instance that somebody else keeps alive, which nobody can write to meanwhile.
pub struct PyClassGuard<'a, T: PyClass> {
    object: *mut PyObject,
    contents: *mut Contents<T>,
    _kept: PhantomData<&'a T>,
}

/// The only reference to the contents of an instance that somebody else keeps alive.
pub struct PyClassGuardMut<'a, T: PyClass<Frozen: NotFrozen>> {
    object: *mut PyObject,
    contents: *mut Contents<T>,
    _kept: PhantomData<&'a mut T>,
}

macro_rules! guards {
    ($($guard:ident ($($frozen:tt)*), $error:ident, $take:ident, $give:ident;)*) => { $(
        impl<'a, T: PyClass $($frozen)*> $guard<'a, T> {
            fn try_from_bound(bound: &'a Bound<'_, T>) -> Result<Self, $error> {
                let object = bound.as_ptr();
                // SAFETY: a `Bound<T>` is an instance of `T`.
                match unsafe { $take::<T>(object) } {
                    Ok(contents) => Ok(Self { object, contents, _kept: PhantomData }),
                    Err(refusal) => Err($error::new::<T>(refusal)),
                }
            }
        }

        // SAFETY: the right to use the contents belongs to no thread, and `T` says whether they may be used by another.
        unsafe impl<T: PyClass $($frozen)* + Sync> Sync for $guard<'_, T> {}
        // SAFETY: as above. Where threads run at the same time the counts are atomic.
        unsafe impl<T: PyClass $($frozen)* + Send + Sync> Send for $guard<'_, T> {}

        impl<T: PyClass $($frozen)*> Drop for $guard<'_, T> {
            fn drop(&mut self) {
                // Without the GIL others may use the count at the same time, so a detached thread attaches for it.
                // SAFETY: this guard has the right.
                Python::attach(|_| unsafe { $give::<T>(self.object, self.contents) });
            }
        }

        impl<T: PyClass $($frozen)*> Deref for $guard<'_, T> {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                // SAFETY: this guard has the right to read.
                unsafe { &*(*self.contents).value() }
            }
        }

        impl<T: PyClass $($frozen)* + fmt::Debug> fmt::Debug for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<'a, 'py, T: PyClass $($frozen)*> TryFrom<&'a Bound<'py, T>> for $guard<'a, T> {
            type Error = $error;

            fn try_from(bound: &'a Bound<'py, T>) -> Result<Self, $error> {
                Self::try_from_bound(bound)
            }
        }

        impl<'a, 'py, T: PyClass $($frozen)*> FromPyObject<'a, 'py> for $guard<'a, T> {
            type Error = PyErr;

            fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                let object = object.cast::<T>()?;
                let pointer = object.as_ptr();
                // SAFETY: an instance of `T`, which lives for `'a`.
                match unsafe { $take::<T>(pointer) } {
                    Ok(contents) => Ok(Self { object: pointer, contents, _kept: PhantomData }),
                    Err(refusal) => Err($error::new::<T>(refusal).into()),
                }
            }
        }

        impl<'a, 'py, T: PyClass $($frozen)*> IntoPyObject<'py> for $guard<'a, T> {
            type Target = T;
            type Output = Bound<'py, T>;
            type Error = Infallible;

            fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
                // SAFETY: attached; alive for `'a`, and an instance of `T`.
                unsafe { Ok(self.object.borrowed(py).to_owned().cast_into_unchecked()) }
            }
        }

        impl<'py, T: PyClass $($frozen)*> IntoPyObject<'py> for &$guard<'_, T> {
            type Target = T;
            type Output = Bound<'py, T>;
            type Error = Infallible;

            fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
                // SAFETY: as above.
                unsafe { Ok(self.object.borrowed(py).to_owned().cast_into_unchecked()) }
            }
        }
    )* };
}
guards! {
    PyClassGuard(), PyBorrowError, share, unshare;
    PyClassGuardMut(<Frozen: NotFrozen>), PyBorrowMutError, lock, unlock;
}

impl<T: PyClass<Frozen: NotFrozen>> DerefMut for PyClassGuardMut<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard has the right to write.
        unsafe { &mut *(*self.contents).value() }
    }
}

/// A part of the contents of an instance, and the right to read it.
pub struct PyClassGuardMap<'a, U: ?Sized> {
    value: *const U,
    _right: Box<dyn Right + 'a>,
}

/// A part of the contents of an instance, and the right to write to it.
pub struct PyClassGuardMapMut<'a, U: ?Sized> {
    value: *mut U,
    _right: Box<dyn Right + 'a>,
}

/// A guard, whatever it guards.
trait Right {}
impl<T: PyClass> Right for PyClassGuard<'_, T> {}
impl<T: PyClass<Frozen: NotFrozen>> Right for PyClassGuardMut<'_, T> {}

impl<'a, T: PyClass> PyClassGuard<'a, T> {
    /// A part of the contents.
    pub fn map<F, U: ?Sized>(self, f: F) -> PyClassGuardMap<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        let value = core::ptr::from_ref(f(&self));
        PyClassGuardMap { value, _right: Box::new(self) }
    }
}

impl<'a, T: PyClass<Frozen: NotFrozen>> PyClassGuardMut<'a, T> {
    /// A part of the contents.
    pub fn map<F, U: ?Sized>(mut self, f: F) -> PyClassGuardMapMut<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let value = core::ptr::from_mut(f(&mut self));
        PyClassGuardMapMut { value, _right: Box::new(self) }
    }
}

impl<U: ?Sized> Deref for PyClassGuardMap<'_, U> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: the contents do not move, and the right to read them is held.
        unsafe { &*self.value }
    }
}

impl<U: ?Sized> Deref for PyClassGuardMapMut<'_, U> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: as above.
        unsafe { &*self.value }
    }
}

impl<U: ?Sized> DerefMut for PyClassGuardMapMut<'_, U> {
    fn deref_mut(&mut self) -> &mut U {
        // SAFETY: the contents do not move, and the right to write to them is held.
        unsafe { &mut *self.value }
    }
}
