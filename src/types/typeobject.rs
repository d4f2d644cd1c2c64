//! `type`.

use everypy_ffi as ffi;

use crate::err::{PyResult, answer};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::Bound;
use crate::intern;
use crate::marker::Python;
use crate::type_object::PyTypeInfo;
use crate::types::{PyAny, PyAnyMethods as _, PyString, PyStringMethods as _, PyTuple};

native_type! {
    /// The type of classes, `type`.
    PyType = "type", object PyType_Type, flag Py_TPFLAGS_TYPE_SUBCLASS
}

impl PyType {
    /// The class of `T`.
    pub fn new<T: PyTypeInfo>(py: Python<'_>) -> Bound<'_, PyType> {
        T::type_object(py)
    }

    /// The class at a pointer.
    ///
    /// # Safety
    ///
    /// `class` is a live type object.
    #[inline]
    pub unsafe fn from_borrowed_type_ptr(
        py: Python<'_>,
        class: *mut ffi::PyTypeObject,
    ) -> Bound<'_, PyType> {
        // SAFETY: as the caller says.
        unsafe { class.cast::<ffi::PyObject>().borrowed(py).to_owned().cast_into_unchecked() }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyType> {}
}

/// The methods of classes.
pub trait PyTypeMethods<'py>: sealed::Sealed {
    /// The pointer, borrowed.
    fn as_type_ptr(&self) -> *mut ffi::PyTypeObject;

    /// `__name__`.
    ///
    /// C API: [`PyType_GetName`](https://docs.python.org/3/c-api/type.html#c.PyType_GetName).
    ///
    /// # Errors
    ///
    /// What a metaclass raises.
    #[doc(alias = "PyType_GetName")]
    fn name(&self) -> PyResult<Bound<'py, PyString>>;

    /// `__qualname__`.
    ///
    /// C API: [`PyType_GetQualName`](https://docs.python.org/3/c-api/type.html#c.PyType_GetQualName).
    ///
    /// # Errors
    ///
    /// What a metaclass raises.
    #[doc(alias = "PyType_GetQualName")]
    fn qualname(&self) -> PyResult<Bound<'py, PyString>>;

    /// `__module__`.
    ///
    /// # Errors
    ///
    /// What a metaclass raises.
    fn module(&self) -> PyResult<Bound<'py, PyString>>;

    /// `module.qualname`, without the module if it is `builtins` or `__main__`.
    ///
    /// # Errors
    ///
    /// What a metaclass raises.
    fn fully_qualified_name(&self) -> PyResult<Bound<'py, PyString>>;

    /// `issubclass(self, other)`.
    ///
    /// # Errors
    ///
    /// If `other` is neither a class nor a tuple of classes.
    fn is_subclass(&self, other: &Bound<'_, PyAny>) -> PyResult<bool>;

    /// Whether it is `T` or a subclass.
    ///
    /// # Errors
    ///
    /// What `__subclasscheck__` raises.
    fn is_subclass_of<T: PyTypeInfo>(&self) -> PyResult<bool>;

    /// `__mro__`.
    fn mro(&self) -> Bound<'py, PyTuple>;

    /// `__bases__`.
    fn bases(&self) -> Bound<'py, PyTuple>;
}

impl<'py> PyTypeMethods<'py> for Bound<'py, PyType> {
    fn as_type_ptr(&self) -> *mut ffi::PyTypeObject {
        self.as_ptr().cast()
    }

    fn name(&self) -> PyResult<Bound<'py, PyString>> {
        // SAFETY: attached; a type; the result is a new str or null with an exception.
        unsafe { Ok(ffi::PyType_GetName(self.as_type_ptr()).owned_or_err(self.py())?.cast_into()?) }
    }

    fn qualname(&self) -> PyResult<Bound<'py, PyString>> {
        // SAFETY: attached; a type; the result is a new str or null with an exception.
        unsafe {
            Ok(ffi::PyType_GetQualName(self.as_type_ptr()).owned_or_err(self.py())?.cast_into()?)
        }
    }

    fn module(&self) -> PyResult<Bound<'py, PyString>> {
        Ok(self.as_any().getattr(intern!(self.py(), "__module__"))?.cast_into()?)
    }

    fn fully_qualified_name(&self) -> PyResult<Bound<'py, PyString>> {
        let (module, qualname) = (self.module()?, self.qualname()?);
        Ok(match &*module.to_cow()? {
            "builtins" | "__main__" => qualname,
            module => PyString::new(self.py(), &format!("{module}.{}", qualname.to_cow()?)),
        })
    }

    fn is_subclass(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        // SAFETY: attached; both are alive.
        answer(self.py(), unsafe { ffi::PyObject_IsSubclass(self.as_ptr(), other.as_ptr()) })
    }

    fn is_subclass_of<T: PyTypeInfo>(&self) -> PyResult<bool> {
        self.is_subclass(&T::type_object(self.py()))
    }

    fn mro(&self) -> Bound<'py, PyTuple> {
        tuple_attribute(self, "__mro__")
    }

    fn bases(&self) -> Bound<'py, PyTuple> {
        tuple_attribute(self, "__bases__")
    }
}

fn tuple_attribute<'py>(class: &Bound<'py, PyType>, name: &str) -> Bound<'py, PyTuple> {
    class
        .as_any()
        .getattr(name)
        .ok()
        .and_then(|value| value.cast_into().ok())
        .expect("every class has a tuple of its bases")
}
