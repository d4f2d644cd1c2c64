//! The rows of the C API: those that an interpreter lacks, and those that are made of others where it does.

use core::ffi::CStr;
use core::ptr::{from_ref, null_mut};

use pyo3::exceptions::{
    PyAttributeError, PyIndexError, PyKeyError, PySystemError, PyTypeError, PyUnicodeDecodeError, PyValueError,
    PyZeroDivisionError,
};
use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::check::{define, eval, is_cpython, is_graalpy, raises};

tests![
    a_function_that_returns_a_status,
    a_function_that_returns_an_object,
    a_function_that_returns_nothing,
    stubs_of_the_interpreter,
    variables,
    vectorcall,
    vectorcall_with_keywords,
    vectorcall_of_methods,
    calls_without_arguments,
    the_raised_exception,
    a_raised_class,
    items_of_dicts,
    items_of_lists,
    modules_by_name,
    optional_attributes,
    deleted_attributes,
    new_references,
    identity,
    types,
    interpreters,
    names_of_modules,
    lengths,
    iterators,
    texts,
];

/// What a call of a row gave: the failure value, and the exception.
#[track_caller]
fn check_missing(py: Python<'_>, name: &str, since: (u8, u8), there: bool, failed: bool) {
    let error = PyErr::take(py);
    if there {
        assert!(!failed, "{error:?}");
        return;
    }
    assert!(failed, "{name} does not fail");
    let error = error.expect("a stub raises");
    assert!(error.is_instance_of::<PySystemError>(py), "{error}");
    let runtime = py.runtime();
    let expected = if is_cpython(py) {
        format!("{name} needs CPython {}.{} or newer; this is {runtime}", since.0, since.1)
    } else {
        format!("{name} is a part of CPython's C API that {runtime} does not have")
    };
    assert_eq!(error.to_string(), format!("SystemError: {expected}"));
}

/// Whether this is a CPython of at least this version.
fn cpython(py: Python<'_>, feature: (u8, u8)) -> bool {
    is_cpython(py) && py.runtime().python.feature() >= feature
}

fn a_function_that_returns_a_status(py: Python<'_>) {
    let class = define(py, "Class", "class Class: pass");
    // SAFETY: attached; a class.
    let result = unsafe { ffi::PyType_Freeze(class.as_ptr().cast()) };
    check_missing(py, "PyType_Freeze", (3, 14), cpython(py, (3, 14)), result == -1);
}

fn a_function_that_returns_an_object(py: Python<'_>) {
    // SAFETY: attached; 0 is the number of `None`; the result is a new reference or null.
    let none = unsafe { Bound::from_owned_ptr_or_opt(py, ffi::Py_GetConstant(0)) };
    check_missing(py, "Py_GetConstant", (3, 13), cpython(py, (3, 13)), none.is_none());
    assert!(none.is_none_or(|none| none.is_none()));
}

fn a_function_that_returns_nothing(py: Python<'_>) {
    // SAFETY: attached; nothing is handled, so nothing is what it is set to.
    unsafe { ffi::PyErr_SetHandledException(null_mut()) };
    let there = match py.runtime().python.feature() {
        _ if is_graalpy(py) => true,
        feature => feature >= (3, 11),
    };
    let failed = PyErr::occurred(py);
    check_missing(py, "PyErr_SetHandledException", (3, 11), there, failed);
}

/// GraalPy exports functions that end the process when they are called; here they are as if they were not there.
fn stubs_of_the_interpreter(py: Python<'_>) {
    let value = eval(py, "5");
    // SAFETY: attached; a C string and an object.
    let result = unsafe { ffi::PySys_SetObject(c"everypy_suite_value".as_ptr(), value.as_ptr()) };
    check_missing(py, "PySys_SetObject", (3, 7), !is_graalpy(py), result == -1);
    if !is_graalpy(py) {
        let sys = py.import("sys").unwrap();
        assert!(sys.getattr("everypy_suite_value").unwrap().is(&value));
        sys.delattr("everypy_suite_value").unwrap();
    }
}

