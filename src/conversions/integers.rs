//! Integers of every width, and `bool`.

use core::convert::Infallible;
use core::ffi::{c_longlong, c_ulonglong};
use core::num::NonZero;

use everypy_ffi as ffi;
use everypy_shims::object::{self, SmallInts};

use super::packed;
use crate::conversion::{FromPyObject, IntoPyObject, read_exact, read_while};
use crate::err::{PyErr, PyResult};
use crate::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Borrowed, Bound};
use crate::marker::Python;
use crate::type_object::PyTypeInfo as _;
use crate::types::{
    PyAny, PyAnyMethods as _, PyBool, PyBytes, PyBytesMethods, PyInt, PyList, PyStringMethods as _,
    PyTypeMethods as _,
};

/// What C has for the widest integers.
const _: () = assert!(size_of::<c_longlong>() == 8, "`long long` has 64 bits");

#[inline(always)]
fn small_int(object: Borrowed<'_, '_, PyAny>) -> Option<i64> {
    // SAFETY: attached; alive.
    SmallInts::known().and_then(|ints| unsafe { ints.value(object.as_ptr()) })
}

/// Whether `object` is an `int` for sure. Where that cannot be read, `PyNumber_Index` asks faster than we can.
#[inline(always)]
fn is_known_int(object: Borrowed<'_, '_, PyAny>) -> bool {
    // SAFETY: attached; alive.
    let exact = unsafe { object::is_seen_to_be(object.as_ptr(), ffi::PyLong_Type()) };
    exact || object::reads_types() && PyInt::is_type_of(&object)
}

/// The value of an `int`, not of a subclass, if it fits into 64 bits with a sign. No code runs.
///
/// # Safety
///
/// Attached; alive.
#[inline]
unsafe fn exact_int(object: *mut ffi::PyObject) -> Option<i64> {
    // SAFETY: as the caller says.
    unsafe {
        let call = || ffi::PyLong_AsLongLong(object);
        read_exact(object, ffi::PyLong_Type(), call, -1)
    }
}

/// The value of an object with `__index__`, if it fits into 64 bits with a sign.
#[inline(never)]
fn signed(object: Borrowed<'_, '_, PyAny>) -> PyResult<i64> {
    if object::long_takes_index_only() || is_known_int(object) {
        return signed_of_int(object);
    }
    signed_of_index(object)
}

#[inline(never)]
fn signed_of_index(object: Borrowed<'_, '_, PyAny>) -> PyResult<i64> {
    signed_of_int(index(object)?.as_borrowed())
}

fn signed_of_int(int: Borrowed<'_, '_, PyAny>) -> PyResult<i64> {
    // SAFETY: attached; an int.
    let value = unsafe { ffi::PyLong_AsLongLong(int.as_ptr()) };
    if value == -1 && PyErr::occurred(int.py()) { Err(PyErr::fetch(int.py())) } else { Ok(value) }
}

/// The value of an object with `__index__`, if it fits into 64 bits without a sign.
#[inline(never)]
fn unsigned(object: Borrowed<'_, '_, PyAny>) -> PyResult<u64> {
    if is_known_int(object) {
        return unsigned_of_int(object);
    }
    unsigned_of_int(index(object)?.as_borrowed())
}

fn unsigned_of_int(int: Borrowed<'_, '_, PyAny>) -> PyResult<u64> {
    // SAFETY: attached; an int.
    let value = unsafe { ffi::PyLong_AsUnsignedLongLong(int.as_ptr()) };
    if value == c_ulonglong::MAX && PyErr::occurred(int.py()) {
        Err(PyErr::fetch(int.py()))
    } else {
        Ok(value)
    }
}

/// `operator.index(object)`: the `int` that an object stands for. A `float` stands for none.
///
/// C API: [`PyNumber_Index`](https://docs.python.org/3/c-api/number.html#c.PyNumber_Index).
fn index<'py>(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: attached; alive; the result is a new int or null with an exception.
    unsafe { ffi::PyNumber_Index(object.as_ptr()).owned_or_err(object.py()) }
}

#[cold]
fn out_of_range(name: &str) -> PyErr {
    PyOverflowError::new_err(format!(
        "out of range integral type conversion attempted: not in the range of {name}"
    ))
}

