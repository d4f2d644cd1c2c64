//! `PyErr`: making, looking at and handing over exceptions.

use std::io;

use pyo3::exceptions::{
    PyBaseException, PyException, PyKeyError, PyLookupError, PyOSError, PyRuntimeError, PySystemError, PyTypeError,
    PyUnicodeDecodeError, PyUserWarning, PyValueError, PyZeroDivisionError,
};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use crate::check::{define, eval, raises, run, try_eval};

tests![
    arguments,
    made_when_needed,
    failing_arguments,
    a_class_that_refuses_its_arguments,
    from_instances_and_classes,
    from_anything_else,
    class_and_value,
    tracebacks,
    set_and_taken,
    nothing_to_take,
    what_is_set_stays,
    matching,
    cause_and_context,
    texts,
    printing,
    unraisable,
    warnings,
    new_classes,
    clones,
    across_threads,
    errors_of_the_user,
    errors_of_the_standard_library,
    io_errors_become_exceptions,
    exceptions_become_io_errors,
    there_and_back_as_io_error,
    as_objects,
];

/// `exc.args` as text.
fn args(error: &PyErr, py: Python<'_>) -> String {
    error.value(py).getattr("args").unwrap().repr().unwrap().to_string()
}

fn arguments(py: Python<'_>) {
    #[track_caller]
    fn check(py: Python<'_>, error: PyErr, expected: &str) {
        assert!(error.is_instance_of::<PyValueError>(py));
        assert_eq!(args(&error, py), expected);
    }
    check(py, PyValueError::new_err("text"), "('text',)");
    check(py, PyValueError::new_err("text".to_owned()), "('text',)");
    check(py, PyValueError::new_err(7), "(7,)");
    check(py, PyValueError::new_err(()), "()");
    check(py, PyValueError::new_err((1, "two")), "(1, 'two')");
    check(py, PyValueError::new_err(((1, 2),)), "((1, 2),)");
    check(py, PyValueError::new_err(vec![1, 2]), "([1, 2],)");
    // C takes `None` for nothing.
    check(py, PyValueError::new_err(py.None()), "()");
    check(py, PyValueError::new_err(eval(py, "(1, 2)").unbind()), "(1, 2)");
    check(py, PyErr::new::<PyValueError, _>("text"), "('text',)");
    check(py, PyErr::from_type(py.get_type::<PyValueError>(), ("a", "b")), "('a', 'b')");
    let key = PyKeyError::new_err("key");
    assert_eq!(key.to_string(), "KeyError: 'key'");
    let decode = PyUnicodeDecodeError::new_err(("utf-8", b"a\xff".to_vec(), 1, 2, "why"));
    assert_eq!(decode.value(py).getattr("start").unwrap().extract::<i32>().unwrap(), 1);
    let system = PyOSError::new_err((2, "what"));
    assert_eq!(system.get_type(py).to_string(), "<class 'FileNotFoundError'>");
}

