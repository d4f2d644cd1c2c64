//! Modules.

use everypy_ffi as ffi;

use crate::conversion::IntoPyObject;
use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _};
use crate::intern;
use crate::marker::Python;
use crate::pyclass::PyClass;
use crate::types::{
    PyAnyMethods as _, PyCFunction, PyDict, PyList, PyListMethods as _, PyString, PyType,
};

native_type! {
    /// The type of modules.
    PyModule = "module", object PyModule_Type
}

impl PyModule {
    /// An empty module.
    ///
    /// C API: [`PyModule_NewObject`](https://docs.python.org/3/c-api/module.html#c.PyModule_NewObject).
    ///
    /// # Errors
    ///
    /// `MemoryError`.
    #[doc(alias = "PyModule_NewObject")]
    pub fn new<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
        let name = PyString::new(py, name);
        // SAFETY: attached; alive; the result is a new module or null with an exception.
        unsafe {
            ffi::PyModule_NewObject(name.as_ptr())
                .owned_or_err(py)
                .map(|module| module.cast_into_unchecked())
        }
    }

    /// Imports a module.
    ///
    /// C API: [`PyImport_Import`](https://docs.python.org/3/c-api/import.html#c.PyImport_Import).
    ///
    /// # Errors
    ///
    /// `ModuleNotFoundError`, and whatever the module raises.
    #[doc(alias = "PyImport_Import")]
    pub fn import<'py, N>(py: Python<'py>, name: N) -> PyResult<Bound<'py, PyModule>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        let name = name.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; alive; the result is a new reference or null with an exception. An import may be made to
        // give an object of another type, which has the attributes of a module all the same.
        unsafe {
            ffi::PyImport_Import(name.as_ptr())
                .owned_or_err(py)
                .map(|module| module.cast_into_unchecked())
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyModule> {}
}

/// The methods of modules.
pub trait PyModuleMethods<'py>: sealed::Sealed {
    /// The names and values.
    ///
    /// C API: [`PyModule_GetDict`](https://docs.python.org/3/c-api/module.html#c.PyModule_GetDict).
    #[doc(alias = "PyModule_GetDict")]
    fn dict(&self) -> Bound<'py, PyDict>;

    /// `__all__`, made empty if there is none.
    ///
    /// # Errors
    ///
    /// If it is no list.
    fn index(&self) -> PyResult<Bound<'py, PyList>>;

    /// `__name__`.
    ///
    /// C API: [`PyModule_GetNameObject`](https://docs.python.org/3/c-api/module.html#c.PyModule_GetNameObject).
    ///
    /// # Errors
    ///
    /// If it has none.
    #[doc(alias = "PyModule_GetNameObject")]
    fn name(&self) -> PyResult<Bound<'py, PyString>>;

    /// `__file__`.
    ///
    /// C API: [`PyModule_GetFilenameObject`](https://docs.python.org/3/c-api/module.html#c.PyModule_GetFilenameObject).
    ///
    /// # Errors
    ///
    /// If it has none.
    #[doc(alias = "PyModule_GetFilenameObject")]
    fn filename(&self) -> PyResult<Bound<'py, PyString>>;

    /// Sets a name, and appends it to `__all__`.
    ///
    /// # Errors
    ///
    /// A conversion's.
    fn add<N, V>(&self, name: N, value: V) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>,
        V: IntoPyObject<'py>;

    /// Adds the class of `T` under its name.
    ///
    /// # Errors
    ///
    /// If the class cannot be made, as where the interpreter does not let it extend its base.
    fn add_class<T: PyClass>(&self) -> PyResult<()>;

    /// Adds a function under its own name.
    ///
    /// # Errors
    ///
    /// What setting an attribute raises.
    fn add_function(&self, function: Bound<'_, PyCFunction>) -> PyResult<()>;

    /// Adds a module under the last part of its name.
    ///
    /// # Errors
    ///
    /// If it has no name, and what setting an attribute raises.
    fn add_submodule(&self, module: &Bound<'_, PyModule>) -> PyResult<()>;

    /// Tells a free-threaded interpreter whether the module relies on the GIL; elsewhere it does nothing.
    ///
    /// `#[pymodule(gil_used = …)]` says the same before the module is filled.
    ///
    /// # Errors
    ///
    /// If the interpreter refuses.
    fn gil_used(&self, gil_used: bool) -> PyResult<()>;
}

impl<'py> PyModuleMethods<'py> for Bound<'py, PyModule> {
    fn dict(&self) -> Bound<'py, PyDict> {
        // SAFETY: attached; a module, which keeps its dict.
        unsafe {
            ffi::PyModule_GetDict(self.as_ptr())
                .borrowed(self.py())
                .to_owned()
                .cast_into_unchecked()
        }
    }

    fn index(&self) -> PyResult<Bound<'py, PyList>> {
        let py = self.py();
        let name = intern!(py, "__all__");
        match self.as_any().getattr_opt(name)? {
            Some(index) => Ok(index.cast_into::<PyList>()?),
            None => {
                let index = PyList::empty(py);
                self.as_any().setattr(name, &index)?;
                Ok(index)
            }
        }
    }

    fn name(&self) -> PyResult<Bound<'py, PyString>> {
        // SAFETY: attached; a module; the result is a new str or null with an exception.
        unsafe {
            let name = ffi::PyModule_GetNameObject(self.as_ptr()).owned_or_err(self.py())?;
            Ok(name.cast_into::<PyString>()?)
        }
    }

    fn filename(&self) -> PyResult<Bound<'py, PyString>> {
        // SAFETY: attached; a module; the result is a new str or null with an exception.
        unsafe {
            let name = ffi::PyModule_GetFilenameObject(self.as_ptr()).owned_or_err(self.py())?;
            Ok(name.cast_into::<PyString>()?)
        }
    }

    fn add<N, V>(&self, name: N, value: V) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>,
        V: IntoPyObject<'py>,
    {
        let py = self.py();
        let name = name.into_pyobject(py).map_err(Into::into)?.into_bound();
        self.index()?.append(&name)?;
        self.as_any().setattr(name, value)
    }

    fn add_class<T: PyClass>(&self) -> PyResult<()> {
        let py = self.py();
        // SAFETY: a live type object.
        let class = unsafe { PyType::from_borrowed_type_ptr(py, T::cell().try_get::<T>(py)?) };
        self.add(<T as crate::PyTypeInfo>::NAME, class)
    }

    fn add_function(&self, function: Bound<'_, PyCFunction>) -> PyResult<()> {
        let py = self.py();
        // The same token, under the module's lifetime.
        let function = function.unbind().into_bound(py);
        let name = function.getattr(intern!(py, "__name__"))?.cast_into::<PyString>()?;
        self.add(name, function)
    }

    fn add_submodule(&self, module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = self.py();
        let module = module.clone().unbind().into_bound(py);
        let name = module.name()?;
        let name = crate::types::PyStringMethods::to_str(&name)?;
        let last = name.rsplit('.').next().unwrap_or(name);
        self.add(last, &module)
    }

    fn gil_used(&self, gil_used: bool) -> PyResult<()> {
        // SAFETY: attached; a module.
        let set = unsafe { everypy_shims::module::set_gil(self.as_ptr(), gil_used) };
        if set { Ok(()) } else { Err(PyErr::fetch(self.py())) }
    }
}