fn variables(py: Python<'_>) {
    // SAFETY: attached; each is the address of a variable that holds a class, or null.
    unsafe {
        let class = ffi::PyExc_ValueError();
        assert!(eval(py, "ValueError").is(Bound::from_borrowed_ptr(py, *class)));
        let aliases = [ffi::PyExc_OSError(), ffi::PyExc_IOError(), ffi::PyExc_EnvironmentError()];
        assert!(aliases.iter().all(|alias| eval(py, "OSError").is(Bound::from_borrowed_ptr(py, **alias))));
        let newer = ffi::PyExc_EncodingWarning();
        let there = py.import("builtins").unwrap().hasattr("EncodingWarning").unwrap();
        assert_eq!(newer.is_null(), !there);
        assert_eq!(ffi::_Py_NoneStruct().cast(), py.None().as_ptr());
        assert_eq!(ffi::PyLong_Type().cast(), eval(py, "int").as_ptr());
    }
}

/// The pointers of objects, as an argument vector.
fn vector(objects: &[Bound<'_, PyAny>]) -> Vec<*mut PyObject> {
    objects.iter().map(Bound::as_ptr).collect()
}

const ALL: &str = "lambda *args, **kwargs: (args, kwargs)";
/// One place before the first argument may be used by the callee.
const OFFSET: usize = 1 << (usize::BITS - 1);

#[track_caller]
fn check(py: Python<'_>, result: *mut PyObject, expected: &str) {
    // SAFETY: a new reference or null with an exception.
    let result = unsafe { Bound::from_owned_ptr_or_err(py, result) }.unwrap();
    assert!(result.eq(eval(py, expected)).unwrap(), "{result} instead of {expected}");
}

/// The exception of a call that returned null.
fn failure(py: Python<'_>, result: *mut PyObject) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: a new reference or null with an exception.
    unsafe { Bound::from_owned_ptr_or_err(py, result) }
}

fn vectorcall(py: Python<'_>) {
    let (all, failing) = (eval(py, ALL), eval(py, "lambda *args: 1 // 0"));
    let args = [eval(py, "'unused'"), eval(py, "1"), eval(py, "'two'")];
    let args = vector(&args);
    // SAFETY: attached; as many arguments as are said; with the flag, the place before them may be written.
    unsafe {
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), args[1..].as_ptr(), 2, null_mut()), "((1, 'two'), {})");
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), args[1..].as_ptr(), 1, null_mut()), "((1,), {})");
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), core::ptr::null(), 0, null_mut()), "((), {})");
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), args.as_ptr().add(1), 2 | OFFSET, null_mut()), "((1, 'two'), {})");
        let result = ffi::PyObject_Vectorcall(failing.as_ptr(), args[1..].as_ptr(), 2, null_mut());
        raises::<PyZeroDivisionError, _, _>(py, failure(py, result));
        let result = ffi::PyObject_Vectorcall(args[1], args[1..].as_ptr(), 1, null_mut());
        raises::<PyTypeError, _, _>(py, failure(py, result));
    }
}

fn vectorcall_with_keywords(py: Python<'_>) -> PyResult<()> {
    let (all, positional) = (eval(py, ALL), eval(py, "lambda a: a"));
    let args = [eval(py, "1"), eval(py, "2"), eval(py, "3")];
    let args = vector(&args);
    let names = PyTuple::new(py, ["x", "y"])?;
    let none = PyTuple::empty(py);
    // SAFETY: attached; one argument and a value for each name.
    unsafe {
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), args.as_ptr(), 1, names.as_ptr()), "((1,), {'x': 2, 'y': 3})");
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), args[1..].as_ptr(), 0, names.as_ptr()), "((), {'x': 2, 'y': 3})");
        check(py, ffi::PyObject_Vectorcall(all.as_ptr(), args.as_ptr(), 2, none.as_ptr()), "((1, 2), {})");
        let result = ffi::PyObject_Vectorcall(positional.as_ptr(), args.as_ptr(), 1, names.as_ptr());
        raises::<PyTypeError, _, _>(py, failure(py, result));
    }
    Ok(())
}

