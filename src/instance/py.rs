//! [`Py`].

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use everypy_ffi as ffi;
use everypy_shims::object;

use super::{Borrowed, Bound};
use crate::call::PyCallArgs;
use crate::conversion::{FromPyObject, IntoPyObject};
use crate::err::{CastError, PyErr, PyResult};
use crate::marker::Python;
use crate::state;
use crate::type_object::PyTypeCheck;
use crate::types::{DerefToPyAny, PyAny, PyAnyMethods, PyDict, PyString};

/// An owned reference to a Python object, independent of a thread: `Send` and `Sync`.
///
/// It can be used again with a token: [`bind`](Self::bind). Dropped while the thread is detached, it is given back when
/// a thread attaches the next time.
#[repr(transparent)]
pub struct Py<T>(pub(super) NonNull<ffi::PyObject>, pub(super) PhantomData<T>);

// SAFETY: everything that touches the object takes a token, and the token's thread is attached.
unsafe impl<T> Send for Py<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Py<T> {}

impl<T> Py<T> {
    /// The pointer, borrowed.
    #[inline]
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// The pointer, with the reference that it owns.
    #[inline]
    pub fn into_ptr(self) -> *mut ffi::PyObject {
        self.into_non_null().as_ptr()
    }

    /// The same, which is never null.
    #[inline]
    pub(crate) fn into_non_null(self) -> NonNull<ffi::PyObject> {
        ManuallyDrop::new(self).0
    }

    /// Of such a pointer.
    ///
    /// # Safety
    ///
    /// It owns a reference to an instance of `T`.
    #[inline]
    pub(crate) unsafe fn from_non_null(pointer: NonNull<ffi::PyObject>) -> Self {
        Self(pointer, PhantomData)
    }

    /// The same object, its type forgotten.
    #[inline]
    pub fn as_any(&self) -> &Py<PyAny> {
        // SAFETY: the type parameter is a marker.
        unsafe { &*core::ptr::from_ref(self).cast() }
    }

    /// The same object, its type forgotten.
    #[inline]
    pub fn into_any(self) -> Py<PyAny> {
        Py(ManuallyDrop::new(self).0, PhantomData)
    }