/// Integers that go through a 64-bit one.
macro_rules! integers {
    ($($ty:ident through $from:ident, $to:ident as $wide:ident;)*) => {
        $(
            impl<'a, 'py> FromPyObject<'a, 'py> for $ty {
                type Error = PyErr;

                #[inline]
                fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                    if let Some(value) = small_int(object)
                        && let Ok(value) = $ty::try_from(value)
                    {
                        return Ok(value);
                    }
                    $ty::try_from($from(object)?).map_err(|_| out_of_range(stringify!($ty)))
                }

                const READS: bool = true;

                #[inline]
                unsafe fn read_all(objects: &[*mut ffi::PyObject], values: &mut Vec<Self>) {
                    // SAFETY: as the caller says.
                    unsafe {
                        if let Some(ints) = SmallInts::known() {
                            let read = |object| $ty::try_from(ints.value(object)?).ok();
                            read_while::<4, _>(objects, values, read);
                        } else {
                            let read = |object| $ty::try_from(exact_int(object)?).ok();
                            read_while::<4, _>(objects, values, read);
                        }
                    }
                }

                integers!(@bytes_in $ty);
            }

            impl<'py> IntoPyObject<'py> for $ty {
                type Target = PyInt;
                type Output = Bound<'py, PyInt>;
                type Error = Infallible;

                #[inline]
                fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                    // SAFETY: attached; the result is a new int.
                    Ok(unsafe { ffi::$to(self as $wide).owned(py).cast_into_unchecked() })
                }

                #[inline]
                fn into_c(self, _py: Python<'py>) -> PyResult<*mut ffi::PyObject> {
                    // SAFETY: attached.
                    Ok(unsafe { ffi::$to(self as $wide) })
                }

                #[inline]
                fn sequence_into_pylist<I>(elements: I, py: Python<'py>) -> PyResult<Bound<'py, PyList>>
                where
                    I: ExactSizeIterator<Item = Self>,
                {
                    packed::list(py, elements)
                }

                integers!(@bytes_out $ty);
            }

            integers!(@reference $ty);
        )*
    };
    (@reference $ty:ident) => {
        impl<'py> IntoPyObject<'py> for &$ty {
            type Target = PyInt;
            type Output = Bound<'py, PyInt>;
            type Error = Infallible;

            #[inline]
            fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                (*self).into_pyobject(py)
            }

            #[inline]
            fn into_c(self, py: Python<'py>) -> PyResult<*mut ffi::PyObject> {
                (*self).into_c(py)
            }

            #[inline]
            fn sequence_into_pylist<I>(elements: I, py: Python<'py>) -> PyResult<Bound<'py, PyList>>
            where
                I: ExactSizeIterator<Item = Self>,
            {
                $ty::sequence_into_pylist(elements.copied(), py)
            }

            integers!(@bytes_out_reference $ty);
        }
    };
    (@bytes_in u8) => {
        fn vec_of_bytes(object: Borrowed<'_, 'py, PyAny>) -> Option<Vec<u8>> {
            object.cast::<PyBytes>().ok().map(|bytes| PyBytesMethods::as_bytes(&*bytes).to_vec())
        }
    };
    (@bytes_out u8) => {
        fn sequence_into_pyobject<I>(sequence: I, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>
        where
            I: IntoIterator<Item = Self>,
            I::IntoIter: ExactSizeIterator<Item = Self>,
        {
            let bytes: Vec<u8> = sequence.into_iter().collect();
            Ok(PyBytes::new(py, &bytes).into_any())
        }
    };
    (@bytes_out_reference u8) => {
        fn sequence_into_pyobject<I>(sequence: I, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>
        where
            I: IntoIterator<Item = Self>,
            I::IntoIter: ExactSizeIterator<Item = Self>,
        {
            u8::sequence_into_pyobject(sequence.into_iter().copied(), py)
        }
    };
    (@$any:ident $ty:ident) => {};
}

integers! {
    i8 through signed, PyLong_FromLongLong as i64;
    i16 through signed, PyLong_FromLongLong as i64;
    i32 through signed, PyLong_FromLongLong as i64;
    i64 through signed, PyLong_FromLongLong as i64;
    isize through signed, PyLong_FromLongLong as i64;
    u8 through signed, PyLong_FromLongLong as i64;
    u16 through signed, PyLong_FromLongLong as i64;
    u32 through signed, PyLong_FromLongLong as i64;
    u64 through unsigned, PyLong_FromUnsignedLongLong as u64;
    usize through unsigned, PyLong_FromUnsignedLongLong as u64;
}

/// Integers of 128 bits: a high half with the sign of the type, and a low one.
macro_rules! wide_integers {
    ($($ty:ident high $half:ident through $from:ident;)*) => {
        $(
            impl<'a, 'py> FromPyObject<'a, 'py> for $ty {
                type Error = PyErr;

                fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                    let py = object.py();
                    let int = index(object)?;
                    // SAFETY: attached; an int, of which any fits when only its low bits are taken.
                    let low = unsafe { ffi::PyLong_AsUnsignedLongLongMask(int.as_ptr()) };
                    if low == c_ulonglong::MAX && PyErr::occurred(py) {
                        return Err(PyErr::fetch(py));
                    }
                    let high: $half = $from(int.rshift(64_u8)?.as_borrowed())?;
                    Ok(($ty::from(high) << 64) | $ty::from(low))
                }
            }

            impl<'py> IntoPyObject<'py> for $ty {
                type Target = PyInt;
                type Output = Bound<'py, PyInt>;
                type Error = PyErr;

                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    if let Ok(value) = $half::try_from(self) {
                        return Ok(value.into_pyobject(py)?);
                    }
                    let high = ((self >> 64) as $half).into_pyobject(py)?;
                    let int = high.lshift(64_u8)?.bitor(self as u64)?;
                    Ok(int.cast_into()?)
                }
            }

            impl<'py> IntoPyObject<'py> for &$ty {
                type Target = PyInt;
                type Output = Bound<'py, PyInt>;
                type Error = PyErr;

                fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                    (*self).into_pyobject(py)
                }
            }
        )*
    };
}

