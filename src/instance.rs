//! The smart pointers: [`Py`] owns and may go anywhere, [`Bound`] owns and proves that the thread is attached,
//! [`Borrowed`] does not own.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::NonNull;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::call::PyCallArgs;
use crate::conversion::{FromPyObject, IntoPyObject};
use crate::err::{CastError, CastIntoError, PyErr, PyResult};
use crate::marker::Python;
use crate::state;
use crate::type_object::{PyTypeCheck, PyTypeInfo};
use crate::types::{DerefToPyAny, PyAny, PyAnyMethods, PyDict, PyString};

/// An owned reference to a Python object, independent of a thread: `Send` and `Sync`.
///
/// It can be used again with a token: [`bind`](Self::bind). Dropped while the thread is detached, it is given back when
/// a thread attaches the next time.
#[repr(transparent)]
pub struct Py<T>(NonNull<ffi::PyObject>, PhantomData<T>);

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
fn not_null(ptr: *mut ffi::PyObject) -> NonNull<ffi::PyObject> {
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

/// An owned reference to a Python object, with the token of the thread that uses it.
#[repr(transparent)]
pub struct Bound<'py, T>(Python<'py>, ManuallyDrop<Py<T>>);

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

/// A borrowed reference to a Python object, with the token of the thread that uses it. `Copy`.
#[repr(transparent)]
pub struct Borrowed<'a, 'py, T>(
    NonNull<ffi::PyObject>,
    PhantomData<(&'a (), *const T)>,
    Python<'py>,
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
