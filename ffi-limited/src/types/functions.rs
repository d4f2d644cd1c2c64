//! The function types of the C API.

use core::ffi::{c_char, c_int, c_void};

use crate::{Py_buffer, Py_hash_t, Py_ssize_t, PyObject, PySendResult, PyTypeObject};

/// A function called with a tuple of its arguments, or with its one argument, or with null if it takes none.
pub type PyCFunction =
    unsafe extern "C" fn(slf: *mut PyObject, args: *mut PyObject) -> *mut PyObject;
/// A function called with a tuple and a dict of its arguments; the dict may be null.
pub type PyCFunctionWithKeywords = unsafe extern "C" fn(
    slf: *mut PyObject,
    args: *mut PyObject,
    kwargs: *mut PyObject,
) -> *mut PyObject;
/// A function called with an array of its arguments.
pub type PyCFunctionFast = unsafe extern "C" fn(
    slf: *mut PyObject,
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
) -> *mut PyObject;
/// A function called with an array of its arguments, those by keyword at its end, and a tuple of their names.
pub type PyCFunctionFastWithKeywords = unsafe extern "C" fn(
    slf: *mut PyObject,
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwnames: *mut PyObject,
) -> *mut PyObject;
/// The same with the class that defines the method.
pub type PyCMethod = unsafe extern "C" fn(
    slf: *mut PyObject,
    defining_class: *mut PyTypeObject,
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwnames: *mut PyObject,
) -> *mut PyObject;

/// `f(x)`, as in `tp_repr`, `nb_negative`.
pub type unaryfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
/// `f(x, y)`, as in `nb_add`.
pub type binaryfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
/// `f(x, y, z)`, as in `nb_power`, `tp_call`.
pub type ternaryfunc =
    unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
/// A yes or no, as in `nb_bool`; also `tp_clear`.
pub type inquiry = unsafe extern "C" fn(*mut PyObject) -> c_int;
/// `len(x)`.
pub type lenfunc = unsafe extern "C" fn(*mut PyObject) -> Py_ssize_t;
/// `x[i]` of a sequence, and `x * i`.
pub type ssizeargfunc = unsafe extern "C" fn(*mut PyObject, Py_ssize_t) -> *mut PyObject;
/// `x[i:j]` of old.
pub type ssizessizeargfunc =
    unsafe extern "C" fn(*mut PyObject, Py_ssize_t, Py_ssize_t) -> *mut PyObject;
/// `x[i] = y` of a sequence, and `del x[i]` with null for `y`.
pub type ssizeobjargproc = unsafe extern "C" fn(*mut PyObject, Py_ssize_t, *mut PyObject) -> c_int;
/// `x[i:j] = y` of old.
pub type ssizessizeobjargproc =
    unsafe extern "C" fn(*mut PyObject, Py_ssize_t, Py_ssize_t, *mut PyObject) -> c_int;
/// `x[y] = z` of a mapping, and `del x[y]` with null for `z`.
pub type objobjargproc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
/// `y in x`.
pub type objobjproc = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int;
/// What a `tp_traverse` calls for each object that its own one refers to.
pub type visitproc = unsafe extern "C" fn(object: *mut PyObject, arg: *mut c_void) -> c_int;
/// `tp_traverse`: shows the garbage collector what an object refers to.
pub type traverseproc =
    unsafe extern "C" fn(slf: *mut PyObject, visit: visitproc, arg: *mut c_void) -> c_int;
/// `tp_free`: gives an object's memory back.
pub type freefunc = unsafe extern "C" fn(*mut c_void);
/// `tp_dealloc`, `tp_finalize`: ends an object.
pub type destructor = unsafe extern "C" fn(*mut PyObject);
/// `tp_getattr`: an attribute by a C string.
pub type getattrfunc = unsafe extern "C" fn(*mut PyObject, *mut c_char) -> *mut PyObject;
/// `tp_getattro`: an attribute by a `str`.
pub type getattrofunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
/// `tp_setattr`: sets an attribute, or deletes it with null, by a C string.
pub type setattrfunc = unsafe extern "C" fn(*mut PyObject, *mut c_char, *mut PyObject) -> c_int;
/// `tp_setattro`: sets an attribute, or deletes it with null, by a `str`.
pub type setattrofunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
/// `tp_repr`, `tp_str`.
pub type reprfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
/// `tp_hash`; -1 is an error.
pub type hashfunc = unsafe extern "C" fn(*mut PyObject) -> Py_hash_t;
/// `tp_richcompare`, with `Py_LT` … `Py_GE` as the operation.
pub type richcmpfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, c_int) -> *mut PyObject;
/// `tp_iter`.
pub type getiterfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
/// `tp_iternext`: null without an exception ends the iteration.
pub type iternextfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
/// `tp_descr_get`: of the descriptor, the object or null, the type or null.
pub type descrgetfunc =
    unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
/// `tp_descr_set`: sets a descriptor's value for an object, or deletes it with null.
pub type descrsetfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
/// `tp_init`: of the object, a tuple, a dict or null.
pub type initproc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
/// `tp_new`: of the type, a tuple, a dict or null.
pub type newfunc =
    unsafe extern "C" fn(*mut PyTypeObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
/// `tp_alloc`: of the type and the number of items.
pub type allocfunc = unsafe extern "C" fn(*mut PyTypeObject, Py_ssize_t) -> *mut PyObject;
/// A vectorcall: arguments in an array, those by keyword at its end, `nargsf` counts those by position.
pub type vectorcallfunc = unsafe extern "C" fn(
    callable: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject;
/// `am_send`: says with a [`PySendResult`] what `result` is.
pub type sendfunc = unsafe extern "C" fn(
    iter: *mut PyObject,
    value: *mut PyObject,
    result: *mut *mut PyObject,
) -> PySendResult;
/// `bf_getbuffer`: fills the buffer.
pub type getbufferproc = unsafe extern "C" fn(*mut PyObject, *mut Py_buffer, c_int) -> c_int;
/// `bf_releasebuffer`.
pub type releasebufferproc = unsafe extern "C" fn(*mut PyObject, *mut Py_buffer);
/// Gets a computed attribute.
pub type getter = unsafe extern "C" fn(slf: *mut PyObject, closure: *mut c_void) -> *mut PyObject;
/// Sets a computed attribute, or deletes it with null.
pub type setter =
    unsafe extern "C" fn(slf: *mut PyObject, value: *mut PyObject, closure: *mut c_void) -> c_int;
/// What a capsule calls when it ends.
pub type PyCapsule_Destructor = unsafe extern "C" fn(capsule: *mut PyObject);
/// A signal handler, as `PyOS_getsig` gives it.
pub type PyOS_sighandler_t = unsafe extern "C" fn(signal: c_int);
