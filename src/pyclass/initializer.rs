//! How instances are made.

use core::ffi::c_ulong;
use core::ptr::null_mut;

use everypy_ffi::{self as ffi, PyObject, PyTypeObject};
use everypy_shims::object::type_flags;
use everypy_shims::{class, layout};

use super::contents::{Contents, contents};
use super::{PyClass, PyClassBaseType, PyNativeTypeInitializer, elsewhere};
use crate::err::PyResult;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, Py};
use crate::marker::Python;
use crate::types::{PyAnyMethods as _, PyTuple, PyTupleMethods as _};

/// What a class was called with, for the constructor of a built-in base: a tuple and a dict, or null for nothing.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Arguments {
    pub(crate) args: *mut PyObject,
    pub(crate) kwargs: *mut PyObject,
}

impl Arguments {
    pub(crate) const NONE: Self = Self { args: null_mut(), kwargs: null_mut() };
}

/// Makes the part of an instance that belongs to a class and those that it extends.
#[doc(hidden)]
pub trait PyObjectInit<T>: Sized {
    /// Makes an instance of `subtype`.
    ///
    /// # Safety
    ///
    /// `subtype` is `T` or a subclass; the arguments are a tuple and a dict, or null.
    ///
    /// # Errors
    ///
    /// What the constructor of the built-in base raises.
    unsafe fn make(
        self,
        py: Python<'_>,
        subtype: *mut PyTypeObject,
        arguments: Arguments,
    ) -> PyResult<*mut PyObject>;
}

/// The contents of a class and of those that it extends, ready to be put into an instance; or an instance.
///
/// A value converts to it where nothing but a built-in class is extended; `add_subclass` adds a level.
pub struct PyClassInitializer<T: PyClass>(Kind<T>);

enum Kind<T: PyClass> {
    New(T, <T::BaseType as PyClassBaseType>::Initializer),
    Existing(Py<T>),
}

impl<T: PyClass> PyClassInitializer<T> {
    /// Of a value, and what makes the part of the class that `T` extends.
    #[inline]
    pub fn new(init: T, super_init: <T::BaseType as PyClassBaseType>::Initializer) -> Self {
        Self(Kind::New(init, super_init))
    }

    /// With a level more.
    pub fn add_subclass<S>(self, subclass_value: S) -> PyClassInitializer<S>
    where
        T: PyClassBaseType<Initializer = Self>,
        S: PyClass<BaseType = T>,
    {
        PyClassInitializer::new(subclass_value, self)
    }

    /// Makes an instance of the class itself.
    #[inline]
    pub(crate) fn create(self, py: Python<'_>) -> PyResult<Bound<'_, T>> {
        let class = T::cell().only_plain();
        // SAFETY: the class itself.
        unsafe {
            match self.0 {
                Kind::New(value, _) if !class.is_null() => plain(py, class, value),
                _ => self.create_of_type(py, T::type_object_raw(py), Arguments::NONE),
            }
        }
    }

    /// Makes an instance of the class or a subclass.
    ///
    /// # Safety
    ///
    /// As [`PyObjectInit::make`].
    #[inline]
    pub(crate) unsafe fn create_of_type<'py>(
        self,
        py: Python<'py>,
        subtype: *mut PyTypeObject,
        arguments: Arguments,
    ) -> PyResult<Bound<'py, T>> {
        // SAFETY: as the caller says; the result is a new instance.
        unsafe { Ok(self.make(py, subtype, arguments)?.owned(py).cast_into_unchecked()) }
    }
}

/// Makes a plain instance.
///
/// # Safety
///
/// `class` is that of `T`, whose instances are plain.
#[inline(always)]
unsafe fn plain<T: PyClass>(
    py: Python<'_>,
    class: *mut PyTypeObject,
    value: T,
) -> PyResult<Bound<'_, T>> {
    // SAFETY: as the caller says; the room for the contents is nobody else's.
    unsafe {
        let object = class::allocate(class).owned_or_err(py)?;
        contents::<T>(object.as_ptr()).write(Contents::new(value));
        Ok(object.cast_into_unchecked())
    }
}

