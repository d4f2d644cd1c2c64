//! Functions that CPython 3.8 brought; before, they were macros.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ffi::c_int;

use everypy_ffi::{self as ffi, PyObject};

use crate::object::type_of;

/// The macro looked for a slot of the type, which there is where the class has the method.
pub(super) unsafe extern "C" fn PyIter_Check(object: *mut PyObject) -> c_int {
    // SAFETY: the argument is what the real function requires; a type is an object.
    unsafe { ffi::PyObject_HasAttrString(type_of(object).cast(), c"__next__".as_ptr()) }
}