    /// The same reference with a token.
    #[inline]
    pub fn bind<'py>(&self, _py: Python<'py>) -> &Bound<'py, T> {
        // SAFETY: a `Bound` is a `Py` and a zero-sized token.
        unsafe { &*core::ptr::from_ref(self).cast() }
    }

    /// The same reference with a token.
    #[inline]
    pub fn into_bound(self, py: Python<'_>) -> Bound<'_, T> {
        Bound(py, ManuallyDrop::new(self))
    }

    /// A borrowed reference with a token.
    #[inline]
    pub fn bind_borrowed<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, T> {
        Borrowed(self.0, PhantomData, py)
    }

    /// Whether both are the same object.
    #[inline]
    pub fn is<U: AsRef<Py<PyAny>>>(&self, other: U) -> bool {
        self.as_ptr() == other.as_ref().as_ptr()
    }

    /// Another reference to the same object.
    #[inline]
    pub fn clone_ref(&self, _py: Python<'_>) -> Py<T> {
        // SAFETY: attached; the object is alive.
        unsafe { object::incref(self.as_ptr()) };
        Py(self.0, PhantomData)
    }

    /// Gives the reference back, with a token and so at once.
    #[inline]
    pub fn drop_ref(self, py: Python<'_>) {
        drop(self.into_bound(py));
    }

    /// Whether it is `None`.
    pub fn is_none(&self, py: Python<'_>) -> bool {
        self.bind(py).as_any().is_none()
    }

    /// The truth value, as `bool(self)`.
    ///
    /// # Errors
    ///
    /// What `__bool__` or `__len__` raises.
    pub fn is_truthy(&self, py: Python<'_>) -> PyResult<bool> {
        self.bind(py).as_any().is_truthy()
    }

    /// Converts to a Rust type.
    ///
    /// # Errors
    ///
    /// The conversion's.
    pub fn extract<'a, 'py, D>(&'a self, py: Python<'py>) -> Result<D, D::Error>
    where
        D: FromPyObject<'a, 'py>,
    {
        self.bind_borrowed(py).to_any().extract()
    }

    /// `self.attr_name`.
    ///
    /// # Errors
    ///
    /// `AttributeError`, and what the attribute's getter raises.
    pub fn getattr<'py, N>(&self, py: Python<'py>, attr_name: N) -> PyResult<Py<PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        self.bind(py).as_any().getattr(attr_name).map(Bound::unbind)
    }

    /// `self.attr_name = value`.
    ///
    /// # Errors
    ///
    /// What the assignment raises.
    pub fn setattr<'py, N, V>(&self, py: Python<'py>, attr_name: N, value: V) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>,
        V: IntoPyObject<'py>,
    {
        self.bind(py).as_any().setattr(attr_name, value)
    }

    /// `self(*args, **kwargs)`.
    ///
    /// # Errors
    ///
    /// What the call raises.
    pub fn call<'py, A>(
        &self,
        py: Python<'py>,
        args: A,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Py<PyAny>>
    where
        A: PyCallArgs<'py>,
    {
        self.bind(py).as_any().call(args, kwargs).map(Bound::unbind)
    }

    /// `self(*args)`.
    ///
    /// # Errors
    ///
    /// What the call raises.
    pub fn call1<'py, A>(&self, py: Python<'py>, args: A) -> PyResult<Py<PyAny>>
    where
        A: PyCallArgs<'py>,
    {
        self.bind(py).as_any().call1(args).map(Bound::unbind)
    }

    /// `self()`.
    ///
    /// # Errors
    ///
    /// What the call raises.
    pub fn call0(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.bind(py).as_any().call0().map(Bound::unbind)
    }

    /// `self.name(*args, **kwargs)`.
    ///
    /// # Errors
    ///
    /// What the look-up or the call raises.
    pub fn call_method<'py, N, A>(
        &self,
        py: Python<'py>,
        name: N,
        args: A,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Py<PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
        A: PyCallArgs<'py>,
    {
        self.bind(py).as_any().call_method(name, args, kwargs).map(Bound::unbind)
    }

    /// `self.name(*args)`.
    ///
    /// # Errors
    ///
    /// What the look-up or the call raises.
    pub fn call_method1<'py, N, A>(&self, py: Python<'py>, name: N, args: A) -> PyResult<Py<PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
        A: PyCallArgs<'py>,
    {
        self.bind(py).as_any().call_method1(name, args).map(Bound::unbind)
    }

    /// `self.name()`.
    ///
    /// # Errors
    ///
    /// What the look-up or the call raises.
    pub fn call_method0<'py, N>(&self, py: Python<'py>, name: N) -> PyResult<Py<PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        self.bind(py).as_any().call_method0(name).map(Bound::unbind)
    }

    /// Takes over a reference.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference to an object of type `T`.
    ///
    /// # Panics
    ///
    /// If `ptr` is null.
    pub unsafe fn from_owned_ptr(_py: Python<'_>, ptr: *mut ffi::PyObject) -> Py<T> {
        Py(not_null(ptr), PhantomData)
    }

    /// Takes over a reference that cannot be null, which is not asked.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference to an object of type `T`, and not null.
    #[inline(always)]
    pub(crate) unsafe fn from_owned_not_null(ptr: *mut ffi::PyObject) -> Py<T> {
        // SAFETY: as the caller says.
        Py(unsafe { NonNull::new_unchecked(ptr) }, PhantomData)
    }

    /// Takes over a reference, or the exception that null stands for.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference to an object of type `T`, or null with an exception set.
    ///
    /// # Errors
    ///
    /// That exception.
    pub unsafe fn from_owned_ptr_or_err(
        py: Python<'_>,
        ptr: *mut ffi::PyObject,
    ) -> PyResult<Py<T>> {
        NonNull::new(ptr).map(|ptr| Py(ptr, PhantomData)).ok_or_else(|| PyErr::fetch(py))
    }

    /// Takes over a reference, or nothing.
    ///
    /// # Safety
    ///
    /// `ptr` is an owned reference to an object of type `T`, or null.
    pub unsafe fn from_owned_ptr_or_opt(_py: Python<'_>, ptr: *mut ffi::PyObject) -> Option<Self> {
        NonNull::new(ptr).map(|ptr| Py(ptr, PhantomData))
    }

    /// Takes another reference to what is borrowed.
    ///
    /// # Safety
    ///
    /// `ptr` is a live object of type `T`.
    ///
    /// # Panics
    ///
    /// If `ptr` is null.
    pub unsafe fn from_borrowed_ptr(_py: Python<'_>, ptr: *mut ffi::PyObject) -> Py<T> {
        let pointer = not_null(ptr);
        // SAFETY: attached; alive, says the caller.
        unsafe { object::incref(ptr) };
        Py(pointer, PhantomData)
    }

    /// Casts to another Python type, checked, by reference.
    ///
    /// # Errors
    ///
    /// If the object is not an instance of `U`.
    pub fn cast_bound<'py, U: PyTypeCheck>(
        &self,
        py: Python<'py>,
    ) -> Result<&Bound<'py, U>, CastError<'_, 'py>> {
        self.bind(py).cast()
    }

    /// Casts to another Python type without a check.
    ///
    /// # Safety
    ///
    /// The object is an instance of `U`.
    pub unsafe fn cast_bound_unchecked<'py, U>(&self, py: Python<'py>) -> &Bound<'py, U> {
        // SAFETY: as the caller says.
        unsafe { self.bind(py).cast_unchecked() }
    }
}