fn vectorcall_of_methods(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", "
class Object:
    def method(self, *args, **kwargs):
        return (args, kwargs)

object = Object()
");
    let args = [object, eval(py, "1"), eval(py, "2")];
    let args = vector(&args);
    let (method, missing) = (PyString::new(py, "method"), PyString::new(py, "missing"));
    let names = PyTuple::new(py, ["x"])?;
    // SAFETY: attached; the object is the first of the arguments that are said.
    unsafe {
        check(py, ffi::PyObject_VectorcallMethod(method.as_ptr(), args.as_ptr(), 1, null_mut()), "((), {})");
        check(py, ffi::PyObject_VectorcallMethod(method.as_ptr(), args.as_ptr(), 3, null_mut()), "((1, 2), {})");
        check(py, ffi::PyObject_VectorcallMethod(method.as_ptr(), args.as_ptr(), 2, names.as_ptr()), "((1,), {'x': 2})");
        let result = ffi::PyObject_VectorcallMethod(missing.as_ptr(), args.as_ptr(), 1, null_mut());
        raises::<PyAttributeError, _, _>(py, failure(py, result));
    }
    Ok(())
}

fn calls_without_arguments(py: Python<'_>) {
    let (all, failing) = (eval(py, ALL), eval(py, "lambda: 1 // 0"));
    // SAFETY: attached; alive.
    unsafe {
        check(py, ffi::PyObject_CallNoArgs(all.as_ptr()), "((), {})");
        raises::<PyZeroDivisionError, _, _>(py, failure(py, ffi::PyObject_CallNoArgs(failing.as_ptr())));
    }
}

fn the_raised_exception(py: Python<'_>) {
    // SAFETY: attached; references are given and taken as the functions say.
    unsafe {
        assert!(ffi::PyErr_GetRaisedException().is_null());
        let error = define(py, "failing", "def failing(): raise ValueError('set')").call0().unwrap_err();
        let (value, traceback) = (error.value(py).clone(), error.traceback(py).unwrap());
        ffi::PyErr_SetRaisedException(value.clone().into_ptr());
        assert!(PyErr::occurred(py));
        let raised = Bound::from_owned_ptr(py, ffi::PyErr_GetRaisedException());
        assert!(!PyErr::occurred(py));
        assert!(raised.is(&value) && raised.getattr("__traceback__").unwrap().is(&traceback));
        ffi::PyErr_SetRaisedException(value.into_ptr());
        ffi::PyErr_SetRaisedException(null_mut());
        assert!(!PyErr::occurred(py));
    }
}

/// Set by class and arguments, taken as an instance.
fn a_raised_class(py: Python<'_>) {
    let check = |arguments: Option<&str>, expected: &str| {
        let arguments = arguments.map(|arguments| eval(py, arguments));
        // SAFETY: attached; a class and its arguments.
        let raised = unsafe {
            match arguments {
                Some(arguments) => ffi::PyErr_SetObject(*ffi::PyExc_KeyError(), arguments.as_ptr()),
                None => ffi::PyErr_SetNone(*ffi::PyExc_KeyError()),
            }
            Bound::from_owned_ptr(py, ffi::PyErr_GetRaisedException())
        };
        assert!(raised.is_exact_instance_of::<PyKeyError>());
        assert_eq!(raised.getattr("args").unwrap().to_string(), expected);
    };
    check(None, "()");
    check(Some("None"), "()");
    check(Some("5"), "(5,)");
    check(Some("(1, 2)"), "(1, 2)");
    check(Some("((1, 2),)"), "((1, 2),)");
    check(Some("KeyError('instance')"), "('instance',)");
    // A class that refuses: what it raises is what is raised. An object of another class is an argument.
    // SAFETY: attached; as above.
    unsafe {
        ffi::PyErr_SetObject(*ffi::PyExc_UnicodeDecodeError(), PyString::new(py, "one").as_ptr());
        let raised = Bound::from_owned_ptr(py, ffi::PyErr_GetRaisedException());
        assert!(raised.is_exact_instance_of::<PyTypeError>(), "{raised:?}");
        ffi::PyErr_SetObject(*ffi::PyExc_KeyError(), eval(py, "ValueError()").as_ptr());
        let raised = Bound::from_owned_ptr(py, ffi::PyErr_GetRaisedException());
        assert!(raised.getattr("args").unwrap().get_item(0).unwrap().is_exact_instance_of::<PyValueError>());
    }
    assert!(!PyErr::occurred(py));
}