/// The instance is made once, when it is first looked at, not when the error is.
fn made_when_needed(py: Python<'_>) -> PyResult<()> {
    let made = define(py, "Error", "
class Error(Exception):
    made = []

    def __init__(self, *args):
        self.made.append(args)
");
    let class = made.clone().cast_into::<pyo3::types::PyType>()?;
    let count = || made.getattr("made").unwrap().len().unwrap();
    drop(PyErr::from_type(class.clone(), "never made"));
    assert_eq!(count(), 0);
    let error = PyErr::from_type(class, "made once");
    assert_eq!(count(), 0);
    assert!(error.value(py).is_instance(&made)?);
    assert!(error.value(py).is(error.clone_ref(py).value(py)));
    error.restore(py);
    assert!(PyErr::take(py).unwrap().value(py).is_instance(&made)?);
    assert_eq!(count(), 1);
    Ok(())
}

struct NoObject;

impl<'py> IntoPyObject<'py> for NoObject {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Self::Output> {
        Err(PyRuntimeError::new_err("no object"))
    }
}

/// Where an argument cannot be made, the error of that is raised in place of the exception.
fn failing_arguments(py: Python<'_>) {
    let error = PyValueError::new_err(NoObject);
    assert!(error.is_instance_of::<PyRuntimeError>(py), "{error}");
}

fn a_class_that_refuses_its_arguments(py: Python<'_>) {
    let error = PyUnicodeDecodeError::new_err("only one");
    assert!(error.is_instance_of::<PyTypeError>(py), "{error}");
    let class = define(py, "Error", "
class Error(Exception):
    def __init__(self):
        raise ZeroDivisionError('while made')
");
    let error = PyErr::from_type(class.cast_into().unwrap(), ());
    assert_eq!(error.to_string(), "ZeroDivisionError: while made");
}

fn from_instances_and_classes(py: Python<'_>) {
    let instance = eval(py, "KeyError('key')");
    let error = PyErr::from_value(instance.clone());
    assert!(error.value(py).is(&instance));
    let error = PyErr::from_value(eval(py, "KeyError"));
    assert!(error.is_instance_of::<PyKeyError>(py));
    assert_eq!(args(&error, py), "()");
    let instance = instance.cast_into::<PyKeyError>().unwrap();
    assert!(PyErr::from(instance.clone()).value(py).is(&instance));
    let failing: fn(Bound<'_, PyKeyError>) -> PyResult<()> = |instance| Err(instance)?;
    assert!(failing(instance.clone()).unwrap_err().value(py).is(&instance));
}

/// What cannot be raised is a `TypeError`, with the words of `raise`.
fn from_anything_else(py: Python<'_>) {
    for wrong in ["7", "None", "'text'", "int", "object()", "type"] {
        let error = PyErr::from_value(eval(py, wrong));
        assert_eq!(error.to_string(), "TypeError: exceptions must derive from BaseException", "{wrong}");
    }
    let error = PyErr::from_type(eval(py, "int").cast_into().unwrap(), "argument");
    assert_eq!(error.to_string(), "TypeError: exceptions must derive from BaseException");
    let error = try_eval(py, "(_ for _ in ()).throw(KeyError)").unwrap_err();
    assert!(error.is_instance_of::<PyKeyError>(py));
}

fn class_and_value(py: Python<'_>) {
    let error = try_eval(py, "{}['key']").unwrap_err();
    assert!(error.get_type(py).is(py.get_type::<PyKeyError>()));
    assert!(error.value(py).is_exact_instance_of::<PyKeyError>());
    let value: Py<PyBaseException> = error.clone_ref(py).into_value(py);
    assert!(value.is(error.value(py)));
    assert_eq!(args(&error, py), "('key',)");
}

fn tracebacks(py: Python<'_>) -> PyResult<()> {
    assert!(PyValueError::new_err("never raised").traceback(py).is_none());
    let code = "def failing():\n    raise ValueError('deep')\n\ndef outer():\n    failing()\n";
    let outer = define(py, "outer", code);
    let error = outer.call0().unwrap_err();
    let text = error.traceback(py).expect("raised").format()?;
    assert!(text.starts_with("Traceback (most recent call last):\n"), "{text}");
    assert!(text.contains("in outer\n") && text.contains("in failing\n"), "{text}");
    // Kept through Rust and Python again.
    error.restore(py);
    let again = PyErr::take(py).unwrap();
    assert_eq!(again.traceback(py).unwrap().format()?, text);
    Ok(())
}

fn set_and_taken(py: Python<'_>) {
    assert!(!PyErr::occurred(py));
    let error = PyValueError::new_err("set");
    let value = error.value(py).clone();
    error.restore(py);
    assert!(PyErr::occurred(py));
    let taken = PyErr::take(py).unwrap();
    assert!(!PyErr::occurred(py));
    assert!(taken.value(py).is(&value));
    PyValueError::new_err("never looked at").restore(py);
    assert_eq!(PyErr::fetch(py).to_string(), "ValueError: never looked at");
    // One replaces another.
    PyValueError::new_err("first").restore(py);
    PyKeyError::new_err("second").restore(py);
    assert!(PyErr::take(py).unwrap().is_instance_of::<PyKeyError>(py));
}

fn nothing_to_take(py: Python<'_>) {
    assert!(PyErr::take(py).is_none());
    let error = PyErr::fetch(py);
    assert!(error.is_instance_of::<PySystemError>(py), "{error}");
}

/// To make an instance takes calls into Python; an exception that is set meanwhile is the same afterwards.
fn what_is_set_stays(py: Python<'_>) {
    PyKeyError::new_err("set before").restore(py);
    let other = PyValueError::new_err("made meanwhile");
    assert!(other.value(py).is_instance_of::<PyValueError>());
    assert!(PyErr::occurred(py));
    assert_eq!(PyErr::take(py).unwrap().to_string(), "KeyError: 'set before'");
}

fn matching(py: Python<'_>) -> PyResult<()> {
    let error = PyKeyError::new_err("key");
    assert!(error.is_instance_of::<PyKeyError>(py));
    assert!(error.is_instance_of::<PyLookupError>(py));
    assert!(!error.is_instance_of::<PyValueError>(py));
    assert!(error.is_instance(py, &py.get_type::<PyException>()));
    assert!(!error.is_instance(py, &py.get_type::<PyValueError>()));
    assert!(error.matches(py, py.get_type::<PyLookupError>())?);
    assert!(!error.matches(py, py.get_type::<PyValueError>())?);
    assert!(error.matches(py, (py.get_type::<PyValueError>(), py.get_type::<PyKeyError>()))?);
    assert!(!error.matches(py, PyTuple::empty(py))?);
    Ok(())
}

fn cause_and_context(py: Python<'_>) -> PyResult<()> {
    let code = "
def chained():
    try:
        {}['key']
    except KeyError as error:
        raise ValueError('outer') from error

def while_handled():
    try:
        {}['key']
    except KeyError:
        raise ValueError('outer')
";
    let error = define(py, "chained", code).call0().unwrap_err();
    assert_eq!(error.cause(py).unwrap().to_string(), "KeyError: 'key'");
    assert!(error.cause(py).unwrap().cause(py).is_none());
    let error = define(py, "while_handled", code).call0().unwrap_err();
    assert!(error.cause(py).is_none());
    assert_eq!(error.context(py).unwrap().to_string(), "KeyError: 'key'");

    let error = PyValueError::new_err("outer");
    assert!(error.cause(py).is_none() && error.context(py).is_none());
    error.set_cause(py, Some(PyTypeError::new_err("cause")));
    error.set_context(py, Some(PyTypeError::new_err("context")));
    assert_eq!(error.cause(py).unwrap().to_string(), "TypeError: cause");
    assert_eq!(error.context(py).unwrap().to_string(), "TypeError: context");
    assert!(error.value(py).getattr("__cause__")?.is(error.cause(py).unwrap().value(py)));
    assert!(error.value(py).getattr("__suppress_context__")?.extract::<bool>()?);
    error.set_cause(py, None);
    error.set_context(py, None);
    assert!(error.cause(py).is_none() && error.context(py).is_none());
    Ok(())
}

fn texts(py: Python<'_>) {
    assert_eq!(PyValueError::new_err("what").to_string(), "ValueError: what");
    assert_eq!(PyValueError::new_err("ä\u{1f332}").to_string(), "ValueError: ä🌲");
    assert_eq!(PyValueError::new_err(()).to_string(), "ValueError: ");
    let debug = format!("{:?}", PyValueError::new_err("what"));
    assert!(debug.starts_with("PyErr {") && debug.contains("ValueError('what'"), "{debug}");
    let class = define(py, "Error", "
class Error(Exception):
    def __str__(self):
        raise ValueError
");
    let error = PyErr::from_value(class.call0().unwrap());
    assert_eq!(error.to_string(), "Error: <exception str() failed>");
    let nested = define(py, "Outer", "class Outer:\n    class Error(Exception): pass").getattr("Error").unwrap();
    assert_eq!(PyErr::from_value(nested).to_string(), "Outer.Error: ");
    // Also without being attached before.
    let error = PyValueError::new_err("what");
    assert_eq!(py.detach(|| error.to_string()), "ValueError: what");
    let error: &dyn std::error::Error = &error;
    assert!(error.source().is_none());
}

/// What `during` writes to `sys.stderr`.
fn stderr_of(py: Python<'_>, during: impl FnOnce()) -> PyResult<String> {
    let sys = py.import("sys")?;
    let before = sys.getattr("stderr")?;
    let text = py.import("io")?.call_method0("StringIO")?;
    sys.setattr("stderr", &text)?;
    during();
    sys.setattr("stderr", before)?;
    text.call_method0("getvalue")?.extract()
}

fn printing(py: Python<'_>) -> PyResult<()> {
    let error = define(py, "failing", "def failing():\n    raise ValueError('printed')\n").call0().unwrap_err();
    for print in [PyErr::print, PyErr::print_and_set_sys_last_vars, PyErr::display] {
        let text = stderr_of(py, || print(&error, py))?;
        assert!(text.starts_with("Traceback (most recent call last):\n"), "{text}");
        assert!(text.contains("in failing\n") && text.ends_with("ValueError: printed\n"), "{text}");
        assert!(!PyErr::occurred(py));
    }
    let sys = py.import("sys")?;
    assert!(sys.getattr("last_value")?.is(error.value(py)));
    Ok(())
}

fn unraisable(py: Python<'_>) -> PyResult<()> {
    let object = PyString::new(py, "the culprit");
    let text = stderr_of(py, || PyValueError::new_err("unraisable").write_unraisable(py, Some(object.as_any())))?;
    assert!(text.contains("ValueError: unraisable") && text.contains("the culprit"), "{text}");
    let text = stderr_of(py, || PyValueError::new_err("unraisable").write_unraisable(py, None))?;
    assert!(text.contains("ValueError: unraisable"), "{text}");
    assert!(!PyErr::occurred(py));
    Ok(())
}

fn warnings(py: Python<'_>) -> PyResult<()> {
    let category = py.get_type::<PyUserWarning>();
    let warn = || PyErr::warn(py, &category, c"careful", 1);
    let module = py.import("warnings")?;
    let filters = module.call_method0("catch_warnings")?;
    filters.call_method0("__enter__")?;
    module.call_method1("simplefilter", ("error",))?;
    let error = warn().unwrap_err();
    module.call_method1("simplefilter", ("ignore",))?;
    let ignored = warn();
    filters.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
    assert_eq!(error.to_string(), "UserWarning: careful");
    ignored
}

fn new_classes(py: Python<'_>) -> PyResult<()> {
    let class = PyErr::new_type(py, c"some_module.SomeError", Some(c"What it is."), None, None)?.into_bound(py);
    assert!(class.is_subclass_of::<PyException>()?);
    assert!(class.name()? == "SomeError" && class.module()? == "some_module");
    assert!(class.getattr("__doc__")?.eq("What it is.")?);
    let base = py.get_type::<PyKeyError>();
    let dict = eval(py, "{'code': 5}").unbind();
    let class = PyErr::new_type(py, c"m.Sub", None, Some(&base), Some(dict))?.into_bound(py);
    assert!(class.is_subclass_of::<PyKeyError>()?);
    assert_eq!(class.getattr("code")?.extract::<i32>()?, 5);
    let error = PyErr::from_type(class.clone(), "argument");
    assert!(error.is_instance_of::<PyKeyError>(py) && error.get_type(py).is(&class));
    let caught = run(py, &[("Sub", class.as_any())], "
try:
    raise Sub('x')
except KeyError as error:
    args = error.args
");
    assert!(caught?.get_item("args")?.unwrap().eq(("x",))?);
    Ok(())
}

fn clones(py: Python<'_>) {
    let error = PyValueError::new_err("shared");
    let clone = error.clone_ref(py);
    assert!(clone.value(py).is(error.value(py)));
}

/// Made in one thread, made up in another, by several at once.
fn across_threads(py: Python<'_>) {
    const fn sendable<T: Send + Sync>() {}
    const _: () = sendable::<PyErr>();
    let error = PyValueError::new_err("sent");
    let pointers: Vec<usize> = py.detach(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| Python::attach(|py| error.value(py).as_ptr() as usize)))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        })
    });
    assert!(pointers.iter().all(|&pointer| pointer == error.value(py).as_ptr() as usize));
}