/// What every constructor that panics on null goes through: with the exception that is set, as a rule for want of memory.
#[inline]
pub(super) fn not_null(ptr: *mut ffi::PyObject) -> NonNull<ffi::PyObject> {
    #[cold]
    fn is_null() -> ! {
        // SAFETY: whoever makes a smart pointer of a raw one is attached.
        let error = PyErr::take(unsafe { Python::assume_attached() });
        match error {
            // The trampoline raises it again.
            Some(error) => std::panic::resume_unwind(Box::new(error)),
            None => panic!("a null pointer where an object was expected"),
        }
    }
    match NonNull::new(ptr) {
        Some(ptr) => ptr,
        None => is_null(),
    }
}

impl<T> Drop for Py<T> {
    fn drop(&mut self) {
        state::release(self.0);
    }
}

impl<T> fmt::Debug for Py<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Py").field(&self.0.as_ptr()).finish()
    }
}

impl<T> fmt::Display for Py<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Python::attach(|py| fmt::Display::fmt(self.bind(py), f))
    }
}

impl<T> AsRef<Py<PyAny>> for Py<T> {
    fn as_ref(&self) -> &Py<PyAny> {
        self.as_any()
    }
}

impl<T> AsRef<Py<PyAny>> for Bound<'_, T> {
    fn as_ref(&self) -> &Py<PyAny> {
        self.as_any().as_unbound()
    }
}

impl<T> AsRef<Py<PyAny>> for Borrowed<'_, '_, T> {
    fn as_ref(&self) -> &Py<PyAny> {
        self.as_any().as_unbound()
    }
}

impl<T> From<Bound<'_, T>> for Py<T> {
    fn from(bound: Bound<'_, T>) -> Self {
        bound.unbind()
    }
}

impl<T> From<&Bound<'_, T>> for Py<T> {
    fn from(bound: &Bound<'_, T>) -> Self {
        bound.clone().unbind()
    }
}

impl<T> From<Borrowed<'_, '_, T>> for Py<T> {
    fn from(borrowed: Borrowed<'_, '_, T>) -> Self {
        borrowed.to_owned().unbind()
    }
}

impl<T: DerefToPyAny> From<Py<T>> for Py<PyAny> {
    fn from(object: Py<T>) -> Self {
        object.into_any()
    }
}

impl<T: DerefToPyAny> From<Bound<'_, T>> for Py<PyAny> {
    fn from(object: Bound<'_, T>) -> Self {
        object.into_any().unbind()
    }
}
