//! `set`.

use everypy_ffi as ffi;

use crate::conversion::IntoPyObject;
use crate::err::{PyResult, answer, error_on_minus_one};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _};
use crate::marker::Python;

native_type! {
    /// The type of sets, `set`.
    PySet = "set", object PySet_Type
}

impl PySet {
    /// An empty set.
    ///
    /// C API: [`PySet_New`](https://docs.python.org/3/c-api/set.html#c.PySet_New).
    ///
    /// # Errors
    ///
    /// `MemoryError`.
    #[doc(alias = "PySet_New")]
    pub fn empty(py: Python<'_>) -> PyResult<Bound<'_, PySet>> {
        // SAFETY: attached; the result is a new set or null with an exception.
        unsafe {
            ffi::PySet_New(core::ptr::null_mut())
                .owned_or_err(py)
                .map(|set| set.cast_into_unchecked())
        }
    }

    /// A set of elements.
    ///
    /// # Errors
    ///
    /// A conversion's, and `TypeError` for what has no hash.
    pub fn new<'py, T>(
        py: Python<'py>,
        elements: impl IntoIterator<Item = T>,
    ) -> PyResult<Bound<'py, PySet>>
    where
        T: IntoPyObject<'py>,
    {
        let set = Self::empty(py)?;
        for element in elements {
            set.add(element)?;
        }
        Ok(set)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PySet> {}
}

/// The methods of sets.
pub trait PySetMethods<'py>: sealed::Sealed {
    /// Takes every element out.
    fn clear(&self);

    /// How many elements there are.
    ///
    /// C API: [`PySet_Size`](https://docs.python.org/3/c-api/set.html#c.PySet_Size).
    #[doc(alias = "PySet_Size")]
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `key in self`.
    ///
    /// C API: [`PySet_Contains`](https://docs.python.org/3/c-api/set.html#c.PySet_Contains).
    ///
    /// # Errors
    ///
    /// A conversion's, and `TypeError` for what has no hash.
    #[doc(alias = "PySet_Contains")]
    fn contains<K: IntoPyObject<'py>>(&self, key: K) -> PyResult<bool>;

    /// Takes an element out; returns whether it was there.
    ///
    /// C API: [`PySet_Discard`](https://docs.python.org/3/c-api/set.html#c.PySet_Discard).
    ///
    /// # Errors
    ///
    /// A conversion's, and `TypeError` for what has no hash.
    #[doc(alias = "PySet_Discard")]
    fn discard<K: IntoPyObject<'py>>(&self, key: K) -> PyResult<bool>;

    /// Puts an element in.
    ///
    /// C API: [`PySet_Add`](https://docs.python.org/3/c-api/set.html#c.PySet_Add).
    ///
    /// # Errors
    ///
    /// A conversion's, and `TypeError` for what has no hash.
    #[doc(alias = "PySet_Add")]
    fn add<K: IntoPyObject<'py>>(&self, key: K) -> PyResult<()>;
}

impl<'py> PySetMethods<'py> for Bound<'py, PySet> {
    fn clear(&self) {
        // SAFETY: attached; a set.
        unsafe { ffi::PySet_Clear(self.as_ptr()) };
    }

    fn len(&self) -> usize {
        // SAFETY: attached; a set.
        let size = unsafe { ffi::PySet_Size(self.as_ptr()) };
        usize::try_from(size).expect("`PySet_Size` fails only for objects that are not sets")
    }

    fn contains<K: IntoPyObject<'py>>(&self, key: K) -> PyResult<bool> {
        let key = key.into_pyobject(self.py()).map_err(Into::into)?;
        // SAFETY: attached; both are alive.
        answer(self.py(), unsafe { ffi::PySet_Contains(self.as_ptr(), key.as_ptr()) })
    }

    fn discard<K: IntoPyObject<'py>>(&self, key: K) -> PyResult<bool> {
        let key = key.into_pyobject(self.py()).map_err(Into::into)?;
        // SAFETY: attached; both are alive.
        answer(self.py(), unsafe { ffi::PySet_Discard(self.as_ptr(), key.as_ptr()) })
    }

    fn add<K: IntoPyObject<'py>>(&self, key: K) -> PyResult<()> {
        let key = key.into_pyobject(self.py()).map_err(Into::into)?;
        // SAFETY: attached; both are alive.
        error_on_minus_one(self.py(), unsafe { ffi::PySet_Add(self.as_ptr(), key.as_ptr()) })
    }
}