#[derive(Debug)]
struct OwnError(i32);

impl From<OwnError> for PyErr {
    fn from(error: OwnError) -> Self {
        PyKeyError::new_err(error.0)
    }
}

fn errors_of_the_user(py: Python<'_>) {
    fn failing() -> Result<(), OwnError> {
        Err(OwnError(7))
    }
    fn outer() -> PyResult<()> {
        failing()?;
        Ok(())
    }
    let error = outer().unwrap_err();
    assert_eq!(error.to_string(), "KeyError: 7");
    assert!(error.is_instance_of::<PyKeyError>(py));
}

fn errors_of_the_standard_library(py: Python<'_>) {
    #[track_caller]
    fn check<E: std::fmt::Display + Into<PyErr>>(py: Python<'_>, error: E) {
        let text = error.to_string();
        let error: PyErr = error.into();
        assert!(error.is_instance_of::<PyValueError>(py));
        assert_eq!(error.to_string(), format!("ValueError: {text}"));
    }
    check(py, "x".parse::<i32>().unwrap_err());
    check(py, "x".parse::<f64>().unwrap_err());
    check(py, "x".parse::<bool>().unwrap_err());
    check(py, "xy".parse::<char>().unwrap_err());
    check(py, u8::try_from(256).unwrap_err());
    check(py, char::try_from(0xd800_u32).unwrap_err());
    check(py, <[u8; 2]>::try_from(&[1_u8][..]).unwrap_err());
    check(py, std::ffi::CString::new("a\0b").unwrap_err());
    check(py, "x".parse::<std::net::IpAddr>().unwrap_err());
}

