//! What a Python callable can be called with.

use everypy_ffi as ffi;

use crate::err::PyResult;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound, Py};
use crate::types::{PyAny, PyAnyMethods as _, PyDict, PyTuple};

/// Arguments of a call: tuples of Rust values, or a Python tuple.
pub trait PyCallArgs<'py>: Sized {
    /// `callable(*self, **kwargs)`.
    #[doc(hidden)]
    fn call(
        self,
        callable: &Bound<'py, PyAny>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>>;
}

/// Calls with positional arguments only. The first of `vector` is room that the callee may use, as methods do for `self`.
///
/// C API: [`PyObject_Vectorcall`](https://docs.python.org/3/c-api/call.html#c.PyObject_Vectorcall), so that no tuple is
/// made.
///
/// # Safety
///
/// All but the first of `vector` are alive.
#[inline]
pub(crate) unsafe fn call_with<'py>(
    callable: &Bound<'py, PyAny>,
    vector: &mut [*mut ffi::PyObject],
) -> PyResult<Bound<'py, PyAny>> {
    let count = vector.len() - 1;
    // SAFETY: attached; the arguments are alive, and there is room in front of them; the result is a new reference or
    // null with an exception.
    unsafe {
        ffi::PyObject_Vectorcall(
            callable.as_ptr(),
            vector.as_mut_ptr().add(1),
            count | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
            core::ptr::null_mut(),
        )
        .owned_or_err(callable.py())
    }
}

/// Calls with positional and keyword arguments.
pub(crate) fn call_with_keywords<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: &[Bound<'py, PyAny>],
    kwargs: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let tuple = PyTuple::of_objects(callable.py(), arguments.iter().cloned())?;
    call_with_tuple(callable, tuple.as_borrowed(), Some(kwargs))
}

/// C API: [`PyObject_Call`](https://docs.python.org/3/c-api/call.html#c.PyObject_Call).
fn call_with_tuple<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: Borrowed<'_, 'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let kwargs = kwargs.map_or(core::ptr::null_mut(), Bound::as_ptr);
    // SAFETY: attached; all are alive; the result is a new reference or null with an exception.
    unsafe {
        ffi::PyObject_Call(callable.as_ptr(), arguments.as_ptr(), kwargs)
            .owned_or_err(callable.py())
    }
}

impl<'py> PyCallArgs<'py> for () {
    fn call(
        self,
        callable: &Bound<'py, PyAny>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match kwargs {
            None => callable.call0(),
            Some(kwargs) => call_with_keywords(callable, &[], kwargs),
        }
    }
}

macro_rules! python_tuples {
    ($($ty:ty, $arguments:ident, $py:ident => $borrowed:expr;)*) => {
        $(
            impl<'py> PyCallArgs<'py> for $ty {
                fn call(
                    self,
                    callable: &Bound<'py, PyAny>,
                    kwargs: Option<&Bound<'py, PyDict>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let ($arguments, $py) = (&self, callable.py());
                    let _ = $py;
                    call_with_tuple(callable, $borrowed, kwargs)
                }
            }
        )*
    };
}
python_tuples! {
    Bound<'py, PyTuple>, arguments, py => arguments.as_borrowed();
    &Bound<'py, PyTuple>, arguments, py => arguments.as_borrowed();
    Borrowed<'_, 'py, PyTuple>, arguments, py => *arguments;
    Py<PyTuple>, arguments, py => arguments.bind_borrowed(py);
    &Py<PyTuple>, arguments, py => arguments.bind_borrowed(py);
}
