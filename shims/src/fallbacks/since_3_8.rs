//! Functions that CPython 3.8 brought; before, some were macros.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ffi::c_int;

use everypy_ffi::{self as ffi, PyInterpreterState, PyObject};

use crate::object::type_of;

/// A dict in `sys`, which is cleared with the interpreter too.
pub(super) unsafe extern "C" fn PyInterpreterState_GetDict(
    _interpreter: *mut PyInterpreterState,
) -> *mut PyObject {
    let name = c"_interpreter_dict".as_ptr();
    // SAFETY: attached to the interpreter, as the only caller is; the first function borrows, the second returns a new
    // reference or null with an exception.
    unsafe {
        let mut dict = ffi::PySys_GetObject(name);
        if dict.is_null() {
            dict = ffi::PyDict_New();
            if dict.is_null() || ffi::PySys_SetObject(name, dict) < 0 {
                // The real function has no other way to say that there is none.
                ffi::PyErr_Clear();
            }
            ffi::Py_DecRef(dict);
            dict = ffi::PySys_GetObject(name);
        }
        dict
    }
}

/// The macro looked for a slot of the type, which there is where the class has the method.
pub(super) unsafe extern "C" fn PyIter_Check(object: *mut PyObject) -> c_int {
    // SAFETY: the argument is what the real function requires; a type is an object.
    unsafe { ffi::PyObject_HasAttrString(type_of(object).cast(), c"__next__".as_ptr()) }
}