/// Each kind of `io::Error` with the class that Python has for it.
const KINDS: &[(io::ErrorKind, &str)] = &[
    (io::ErrorKind::BrokenPipe, "BrokenPipeError"),
    (io::ErrorKind::ConnectionRefused, "ConnectionRefusedError"),
    (io::ErrorKind::ConnectionAborted, "ConnectionAbortedError"),
    (io::ErrorKind::ConnectionReset, "ConnectionResetError"),
    (io::ErrorKind::Interrupted, "InterruptedError"),
    (io::ErrorKind::NotFound, "FileNotFoundError"),
    (io::ErrorKind::PermissionDenied, "PermissionError"),
    (io::ErrorKind::AlreadyExists, "FileExistsError"),
    (io::ErrorKind::WouldBlock, "BlockingIOError"),
    (io::ErrorKind::TimedOut, "TimeoutError"),
    (io::ErrorKind::IsADirectory, "IsADirectoryError"),
    (io::ErrorKind::NotADirectory, "NotADirectoryError"),
    (io::ErrorKind::OutOfMemory, "MemoryError"),
];

fn io_errors_become_exceptions(py: Python<'_>) {
    for (kind, class) in KINDS {
        let error = PyErr::from(io::Error::new(*kind, "what"));
        assert_eq!(error.to_string(), format!("{class}: what"));
        assert!(error.get_type(py).is(eval(py, class)));
    }
    let error = PyErr::from(io::Error::other("what"));
    assert!(error.get_type(py).is(py.get_type::<PyOSError>()));
    let missing = std::fs::read("no/such/file").unwrap_err();
    assert_eq!(PyErr::from(missing).get_type(py).to_string(), "<class 'FileNotFoundError'>");
}

