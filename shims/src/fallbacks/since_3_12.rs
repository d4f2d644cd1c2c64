//! Functions that CPython 3.12 brought to the limited API.

#![expect(non_snake_case, reason = "the names are those of the C API")]

use core::ptr::null_mut;

use everypy_ffi::{self as ffi, Py_ssize_t, PyObject};

use crate::fast::fast;
use crate::object::{decref, has_type_flag, incref, is_instance, xdecref};

/// Room for one more argument in front of those that are passed, which the callee may overwrite.
const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

/// A call with a tuple and a dict made of the vector, but where there is a function that takes the vector and a dict, and
/// for a few arguments without keywords: as a list of arguments of C they take no memory.
pub(super) unsafe extern "C" fn PyObject_Vectorcall(
    callable: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    if kwnames.is_null()
        && let Some(call) = fast().vectorcall_dict
    {
        // SAFETY: passed on as it came; no keyword arguments are a null dict.
        return unsafe { call(callable, args, nargsf, null_mut()) };
    }
    let positional = nargsf & !ARGUMENTS_OFFSET;
    // SAFETY: `args` holds `positional` arguments and one for each of `kwnames`, by the protocol.
    unsafe {
        if kwnames.is_null() && positional <= 3 {
            // The first null is the end.
            let arg = |index| if index < positional { *args.add(index) } else { null_mut() };
            let call = ffi::PyObject_CallFunctionObjArgs();
            return call(callable, arg(0), arg(1), arg(2), null_mut::<PyObject>());
        }
        let tuple = tuple_of(args, positional);
        if tuple.is_null() {
            return null_mut();
        }
        let keywords = keywords_of(args.add(positional), kwnames);
        let result = match keywords {
            Err(()) => null_mut(),
            Ok(keywords) => {
                let result = ffi::PyObject_Call(callable, tuple, keywords);
                xdecref(keywords);
                result
            }
        };
        xdecref(tuple);
        result
    }
}

/// A look-up of the attribute and a call of it.
pub(super) unsafe extern "C" fn PyObject_VectorcallMethod(
    name: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    let positional = nargsf & !ARGUMENTS_OFFSET;
    // SAFETY: the first of the arguments is the object whose method is called, by the protocol.
    unsafe {
        let method = ffi::PyObject_GetAttr(*args, name);
        if method.is_null() {
            return null_mut();
        }
        let result = ffi::PyObject_Vectorcall(method, args.add(1), positional - 1, kwnames);
        decref(method);
        result
    }
}

/// A new tuple of `count` objects, or null with an exception.
unsafe fn tuple_of(objects: *const *mut PyObject, count: usize) -> *mut PyObject {
    // SAFETY: `objects` holds `count` live objects, says the caller; a new tuple takes a reference to each.
    unsafe {
        let tuple = ffi::PyTuple_New(count as Py_ssize_t);
        if !tuple.is_null() {
            for index in 0..count {
                let object = *objects.add(index);
                incref(object);
                ffi::PyTuple_SetItem(tuple, index as Py_ssize_t, object);
            }
        }
        tuple
    }
}

/// A new dict of the names and the values, null if there are no names, or an error with an exception.
unsafe fn keywords_of(
    values: *const *mut PyObject,
    names: *mut PyObject,
) -> Result<*mut PyObject, ()> {
    if names.is_null() {
        return Ok(null_mut());
    }
    // SAFETY: `names` is a tuple of str and `values` holds one value for each, says the caller.
    unsafe {
        let dict = ffi::PyDict_New();
        if dict.is_null() {
            return Err(());
        }
        for index in 0..ffi::PyTuple_Size(names) {
            let name = ffi::PyTuple_GetItem(names, index);
            if ffi::PyDict_SetItem(dict, name, *values.add(index as usize)) != 0 {
                xdecref(dict);
                return Err(());
            }
        }
        Ok(dict)
    }
}

/// The instance is made by a call, since `PyErr_NormalizeException` ends the process on PyPy where a class refuses its
/// arguments. What such a call raises takes the exception's place. That is left to `PyErr_NormalizeException`: where the
/// depth of recursion is used up each call raises, and it alone may go a little deeper.
pub(super) unsafe extern "C" fn PyErr_GetRaisedException() -> *mut PyObject {
    let (mut class, mut value, mut traceback) = (null_mut(), null_mut(), null_mut());
    // SAFETY: the three out parameters are ours; each is null or an owned reference afterwards.
    unsafe {
        ffi::PyErr_Fetch(&raw mut class, &raw mut value, &raw mut traceback);
        if class.is_null() {
            return null_mut();
        }
        if value.is_null() || !is_instance(value, class.cast()) {
            let made = instance(class, value);
            if made.is_null() {
                xdecref(class);
                xdecref(value);
                xdecref(traceback);
                ffi::PyErr_Fetch(&raw mut class, &raw mut value, &raw mut traceback);
                ffi::PyErr_NormalizeException(&raw mut class, &raw mut value, &raw mut traceback);
            } else {
                xdecref(value);
                value = made;
            }
        }
        if !traceback.is_null() {
            if ffi::PyException_SetTraceback(value, traceback) != 0 {
                ffi::PyErr_Clear();
            }
            decref(traceback);
        }
        decref(class);
    }
    value
}

/// An instance of an exception class, or null with an exception. No value or `None` is no argument, a tuple is all of
/// them, and anything else the only one.
unsafe fn instance(class: *mut PyObject, value: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's `class` is an exception class and `value` alive or null.
    unsafe {
        let none = value.is_null() || value == ffi::_Py_NoneStruct().cast();
        if !none && has_type_flag(value, ffi::Py_TPFLAGS_TUPLE_SUBCLASS as _) {
            return ffi::PyObject_CallObject(class, value);
        }
        let only = if none { null_mut() } else { value };
        ffi::PyObject_CallFunctionObjArgs()(class, only, null_mut::<PyObject>())
    }
}

pub(super) unsafe extern "C" fn PyErr_SetRaisedException(exception: *mut PyObject) {
    // SAFETY: `exception` is an owned reference to an exception instance, or null, which clears the indicator.
    // `PyErr_Restore` takes over the references to all three.
    unsafe {
        if exception.is_null() {
            ffi::PyErr_Clear();
            return;
        }
        let class = ffi::PyObject_Type(exception);
        let traceback = ffi::PyException_GetTraceback(exception);
        ffi::PyErr_Restore(class, exception, traceback);
    }
}
