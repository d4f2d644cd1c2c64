//! What `__traverse__` gets and returns.

use core::ffi::{c_int, c_void};
use core::marker::PhantomData;
use core::num::NonZero;

use everypy_ffi::{PyObject, visitproc};

use crate::instance::Py;

/// Says that the garbage collector does not want to see more. Only [`PyVisit::call`] makes one.
#[derive(Debug)]
pub struct PyTraverseError(pub(super) NonZero<c_int>);

/// Shows the garbage collector what an instance refers to.
#[derive(Clone)]
pub struct PyVisit<'a> {
    visit: visitproc,
    arg: *mut c_void,
    _guard: PhantomData<&'a Py<()>>,
}

impl<'a> PyVisit<'a> {
    /// What the garbage collector has passed.
    pub(crate) fn new(visit: visitproc, arg: *mut c_void) -> Self {
        Self { visit, arg, _guard: PhantomData }
    }

    /// Shows an object, or nothing for `None`.
    ///
    /// # Errors
    ///
    /// If the garbage collector has seen enough: to be returned at once.
    pub fn call<T, U: 'a>(&self, object: T) -> Result<(), PyTraverseError>
    where
        T: Into<Option<&'a Py<U>>>,
    {
        match object.into() {
            Some(object) => self.pointer(object.as_ptr()),
            None => Ok(()),
        }
    }

    fn pointer(&self, object: *mut PyObject) -> Result<(), PyTraverseError> {
        // SAFETY: the function and its argument are the garbage collector's, which waits for this; the object is alive.
        let result = unsafe { (self.visit)(object, self.arg) };
        NonZero::new(result).map_or(Ok(()), |result| Err(PyTraverseError(result)))
    }
}