fn items_of_dicts(py: Python<'_>) {
    let dict = eval(py, "{'key': [5]}").cast_into::<PyDict>().unwrap();
    let get = |key: &str| {
        let (key, mut value) = (eval(py, key), core::ptr::dangling_mut::<PyObject>());
        // SAFETY: attached; `value` takes a new reference or null.
        unsafe {
            let status = ffi::PyDict_GetItemRef(dict.as_ptr(), key.as_ptr(), &raw mut value);
            (status, Bound::from_owned_ptr_or_opt(py, value))
        }
    };
    let (status, value) = get("'key'");
    assert!(status == 1 && value.unwrap().eq(vec![5]).unwrap());
    let (status, value) = get("'missing'");
    assert!(status == 0 && value.is_none() && !PyErr::occurred(py));
    let (status, value) = get("[]");
    assert!(status == -1 && value.is_none());
    assert!(PyErr::take(py).unwrap().is_instance_of::<PyTypeError>(py));
}

fn items_of_lists(py: Python<'_>) -> PyResult<()> {
    let list = PyList::new(py, ["a", "b"])?;
    // SAFETY: attached; a list; the result is a new reference or null with an exception.
    unsafe {
        check(py, ffi::PyList_GetItemRef(list.as_ptr(), 1), "'b'");
        for index in [2, -1, isize::MAX, isize::MIN] {
            raises::<PyIndexError, _, _>(py, failure(py, ffi::PyList_GetItemRef(list.as_ptr(), index)));
        }
    }
    Ok(())
}

fn modules_by_name(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?;
    // SAFETY: attached; a C string; the result is a new reference.
    let add = |name: &CStr| unsafe { failure(py, ffi::PyImport_AddModuleRef(name.as_ptr())) };
    assert!(add(c"sys")?.is(py.import("sys")?));
    let module = add(c"everypy_suite_added")?;
    assert!(modules.get_item("everypy_suite_added")?.is(&module));
    assert!(add(c"everypy_suite_added")?.is(&module));
    modules.del_item("everypy_suite_added")?;
    assert!(module.cast::<PyModule>()?.name()? == "everypy_suite_added");
    Ok(())
}

