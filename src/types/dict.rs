//! `dict`.

use everypy_ffi as ffi;

use crate::conversion::IntoPyObject;
use crate::err::{PyResult, answer, error_on_minus_one};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _};
use crate::marker::Python;
use crate::types::{PyAny, PyList, PyListMethods as _};

native_type! {
    /// The type `dict`.
    PyDict = "dict", object PyDict_Type, flag Py_TPFLAGS_DICT_SUBCLASS
}

impl PyDict {
    /// An empty dict.
    ///
    /// C API: [`PyDict_New`](https://docs.python.org/3/c-api/dict.html#c.PyDict_New).
    ///
    /// # Panics
    ///
    /// Without memory.
    #[doc(alias = "PyDict_New")]
    pub fn new(py: Python<'_>) -> Bound<'_, PyDict> {
        // SAFETY: attached; the result is a new dict.
        unsafe { ffi::PyDict_New().owned(py).cast_into_unchecked() }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyDict> {}
}

/// The methods of `dict`.
pub trait PyDictMethods<'py>: sealed::Sealed {
    /// Another dict with the same items.
    ///
    /// C API: [`PyDict_Copy`](https://docs.python.org/3/c-api/dict.html#c.PyDict_Copy).
    ///
    /// # Errors
    ///
    /// `MemoryError`.
    #[doc(alias = "PyDict_Copy")]
    fn copy(&self) -> PyResult<Bound<'py, PyDict>>;

    /// Removes all items.
    fn clear(&self);

    /// The number of items.
    ///
    /// C API: [`PyDict_Size`](https://docs.python.org/3/c-api/dict.html#c.PyDict_Size).
    #[doc(alias = "PyDict_Size")]
    fn len(&self) -> usize;

    /// Whether there are no items.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is such a key.
    ///
    /// C API: [`PyDict_Contains`](https://docs.python.org/3/c-api/dict.html#c.PyDict_Contains).
    ///
    /// # Errors
    ///
    /// What hashing or comparing the key raises.
    #[doc(alias = "PyDict_Contains")]
    fn contains<K>(&self, key: K) -> PyResult<bool>
    where
        K: IntoPyObject<'py>;

    /// The value of a key, or `None` if there is no such key.
    ///
    /// C API: [`PyDict_GetItemRef`](https://docs.python.org/3/c-api/dict.html#c.PyDict_GetItemRef).
    ///
    /// # Errors
    ///
    /// What hashing or comparing the key raises.
    #[doc(alias = "PyDict_GetItemRef")]
    fn get_item<K>(&self, key: K) -> PyResult<Option<Bound<'py, PyAny>>>
    where
        K: IntoPyObject<'py>;

    /// Sets the value of a key.
    ///
    /// C API: [`PyDict_SetItem`](https://docs.python.org/3/c-api/dict.html#c.PyDict_SetItem).
    ///
    /// # Errors
    ///
    /// What hashing or comparing the key raises.
    #[doc(alias = "PyDict_SetItem")]
    fn set_item<K, V>(&self, key: K, value: V) -> PyResult<()>
    where
        K: IntoPyObject<'py>,
        V: IntoPyObject<'py>;

    /// Removes a key.
    ///
    /// C API: [`PyDict_DelItem`](https://docs.python.org/3/c-api/dict.html#c.PyDict_DelItem).
    ///
    /// # Errors
    ///
    /// `KeyError`, and what hashing or comparing the key raises.
    #[doc(alias = "PyDict_DelItem")]
    fn del_item<K>(&self, key: K) -> PyResult<()>
    where
        K: IntoPyObject<'py>;

    /// A list of the keys.
    fn keys(&self) -> Bound<'py, PyList>;

    /// A list of the values.
    fn values(&self) -> Bound<'py, PyList>;

    /// A list of the items, each a tuple.
    fn items(&self) -> Bound<'py, PyList>;

    /// The keys and values that there are now; what changes later does not show.
    fn iter(&self) -> BoundDictIterator<'py>;
}

impl<'py> PyDictMethods<'py> for Bound<'py, PyDict> {
    fn copy(&self) -> PyResult<Bound<'py, PyDict>> {
        // SAFETY: attached; a dict; the result is a new dict or null with an exception.
        unsafe {
            ffi::PyDict_Copy(self.as_ptr())
                .owned_or_err(self.py())
                .map(|copy| copy.cast_into_unchecked())
        }
    }

    fn clear(&self) {
        // SAFETY: attached; a dict.
        unsafe { ffi::PyDict_Clear(self.as_ptr()) };
    }

    fn len(&self) -> usize {
        // SAFETY: attached; a dict, for which the call cannot fail.
        unsafe { ffi::PyDict_Size(self.as_ptr()) as usize }
    }

    fn contains<K>(&self, key: K) -> PyResult<bool>
    where
        K: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; a dict; alive.
        answer(py, unsafe { ffi::PyDict_Contains(self.as_ptr(), key.as_ptr()) })
    }

    fn get_item<K>(&self, key: K) -> PyResult<Option<Bound<'py, PyAny>>>
    where
        K: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        let mut value = core::ptr::null_mut();
        // SAFETY: attached; a dict; `value` takes a new reference or null.
        unsafe {
            let found = ffi::PyDict_GetItemRef(self.as_ptr(), key.as_ptr(), &raw mut value);
            error_on_minus_one(py, found)?;
            Ok(value.owned_or_opt(py))
        }
    }

    fn set_item<K, V>(&self, key: K, value: V) -> PyResult<()>
    where
        K: IntoPyObject<'py>,
        V: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        let value = value.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; a dict; both are alive.
        let set = unsafe { ffi::PyDict_SetItem(self.as_ptr(), key.as_ptr(), value.as_ptr()) };
        error_on_minus_one(py, set)
    }

    fn del_item<K>(&self, key: K) -> PyResult<()>
    where
        K: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; a dict; alive.
        error_on_minus_one(py, unsafe { ffi::PyDict_DelItem(self.as_ptr(), key.as_ptr()) })
    }

    fn keys(&self) -> Bound<'py, PyList> {
        // SAFETY: attached; a dict; the result is a new list.
        unsafe { ffi::PyDict_Keys(self.as_ptr()).owned(self.py()).cast_into_unchecked() }
    }

    fn values(&self) -> Bound<'py, PyList> {
        // SAFETY: attached; a dict; the result is a new list.
        unsafe { ffi::PyDict_Values(self.as_ptr()).owned(self.py()).cast_into_unchecked() }
    }

    fn items(&self) -> Bound<'py, PyList> {
        // SAFETY: attached; a dict; the result is a new list.
        unsafe { ffi::PyDict_Items(self.as_ptr()).owned(self.py()).cast_into_unchecked() }
    }

    fn iter(&self) -> BoundDictIterator<'py> {
        let pairs = core::iter::zip(self.keys().iter(), self.values().iter());
        BoundDictIterator(pairs.collect::<Vec<_>>().into_iter())
    }
}

/// The keys and values of a dict at one time.
pub struct BoundDictIterator<'py>(std::vec::IntoIter<(Bound<'py, PyAny>, Bound<'py, PyAny>)>);

impl<'py> Iterator for BoundDictIterator<'py> {
    type Item = (Bound<'py, PyAny>, Bound<'py, PyAny>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for BoundDictIterator<'_> {}

/// Pairs that can become a dict.
pub trait IntoPyDict<'py>: Sized {
    /// A dict of the pairs.
    ///
    /// # Errors
    ///
    /// A conversion's, and what hashing or comparing a key raises.
    fn into_py_dict(self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>>;
}

impl<'py, T, K, V> IntoPyDict<'py> for T
where
    T: IntoIterator<Item = (K, V)>,
    K: IntoPyObject<'py>,
    V: IntoPyObject<'py>,
{
    fn into_py_dict(self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (key, value) in self {
            dict.set_item(key, value)?;
        }
        Ok(dict)
    }
}