fn exceptions_become_io_errors(py: Python<'_>) {
    for (kind, class) in KINDS {
        let error = io::Error::from(PyErr::from_value(eval(py, &format!("{class}('what')"))));
        assert_eq!(error.kind(), *kind, "{class}");
        assert_eq!(error.to_string(), format!("{class}: what"));
    }
    let error = io::Error::from(PyValueError::new_err("what"));
    assert_eq!(error.kind(), io::ErrorKind::Other);
    let detached = PyValueError::new_err("what");
    assert_eq!(py.detach(|| io::Error::from(detached).kind()), io::ErrorKind::Other);
}

fn there_and_back_as_io_error(py: Python<'_>) {
    let value = eval(py, "ValueError('the same')");
    let error = io::Error::from(PyErr::from_value(value.clone()));
    assert!(PyErr::from(error).value(py).is(&value));
}

fn as_objects(py: Python<'_>) -> PyResult<()> {
    let error = PyValueError::new_err("object");
    let object = (&error).into_pyobject(py).unwrap();
    assert!(object.is(error.value(py)));
    let list = PyList::empty(py);
    list.append(&error)?;
    list.append(error)?;
    assert!(list.get_item(0)?.is(&list.get_item(1)?));
    raises::<PyZeroDivisionError, _, _>(py, eval(py, "lambda error: 1 // 0").call1((object,)));
    Ok(())
}