fn optional_attributes(py: Python<'_>) {
    let object = define(py, "object", "
class Object:
    value = 5

    @property
    def failing(self):
        return 1 // 0

object = Object()
");
    let get = |name: &str| {
        let (name, mut value) = (PyString::new(py, name), core::ptr::dangling_mut::<PyObject>());
        // SAFETY: attached; `value` takes a new reference or null.
        unsafe {
            let status = ffi::PyObject_GetOptionalAttr(object.as_ptr(), name.as_ptr(), &raw mut value);
            (status, Bound::from_owned_ptr_or_opt(py, value))
        }
    };
    let (status, value) = get("value");
    assert!(status == 1 && value.unwrap().eq(5).unwrap());
    let (status, value) = get("missing");
    assert!(status == 0 && value.is_none() && !PyErr::occurred(py));
    let (status, value) = get("failing");
    assert!(status == -1 && value.is_none());
    assert!(PyErr::take(py).unwrap().is_instance_of::<PyZeroDivisionError>(py));
}

fn deleted_attributes(py: Python<'_>) {
    let object = define(py, "object", "class Object: pass\nobject = Object()\nobject.value = 5");
    let name = PyString::new(py, "value");
    // SAFETY: attached; alive.
    unsafe {
        assert_eq!(ffi::PyObject_DelAttr(object.as_ptr(), name.as_ptr()), 0);
        assert!(!object.hasattr("value").unwrap());
        assert_eq!(ffi::PyObject_DelAttr(object.as_ptr(), name.as_ptr()), -1);
    }
    assert!(PyErr::take(py).unwrap().is_instance_of::<PyAttributeError>(py));
}

fn new_references(py: Python<'_>) {
    let object = eval(py, "[]");
    // SAFETY: attached; alive or null; each gives a reference.
    unsafe {
        assert!(Bound::from_owned_ptr(py, ffi::Py_NewRef(object.as_ptr())).is(&object));
        assert!(Bound::from_owned_ptr(py, ffi::Py_XNewRef(object.as_ptr())).is(&object));
        assert!(ffi::Py_XNewRef(null_mut()).is_null());
    }
}

fn identity(py: Python<'_>) {
    let (one, other) = (eval(py, "[]"), eval(py, "[]"));
    // SAFETY: attached; alive.
    unsafe {
        assert_eq!(ffi::Py_Is(one.as_ptr(), one.as_ptr()), 1);
        assert_eq!(ffi::Py_Is(one.as_ptr(), other.as_ptr()), 0);
    }
}

fn types(py: Python<'_>) {
    let object = define(py, "object", "
class Outer:
    class Inner:
        pass

object = Outer.Inner()
");
    let class = object.get_type();
    // SAFETY: attached; an object and its class.
    unsafe {
        assert_eq!(ffi::Py_TYPE(object.as_ptr()), class.as_type_ptr());
        check(py, ffi::PyType_GetName(class.as_type_ptr()), "'Inner'");
        check(py, ffi::PyType_GetQualName(class.as_type_ptr()), "'Outer.Inner'");
        check(py, ffi::PyType_GetName(ffi::PyLong_Type()), "'int'");
    }
}

/// There is one, and it is the same from every thread.
fn interpreters(py: Python<'_>) {
    // SAFETY: attached.
    let current = |py: Python<'_>| unsafe {
        let interpreter = ffi::PyInterpreterState_Get();
        // In some threads of GraalPy's it is null, and its number 0 all the same.
        assert!(!interpreter.is_null() || is_graalpy(py));
        let state = ffi::PyThreadState_Get();
        assert_eq!(ffi::PyThreadState_GetInterpreter(state), interpreter);
        ffi::PyInterpreterState_GetID(interpreter)
    };
    let here = current(py);
    assert!(here >= 0);
    let there = py.detach(|| std::thread::spawn(move || Python::attach(current)).join().unwrap());
    assert_eq!(here, there);
}

fn names_of_modules(py: Python<'_>) -> PyResult<()> {
    let (os, made) = (py.import("os")?, PyModule::new(py, "made")?);
    // SAFETY: attached; modules; the results are new references or null with an exception.
    unsafe {
        check(py, ffi::PyModule_GetNameObject(os.as_ptr()), "'os'");
        let file = failure(py, ffi::PyModule_GetFilenameObject(os.as_ptr()))?;
        assert!(file.is(os.getattr("__file__")?) || file.eq(os.getattr("__file__")?)?);
        assert!(failure(py, ffi::PyModule_GetFilenameObject(made.as_ptr())).is_err());
    }
    Ok(())
}

fn lengths(py: Python<'_>) {
    // SAFETY: attached; alive.
    unsafe {
        assert_eq!(ffi::PyObject_Length(eval(py, "'four'").as_ptr()), 4);
        assert_eq!(ffi::PyObject_Length(eval(py, "5").as_ptr()), -1);
    }
    assert!(PyErr::take(py).unwrap().is_instance_of::<PyTypeError>(py));
}

fn iterators(py: Python<'_>) {
    // SAFETY: attached; alive.
    let is_iterator = |expression| unsafe { ffi::PyIter_Check(eval(py, expression).as_ptr()) };
    for iterator in ["iter([])", "iter('')", "(n for n in [])", "map(len, [])", "enumerate([])", "iter({}.items())"] {
        assert_eq!(is_iterator(iterator), 1, "{iterator}");
    }
    for other in ["[]", "''", "5", "{}", "object()", "range(3)", "type(iter([]))"] {
        assert_eq!(is_iterator(other), 0, "{other}");
    }
    assert!(!PyErr::occurred(py));
}

/// What Python's C API says of text that is no UTF-8, whoever is asked.
fn texts(py: Python<'_>) -> PyResult<()> {
    let bytes = b"a\xff";
    // SAFETY: attached; the bytes are there; the result is a new reference or null with an exception.
    unsafe {
        let strict = ffi::PyUnicode_DecodeUTF8(bytes.as_ptr().cast(), 2, c"strict".as_ptr());
        raises::<PyUnicodeDecodeError, _, _>(py, failure(py, strict));
        let escaped = ffi::PyUnicode_DecodeUTF8(from_ref(bytes).cast(), 2, c"surrogateescape".as_ptr());
        check(py, escaped, "'a\\udcff'");
    }
    Ok(())
}
