//! `dict`.

use core::mem::MaybeUninit;

use everypy_ffi as ffi;
use everypy_shims::lock::{self, ShortLock};
use everypy_shims::object;

use crate::conversion::IntoPyObject;
use crate::err::{PyResult, answer, error_on_minus_one};
use crate::exceptions::PyRuntimeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _, Py};
use crate::marker::Python;
use crate::types::{PyAny, PyList};

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

    /// The keys with their values, without a list of them.
    ///
    /// C API: [`PyDict_Next`](https://docs.python.org/3/c-api/dict.html#c.PyDict_Next).
    ///
    /// # Panics
    ///
    /// The iterator panics if keys are added or removed before it has come to its end.
    #[doc(alias = "PyDict_Next")]
    fn iter(&self) -> BoundDictIterator<'py>;

    /// Calls `closure` with each key and its value. Without a GIL the dict is locked for the whole loop, which is faster
    /// than a lock for each pair, as [`iter`](Self::iter) takes it; `closure` may lose the lock if it calls Python.
    ///
    /// C API: [`PyDict_Next`](https://docs.python.org/3/c-api/dict.html#c.PyDict_Next) in
    /// [`Py_BEGIN_CRITICAL_SECTION`](https://docs.python.org/3/c-api/init.html#c.Py_BEGIN_CRITICAL_SECTION).
    ///
    /// # Errors
    ///
    /// The first that `closure` returns; `RuntimeError` if keys are added or removed meanwhile.
    #[doc(alias = "PyDict_Next")]
    fn locked_for_each<F>(&self, closure: F) -> PyResult<()>
    where
        F: Fn(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<()>;
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

    #[inline]
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
        BoundDictIterator::new(self.clone())
    }

    fn locked_for_each<F>(&self, closure: F) -> PyResult<()>
    where
        F: Fn(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<()>,
    {
        self.iter().each(closure)
    }
}

/// The keys and values of a dict.
pub struct BoundDictIterator<'py> {
    dict: Bound<'py, PyDict>,
    /// What C notes of where it is.
    position: ffi::Py_ssize_t,
    /// How many items there were at first, and how many of those are to come.
    size: usize,
    left: usize,
    /// Why it ended early.
    changed: Option<Changed>,
}

/// The keys of a dict are no longer those that an iteration began with.
#[derive(Clone, Copy)]
enum Changed {
    /// There are more or fewer.
    Size,
    /// There are as many, but others.
    Keys,
}

impl Changed {
    /// What Python says of it.
    fn message(self) -> &'static str {
        match self {
            Changed::Size => "dictionary changed size during iteration",
            Changed::Keys => "dictionary keys changed during iteration",
        }
    }
}

impl<'py> BoundDictIterator<'py> {
    fn new(dict: Bound<'py, PyDict>) -> Self {
        let size = dict.len();
        Self { dict, position: 0, size, left: size, changed: None }
    }

    /// Calls `each` with the pairs that are to come, under one lock where there are locks.
    ///
    /// # Errors
    ///
    /// The first that `each` returns; `RuntimeError` if keys have come or gone.
    #[inline]
    pub(crate) fn each(
        mut self,
        mut each: impl FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<()>,
    ) -> PyResult<()> {
        let dict = self.dict.as_ptr();
        // SAFETY: attached; alive, since the iterator has a reference. The GIL or the lock is held for each step, also after
        // code that has let go of it.
        unsafe {
            lock::with_lock(dict, || {
                while let Some((key, value)) = self.step_unlocked(object::incref) {
                    each(key, value)?;
                }
                self.finish()
            })
        }
    }

    /// The next pair.
    #[inline(always)]
    fn step(&mut self) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        // SAFETY: attached; alive; the GIL or the lock is held.
        unsafe {
            if !lock::has_locks() {
                return self.step_unlocked(object::incref);
            }
            match ShortLock::take(self.dict.as_ptr()) {
                Some(_lock) => self.step_unlocked(object::incref_among_threads),
                None => self.step_locked(),
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn step_locked(&mut self) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        // SAFETY: attached; alive; nobody changes the dict while its lock is held.
        unsafe {
            let dict = self.dict.as_ptr();
            lock::with_lock(dict, || self.step_unlocked(object::incref_among_threads))
        }
    }

    /// # Safety
    ///
    /// Nobody changes the dict as long as no code runs. `incref` takes a reference.
    #[inline(always)]
    unsafe fn step_unlocked(
        &mut self,
        incref: unsafe fn(*mut ffi::PyObject),
    ) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let py = self.dict.py();
        let dict = self.dict.as_ptr();
        let (mut key, mut value) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: attached; a dict, which does not change, says the caller; the pair is borrowed from it, and owned before
        // it can be changed.
        unsafe {
            let size = object::dict_size(dict);
            if size.unwrap_or_else(|| ffi::PyDict_Size(dict) as usize) != self.size {
                self.changed = Some(Changed::Size);
                return None;
            }
            let place = &raw mut self.position;
            if ffi::PyDict_Next(dict, place, key.as_mut_ptr(), value.as_mut_ptr()) == 0 {
                return None;
            }
            let (key, value) = (key.assume_init(), value.assume_init());
            // In this order it is one instruction.
            let (left, is_beyond) = self.left.overflowing_sub(1);
            self.left = left;
            if is_beyond {
                self.left = 0;
                self.changed = Some(Changed::Keys);
                return None;
            }
            incref(key);
            incref(value);
            // Neither is null, which is not asked again.
            let pair = (Py::from_owned_not_null(key), Py::from_owned_not_null(value));
            Some((pair.0.into_bound(py), pair.1.into_bound(py)))
        }
    }

    /// Panics if it has ended because keys have come or gone.
    #[inline]
    fn panic_if_changed(&self) {
        if let Some(changed) = self.changed {
            panic!("{}", changed.message());
        }
    }

    /// An error if it has ended because keys have come or gone.
    fn finish(&self) -> PyResult<()> {
        self.changed.map_or(Ok(()), |changed| Err(PyRuntimeError::new_err(changed.message())))
    }
}

impl<'py> Iterator for BoundDictIterator<'py> {
    type Item = (Bound<'py, PyAny>, Bound<'py, PyAny>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let pair = self.step();
        if pair.is_none() {
            self.panic_if_changed();
        }
        pair
    }

    /// Under one lock, where there are locks: what the iterator's own methods do with all pairs.
    #[inline]
    fn fold<B, F>(mut self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        let dict = self.dict.as_ptr();
        // SAFETY: as in `each`.
        unsafe {
            lock::with_lock(dict, || {
                let mut folded = init;
                while let Some(pair) = self.step_unlocked(object::incref) {
                    folded = f(folded, pair);
                }
                self.panic_if_changed();
                folded
            })
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for BoundDictIterator<'_> {}

impl<'py> IntoIterator for &Bound<'py, PyDict> {
    type Item = (Bound<'py, PyAny>, Bound<'py, PyAny>);
    type IntoIter = BoundDictIterator<'py>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'py> IntoIterator for Bound<'py, PyDict> {
    type Item = (Bound<'py, PyAny>, Bound<'py, PyAny>);
    type IntoIter = BoundDictIterator<'py>;

    fn into_iter(self) -> Self::IntoIter {
        BoundDictIterator::new(self)
    }
}

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