impl<T: PyClass> PyObjectInit<T> for PyClassInitializer<T> {
    #[inline]
    unsafe fn make(
        self,
        py: Python<'_>,
        subtype: *mut PyTypeObject,
        arguments: Arguments,
    ) -> PyResult<*mut PyObject> {
        let (value, base) = match self.0 {
            Kind::New(value, base) => (value, base),
            Kind::Existing(object) => return Ok(object.into_ptr()),
        };
        // SAFETY: as the caller says, and the subtype of a class is one of its base. The instance is new, so that its room
        // is nobody else's.
        unsafe {
            if T::cell().is_first_plain(subtype) {
                return plain(py, subtype, value).map(Bound::into_ptr);
            }
            let object = base.make(py, subtype, arguments)?;
            if !<T::BaseType as PyClassBaseType>::IS_OBJECT && class::is_handle(object) {
                // Given back if the contents cannot be hung on it.
                let object = object.owned(py);
                elsewhere::fill::<T>(&object, value)?;
                return Ok(object.into_ptr());
            }
            contents::<T>(object).write(Contents::new(value));
            Ok(object)
        }
    }
}

impl<T> From<T> for PyClassInitializer<T>
where
    T: PyClass,
    T::BaseType: PyClassBaseType<Initializer = PyNativeTypeInitializer<T::BaseType>>,
{
    #[inline]
    fn from(value: T) -> Self {
        Self::new(value, PyNativeTypeInitializer::NEW)
    }
}

impl<S, B> From<(S, B)> for PyClassInitializer<S>
where
    S: PyClass<BaseType = B>,
    B: PyClass + PyClassBaseType<Initializer = PyClassInitializer<B>>,
    B::BaseType: PyClassBaseType<Initializer = PyNativeTypeInitializer<B::BaseType>>,
{
    fn from((sub, base): (S, B)) -> Self {
        PyClassInitializer::from(base).add_subclass(sub)
    }
}

impl<T: PyClass> From<Py<T>> for PyClassInitializer<T> {
    fn from(object: Py<T>) -> Self {
        Self(Kind::Existing(object))
    }
}

impl<'py, T: PyClass> From<Bound<'py, T>> for PyClassInitializer<T> {
    fn from(object: Bound<'py, T>) -> Self {
        Self(Kind::Existing(object.unbind()))
    }
}

/// Makes an instance of `subtype` by the constructor of the built-in class that it extends.
///
/// # Safety
///
/// As [`PyObjectInit::make`].
pub(super) unsafe fn new_native(
    py: Python<'_>,
    native: *mut PyTypeObject,
    subtype: *mut PyTypeObject,
    arguments: Arguments,
) -> PyResult<*mut PyObject> {
    // SAFETY: attached; both are live types. The functions return a new instance, or null with an exception.
    unsafe {
        if native == ffi::PyBaseObject_Type() {
            // Every class that no other built-in one is a base of has this `tp_alloc`.
            return ffi::PyType_GenericAlloc(subtype, 0).owned_or_err(py).map(Bound::into_ptr);
        }
        // Exceptions keep what they were made of. Other classes are made of nothing: what ours was called with is for its
        // own constructor, and for `__init__`.
        let keeps = type_flags(native) & ffi::Py_TPFLAGS_BASE_EXC_SUBCLASS as c_ulong != 0;
        let Arguments { args, kwargs } = if keeps { arguments } else { Arguments::NONE };
        let empty = args.is_null().then(|| PyTuple::empty(py));
        let args = empty.as_ref().map_or(args, Bound::as_ptr);
        if !layout().news_by_name
            && let Some(new) = class::new_of(native)
        {
            return new(subtype, args, kwargs).owned_or_err(py).map(Bound::into_ptr);
        }
        let new = native.cast::<PyObject>().borrowed(py).getattr("__new__")?;
        let mut all = vec![subtype.cast::<PyObject>().borrowed(py).to_owned()];
        all.extend((*args.borrowed(py).cast_unchecked::<PyTuple>()).iter());
        let kwargs = (!kwargs.is_null()).then(|| kwargs.borrowed(py).cast_unchecked().to_owned());
        new.call(PyTuple::new(py, all)?, kwargs.as_ref()).map(Bound::into_ptr)
    }
}