wide_integers! {
    i128 high i64 through signed;
    u128 high u64 through unsigned;
}

macro_rules! non_zero {
    ($($ty:ident),*) => {
        $(
            impl<'a, 'py> FromPyObject<'a, 'py> for NonZero<$ty> {
                type Error = PyErr;

                fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                    NonZero::new($ty::extract(object)?)
                        .ok_or_else(|| PyValueError::new_err("invalid zero value"))
                }
            }

            impl<'py> IntoPyObject<'py> for NonZero<$ty> {
                type Target = PyInt;
                type Output = Bound<'py, PyInt>;
                type Error = <$ty as IntoPyObject<'py>>::Error;

                fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                    self.get().into_pyobject(py)
                }
            }

            impl<'py> IntoPyObject<'py> for &NonZero<$ty> {
                type Target = PyInt;
                type Output = Bound<'py, PyInt>;
                type Error = <$ty as IntoPyObject<'py>>::Error;

                fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
                    self.get().into_pyobject(py)
                }
            }
        )*
    };
}
non_zero!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl<'a, 'py> FromPyObject<'a, 'py> for bool {
    type Error = PyErr;

    /// Takes a `bool` only, and the one of NumPy, which is another class.
    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        if object.as_ptr() == PyBool::new(py, true).as_ptr() {
            Ok(true)
        } else if object.as_ptr() == PyBool::new(py, false).as_ptr() {
            Ok(false)
        } else {
            numpy_bool(object)
        }
    }
}

#[cold]
fn numpy_bool(object: Borrowed<'_, '_, PyAny>) -> PyResult<bool> {
    let class = object.get_type();
    let (module, name) = (class.module()?, class.name()?);
    // `bool_` up to NumPy 1, `bool` since 2.
    if module == "numpy" && (name == "bool_" || name == "bool") {
        return object.is_truthy();
    }
    Err(PyTypeError::new_err(format!(
        "'{}' object is not an instance of 'bool'",
        name.to_string_lossy()
    )))
}

impl<'py> IntoPyObject<'py> for bool {
    type Target = PyBool;
    type Output = Borrowed<'py, 'py, PyBool>;
    type Error = Infallible;

    #[inline]
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        Ok(PyBool::new(py, self))
    }

    #[inline]
    fn into_c(self, py: Python<'py>) -> PyResult<*mut ffi::PyObject> {
        let object = PyBool::new(py, self).as_ptr();
        // SAFETY: attached.
        unsafe { object::incref_singleton(object) };
        Ok(object)
    }
}

impl<'py> IntoPyObject<'py> for &bool {
    type Target = PyBool;
    type Output = Borrowed<'py, 'py, PyBool>;
    type Error = Infallible;

    #[inline]
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        (*self).into_pyobject(py)
    }
}
