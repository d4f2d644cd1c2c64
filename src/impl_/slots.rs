//! From what the methods of slots return to what C expects.

use core::ffi::c_int;
use core::marker::PhantomData;

use everypy_ffi::{self as ffi, Py_hash_t, Py_ssize_t, PyObject};
use everypy_shims::{layout, object};

use crate::conversion::IntoPyObject;
use crate::err::{PyErr, PyResult};
use crate::exceptions::{
    PyAttributeError, PyNotImplementedError, PyOverflowError, PyStopAsyncIteration,
};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::trampoline::trampoline;
use crate::instance::{Bound, Py};
use crate::marker::Python;
use crate::pyclass::{CompareOp, PyClass, PyTraverseError};
use crate::state::PerInterpreter;
use crate::types::{PyAny, PyAnyMethods as _, PyDict};

/// A value, or a result of one.
#[diagnostic::on_unimplemented(
    message = "this method returns `{Self}`, and Python needs `{T}`",
    label = "write `{T}` or `PyResult<{T}>`"
)]
pub trait Outcome<T> {
    /// As a result.
    fn outcome(self) -> PyResult<T>;
}

impl<T, E: Into<PyErr>> Outcome<T> for Result<T, E> {
    #[inline(always)]
    fn outcome(self) -> PyResult<T> {
        self.map_err(Into::into)
    }
}

macro_rules! outcomes {
    ($($ty:ty),*) => { $(
        impl Outcome<$ty> for $ty {
            #[inline(always)]
            fn outcome(self) -> PyResult<$ty> {
                Ok(self)
            }
        }
    )* };
}
outcomes!((), bool, usize);

/// Nothing, or a result of it.
#[inline(always)]
pub fn nothing(value: impl Outcome<()>) -> PyResult<c_int> {
    value.outcome().map(|()| 0)
}

/// A yes or no.
#[inline(always)]
pub fn truth(value: impl Outcome<bool>) -> PyResult<c_int> {
    value.outcome().map(c_int::from)
}

/// A length.
///
/// # Errors
///
/// `OverflowError` if there is none so large in Python.
#[inline(always)]
pub fn length(value: impl Outcome<usize>) -> PyResult<Py_ssize_t> {
    Py_ssize_t::try_from(value.outcome()?)
        .map_err(|_| PyOverflowError::new_err("cannot fit the length into an index-sized integer"))
}

/// A hash, or a result of one.
#[diagnostic::on_unimplemented(
    message = "`__hash__` returns an integer of at most 64 bits, or a result of one, and not `{Self}`",
    label = "not such an integer",
    note = "return `u64`, as `Hasher::finish` does, or a `PyResult<u64>`"
)]
pub trait HashOutcome {
    /// As Python has it: -1 says that there is none, so it is made -2.
    fn hash(self) -> PyResult<Py_hash_t>;
}

macro_rules! hashes {
    ($($ty:ty),*) => { $(
        impl HashOutcome for $ty {
            #[inline(always)]
            fn hash(self) -> PyResult<Py_hash_t> {
                Ok(match self as Py_hash_t {
                    -1 => -2,
                    hash => hash,
                })
            }
        }
    )* };
}
hashes!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl<T: HashOutcome, E: Into<PyErr>> HashOutcome for Result<T, E> {
    #[inline(always)]
    fn hash(self) -> PyResult<Py_hash_t> {
        self.map_err(Into::into)?.hash()
    }
}

/// A hash.
#[inline(always)]
pub fn hash(value: impl HashOutcome) -> PyResult<Py_hash_t> {
    value.hash()
}

/// Stands for what `__next__` returns.
pub struct Next<T>(PhantomData<T>);

/// The return type of a value.
#[inline(always)]
pub fn next_of<T>(_value: &T) -> Next<T> {
    Next(PhantomData)
}

impl<T> Next<Option<T>> {
    /// The object, or null at the end.
    #[inline(always)]
    pub fn next<'py>(&self, py: Python<'py>, value: Option<T>) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
    {
        value.map_or(Ok(core::ptr::null_mut()), |value| value.into_c(py))
    }
}

impl<T, E: Into<PyErr>> Next<Result<Option<T>, E>> {
    /// The object, or null at the end.
    #[inline(always)]
    pub fn next<'py>(&self, py: Python<'py>, value: Result<Option<T>, E>) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
    {
        let value = value.map_err(Into::into)?;
        value.map_or(Ok(core::ptr::null_mut()), |value| value.into_c(py))
    }
}

/// A result that never says that it is at the end, but by an error.
pub trait EndlessResult<'py, T, E> {
    /// The object.
    fn next(&self, py: Python<'py>, value: Result<T, E>) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
        E: Into<PyErr>;
}

