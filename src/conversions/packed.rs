//! Lists of many numbers, made at once.
//!
//! An object that C makes costs PyPy ten times what it costs Python code there, since it is made twice. So many numbers go to
//! it as the bytes of an `array.array`, whose `tolist` makes all of the objects where Python code makes its own.

use core::slice;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::conversion::IntoPyObject;
use crate::err::PyResult;
use crate::exceptions::PyMemoryError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, Py};
use crate::intern;
use crate::marker::Python;
use crate::state::PerInterpreter;
use crate::types::{PyAny, PyAnyMethods as _, PyList};

/// From how many numbers on that is cheaper: on PyPy 7.3.11, where both cost the same at about eight.
const MANY: usize = 16;

/// A number that `array.array` knows.
///
/// # Safety
///
/// All bytes of a value are initialised, and they are those of an item of such an array.
pub(super) unsafe trait Packed: Copy {
    /// The type code.
    const CODE: &'static str;
}

macro_rules! packed {
    ($($ty:ident: $code:literal),* $(,)?) => {
        $(
            // SAFETY: C's type of this code has this size, on all platforms.
            unsafe impl Packed for $ty {
                const CODE: &'static str = $code;
            }
        )*
    };
}
packed! { i8: "b", u8: "B", i16: "h", u16: "H", i32: "i", u32: "I", i64: "q", u64: "Q", f32: "f", f64: "d" }

// SAFETY: as the integer of the same size.
unsafe impl Packed for isize {
    const CODE: &'static str = if size_of::<Self>() == 8 { i64::CODE } else { i32::CODE };
}

// SAFETY: as the integer of the same size.
unsafe impl Packed for usize {
    const CODE: &'static str = if size_of::<Self>() == 8 { u64::CODE } else { u32::CODE };
}

/// A list of numbers.
///
/// # Errors
///
/// As [`PyList::new`].
///
/// # Panics
///
/// As [`PyList::new`].
#[inline(always)]
pub(super) fn list<'py, I>(py: Python<'py>, numbers: I) -> PyResult<Bound<'py, PyList>>
where
    I: ExactSizeIterator<Item: Packed + IntoPyObject<'py>>,
{
    if numbers.len() >= MANY && object::packs_numbers() {
        at_once(py, numbers)
    } else {
        PyList::one_by_one(py, numbers)
    }
}

#[cold]
#[inline(never)]
fn at_once<'py, I>(py: Python<'py>, mut numbers: I) -> PyResult<Bound<'py, PyList>>
where
    I: ExactSizeIterator<Item: Packed>,
{
    let length = numbers.len();
    let mut all = Vec::new();
    all.try_reserve_exact(length).map_err(|error| PyMemoryError::new_err(error.to_string()))?;
    all.extend(numbers.by_ref().take(length));
    PyList::check_length(length, all.len(), &mut numbers);
    // SAFETY: the bytes of numbers are initialised.
    let bytes = unsafe { slice::from_raw_parts(all.as_ptr().cast(), size_of_val(&*all)) };
    of_bytes(py, I::Item::CODE, bytes)
}

fn of_bytes<'py>(py: Python<'py>, code: &str, bytes: &[u8]) -> PyResult<Bound<'py, PyList>> {
    static ARRAY: PerInterpreter<Py<PyAny>> = PerInterpreter::new();
    let array = ARRAY.import(py, "array", "array")?;
    let length = bytes.len() as ffi::Py_ssize_t;
    // SAFETY: attached; so many bytes are there; the result is new bytes or null with an exception.
    let bytes =
        unsafe { ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), length).owned_or_err(py)? };
    let list = array.call1((code, bytes))?.call_method0(intern!(py, "tolist"))?;
    Ok(list.cast_into()?)
}