impl<'py, T, E> EndlessResult<'py, T, E> for Next<Result<T, E>> {
    #[inline(always)]
    fn next(&self, py: Python<'py>, value: Result<T, E>) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
        E: Into<PyErr>,
    {
        value.map_err(Into::into)?.into_c(py)
    }
}

/// A value that never says that it is at the end.
pub trait EndlessValue<'py, T> {
    /// The object.
    fn next(&self, py: Python<'py>, value: T) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>;
}

impl<'py, T> EndlessValue<'py, T> for &Next<T> {
    #[inline(always)]
    fn next(&self, py: Python<'py>, value: T) -> PyResult<*mut PyObject>
    where
        T: IntoPyObject<'py>,
    {
        value.into_c(py)
    }
}

/// What `__anext__` returns: at the end an exception, or an awaitable that raises it where the interpreter waits for that.
///
/// # Errors
///
/// `StopAsyncIteration` for null.
pub fn or_stop_async_iteration(
    py: Python<'_>,
    next: PyResult<*mut PyObject>,
) -> PyResult<*mut PyObject> {
    let end = match next {
        Ok(object) if object.is_null() && !PyErr::occurred(py) => PyStopAsyncIteration::new_err(()),
        Err(error) => error,
        next => return next,
    };
    if layout().awaits_the_end && end.is_instance_of::<PyStopAsyncIteration>(py) {
        return awaitable_that_raises(py, end);
    }
    Err(end)
}

#[cold]
fn awaitable_that_raises(py: Python<'_>, error: PyErr) -> PyResult<*mut PyObject> {
    static END: PerInterpreter<Py<PyAny>> = PerInterpreter::new();
    let end = END.get_or_try_init(py, || {
        let names = PyDict::new(py);
        py.run(c"async def end(error):\n    raise error", Some(&names), None)?;
        PyResult::Ok(names.as_any().get_item("end")?.unbind())
    })?;
    end.bind(py).call1((error.value(py),)).map(Bound::into_ptr)
}

/// `NotImplemented`.
#[inline(always)]
pub fn not_implemented() -> *mut PyObject {
    // SAFETY: slots are called by an interpreter, so the table is loaded and the thread attached.
    unsafe {
        let object = ffi::_Py_NotImplementedStruct().cast::<PyObject>();
        object::incref_singleton(object);
        object
    }
}

/// `True` or `False`.
#[inline(always)]
pub fn boolean(py: Python<'_>, value: bool) -> PyResult<*mut PyObject> {
    value.into_c(py)
}

/// A `str`.
///
/// # Errors
///
/// `MemoryError`.
pub fn text(py: Python<'_>, text: &str) -> PyResult<*mut PyObject> {
    text.into_c(py)
}

/// `eq`: what two values answer, if it is whether they are equal.
#[inline]
pub fn equal<T: PartialEq>(op: c_int, left: &T, right: &T) -> Option<bool> {
    match compare_op(op) {
        CompareOp::Eq => Some(left == right),
        CompareOp::Ne => Some(left != right),
        _ => None,
    }
}

/// `eq` and `ord`: what two values answer.
#[inline]
pub fn ordered<T: PartialOrd>(op: c_int, left: &T, right: &T) -> Option<bool> {
    Some(match compare_op(op) {
        CompareOp::Eq => left == right,
        CompareOp::Ne => left != right,
        CompareOp::Lt => left < right,
        CompareOp::Le => left <= right,
        CompareOp::Gt => left > right,
        CompareOp::Ge => left >= right,
    })
}

/// `str`: the text of a value. The compiler shows the line of the bound.
pub fn displayed<T>(value: &T) -> String
where
    T: core::fmt::Display, // without it: `#[pyclass(str = "{field}")]`, or a method `__str__`
{
    value.to_string()
}

/// The hash of a value, as the standard library computes it.
pub fn hash_of<T: std::hash::Hash>(value: &T) -> u64 {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Whether an operand is an instance of a class of ours.
///
/// # Safety
///
/// `object` is alive, and this thread is attached.
#[inline(always)]
pub unsafe fn is_instance<T: PyClass>(py: Python<'_>, object: *mut PyObject) -> bool {
    // SAFETY: as the caller says.
    unsafe { T::cell().is_class_of(py, object, T::type_object_raw) }
}

/// Whether an operator has answered, rather than `NotImplemented`.
///
/// # Safety
///
/// `result` is an owned reference, or null with an exception set; it is given back if there was no answer.
#[inline(always)]
pub unsafe fn answered(result: *mut PyObject) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        let none = result == ffi::_Py_NotImplementedStruct().cast();
        if none {
            object::decref(result);
        }
        !none
    }
}

/// Another reference to what is operated on in place.
///
/// # Safety
///
/// `object` is alive, and this thread is attached.
#[inline(always)]
pub unsafe fn itself(object: *mut PyObject) -> *mut PyObject {
    // SAFETY: as the caller says.
    unsafe { object::incref(object) };
    object
}

/// Turns `not x == y` into an object, for a class that has `__eq__` and no `__ne__`.
///
/// # Safety
///
/// `result` is an owned reference, or null with an exception set.
///
/// # Errors
///
/// What the truth value raises.
pub unsafe fn inverted(py: Python<'_>, result: *mut PyObject) -> PyResult<*mut PyObject> {
    // SAFETY: as the caller says; attached.
    unsafe {
        if result.is_null() || result == ffi::_Py_NotImplementedStruct().cast() {
            return Ok(result);
        }
        let truth = ffi::PyObject_IsTrue(result);
        object::decref(result);
        crate::err::error_on_minus_one(py, truth)?;
        (truth == 0).into_c(py)
    }
}

/// The operator of a rich comparison.
///
/// # Panics
///
/// If it is none of the six.
#[inline(always)]
pub fn compare_op(op: c_int) -> CompareOp {
    CompareOp::from_raw(op).expect("the interpreter compares by one of six operators")
}

/// An argument that C passes as null where Python has `None`.
#[inline(always)]
pub fn or_none(object: *mut PyObject) -> *mut PyObject {
    // SAFETY: slots are called by an interpreter, so the table is loaded.
    if object.is_null() { unsafe { ffi::_Py_NoneStruct().cast() } } else { object }
}

/// `del x.attribute` of an attribute that can only be set.
///
/// # Errors
///
/// `AttributeError` if there is no value.
#[inline(always)]
pub fn not_deleted(value: *mut PyObject) -> PyResult<()> {
    if value.is_null() { Err(attribute_error("can't delete attribute")) } else { Ok(()) }
}

/// What a class cannot do with attributes.
#[cold]
pub fn attribute_error(text: &'static str) -> PyErr {
    PyAttributeError::new_err(text)
}

/// What a class cannot do otherwise.
#[cold]
pub fn not_implemented_error(text: &'static str) -> PyErr {
    PyNotImplementedError::new_err(text)
}

/// Lets a `__traverse__` see the contents, unless somebody writes to them.
///
/// # Safety
///
/// `object` is an instance of `T`; called by the garbage collector.
#[inline]
pub unsafe fn traverse<T: PyClass>(
    object: *mut PyObject,
    traverse: impl FnOnce(&T) -> Result<(), PyTraverseError>,
) -> Result<(), PyTraverseError> {
    // SAFETY: as the caller says.
    match unsafe { crate::impl_::class::Shared::<T>::new_quietly(object) } {
        Some(shared) => traverse(shared.get()),
        None => Ok(()),
    }
}

/// `object.__getattribute__`.
///
/// # Safety
///
/// Called from `tp_getattro`, with an instance and a string.
///
/// # Errors
///
/// What it raises.
pub unsafe fn generic_getattr(
    py: Python<'_>,
    object: *mut PyObject,
    name: *mut PyObject,
) -> PyResult<*mut PyObject> {
    // SAFETY: as the caller says.
    unsafe { ffi::PyObject_GenericGetAttr(object, name).owned_or_err(py).map(Bound::into_ptr) }
}

/// An attribute, or nothing instead of an `AttributeError`.
///
/// # Errors
///
/// Any other.
pub fn unless_missing(
    py: Python<'_>,
    found: PyResult<*mut PyObject>,
) -> PyResult<Option<*mut PyObject>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_instance_of::<PyAttributeError>(py) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Lets an instance fill a buffer. If that fails, the buffer says that it belongs to nobody.
///
/// # Safety
///
/// Called from `bf_getbuffer`.
pub unsafe fn getbuffer(
    view: *mut ffi::Py_buffer,
    fill: impl for<'py> FnOnce(Python<'py>) -> PyResult<c_int>,
) -> c_int {
    // SAFETY: as the caller says; the view is the caller's to fill.
    unsafe {
        let result = trampoline(fill);
        if result < 0 && !view.is_null() {
            (*view).obj = core::ptr::null_mut();
        }
        result
    }
}

/// Does what cannot raise: an error goes to `sys.unraisablehook`.
///
/// # Safety
///
/// Called by an interpreter with an instance.
pub unsafe fn unraisable(
    object: *mut PyObject,
    body: impl for<'py> FnOnce(Python<'py>) -> PyResult<()>,
) {
    // SAFETY: as the caller says.
    unsafe {
        let done: c_int = trampoline(|py| {
            if let Err(error) = body(py) {
                error.write_unraisable(py, Some(&object.borrowed(py)));
            }
            Ok(0)
        });
        if done < 0 {
            // A panic.
            ffi::PyErr_WriteUnraisable(object);
        }
    }
}
