//! State of all kinds: classes, names, imported attributes, exception classes, cells for anything.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::path::Path;

use everypy::exceptions::{PyBaseException, PyRuntimeError, PyValueError};
use everypy::panic::PanicException;
use everypy::prelude::*;
use everypy::sync::PyOnceLock;
use everypy::types::{PyDict, PyTuple, PyType};
use everypy::{PyTypeInfo as _, intern, wrap_pyfunction};

use crate::counted::{self, Value};
use crate::number;

/// `sys.modules`, of which each interpreter has its own.
pub(crate) fn modules<'py>(py: Python<'py>) -> PyResult<&'py Bound<'py, PyAny>> {
    static MODULES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let modules = MODULES.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("sys")?.getattr(intern!(py, "modules"))?.unbind())
    })?;
    Ok(modules.bind(py))
}

static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A class made in Rust, with a counted object in it.
pub(crate) fn class<'py>(py: Python<'py>) -> PyResult<&'py Bound<'py, PyType>> {
    let class = CLASS.get_or_try_init(py, || {
        let attributes = PyDict::new(py);
        attributes.set_item("counted", counted::object(py))?;
        let arguments = ("Class", PyTuple::empty(py), attributes);
        Ok::<_, PyErr>(py.get_type::<PyType>().call1(arguments)?.cast_into::<PyType>()?.unbind())
    })?;
    Ok(class.bind(py))
}

static ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// An exception class with a counted object in it.
pub(crate) fn error<'py>(py: Python<'py>) -> PyResult<&'py Bound<'py, PyType>> {
    let class = ERROR.get_or_try_init(py, || {
        let attributes = PyDict::new(py);
        attributes.set_item("counted", counted::object(py))?;
        let base = py.get_type::<PyValueError>();
        let name = c"everypy_subinterpreters.Error";
        PyErr::new_type(py, name, None, Some(&base), Some(attributes.into_any().unbind()))
    })?;
    Ok(class.bind(py))
}

/// A class of Rust.
#[pyclass(crate = "everypy")]
pub(crate) struct Holder {
    #[pyo3(get)]
    number: i64,
}

static HOLDER: PyOnceLock<()> = PyOnceLock::new();

/// The class of Rust, with a counted object in it.
pub(crate) fn holder(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    let class = py.get_type::<Holder>();
    HOLDER.get_or_try_init(py, || class.setattr("counted", counted::object(py)))?;
    Ok(class)
}

/// A value that needs the two classes when it is dropped.
pub(crate) fn value(py: Python<'_>) -> PyResult<&'_ Value> {
    static VALUE: PyOnceLock<Value> = PyOnceLock::new();
    VALUE.get_or_try_init(py, || {
        class(py)?;
        error(py)?;
        Ok(Value::new(py, |py| CLASS.get(py).is_some() && ERROR.get(py).is_some()))
    })
}

/// Fails unless everything that is kept belongs to this interpreter.
#[pyfunction]
pub(crate) fn check(py: Python<'_>) -> PyResult<()> {
    let fail = |what: &str| Err(PyRuntimeError::new_err(format!("{what} of another interpreter")));
    if !py.import("sys")?.getattr("modules")?.is(modules(py)?) {
        return fail("sys.modules");
    }
    if value(py)?.owner() != number(py) || value(py)?.object().is_none(py) {
        return fail("a value");
    }
    let instance = class(py)?.call0()?;
    if !instance.get_type().is(class(py)?) {
        return fail("a class");
    }
    let holder = Bound::new(py, Holder { number: number(py) })?;
    if !holder.get_type().is(self::holder(py)?) || !holder.getattr("number")?.eq(number(py))? {
        return fail("a class of Rust");
    }
    let raised = PyErr::from_type(error(py)?.clone(), ("text",));
    if !raised.matches(py, error(py)?)? || !raised.is_instance_of::<PyValueError>(py) {
        return fail("an exception class");
    }
    // Made of a class that everypy imports.
    let path = Path::new("somewhere").into_pyobject(py)?;
    if !path.is_instance(&py.import("pathlib")?.getattr(intern!(py, "Path"))?)? {
        return fail("an imported class");
    }
    if !PanicException::type_object(py).is_subclass_of::<PyBaseException>()? {
        return fail("the class of panics");
    }
    Ok(())
}

/// What is kept here, by address; alive as long as the interpreter.
#[pyfunction]
fn addresses(py: Python<'_>) -> PyResult<Vec<usize>> {
    Ok(vec![
        class(py)?.as_ptr().addr(),
        error(py)?.as_ptr().addr(),
        holder(py)?.as_ptr().addr(),
        modules(py)?.as_ptr().addr(),
        value(py)?.object().as_ptr().addr(),
        PanicException::type_object(py).as_ptr().addr(),
    ])
}

/// The class, the exception class and the class of panics.
#[pyfunction]
fn classes<'py>(
    py: Python<'py>,
) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyType>, Bound<'py, PyType>)> {
    Ok((class(py)?.clone(), error(py)?.clone(), PanicException::type_object(py)))
}

/// How often [`use_late`] got the class that it was given, and how often another one.
static USES: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// Uses everything, as a destructor may do late, and looks whether the class is still `known`.
#[pyfunction]
fn use_late(py: Python<'_>, known: &Bound<'_, PyType>) -> PyResult<()> {
    error(py)?;
    value(py)?;
    USES[usize::from(!class(py)?.is(known))].fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Those two numbers since the last call.
#[pyfunction]
fn uses() -> (usize, usize) {
    (USES[0].swap(0, Ordering::Relaxed), USES[1].swap(0, Ordering::Relaxed))
}

/// Raises the exception class.
#[pyfunction]
fn fail(py: Python<'_>, text: &str) -> PyResult<()> {
    Err(PyErr::from_type(error(py)?.clone(), (text.to_owned(),)))
}

/// Panics.
#[pyfunction]
fn panic(text: &str) {
    std::panic::resume_unwind(Box::new(text.to_owned()));
}

/// Names of parameters are kept too.
#[pyfunction]
#[pyo3(signature = (first, *, second = 2, third = 3))]
fn keywords(first: i32, second: i32, third: i32) -> (i32, i32, i32) {
    (first, second, third)
}

/// Cells that are no statics: moved, shared and dropped.
#[pyfunction]
fn local_cells(py: Python<'_>) -> PyResult<()> {
    let before = counted::values();
    let value = || Value::new(py, |_| true);
    let cell = PyOnceLock::new();
    assert!(cell.set(py, value()).is_ok());
    let address = cell.get(py).map(|value| value.object().as_ptr());
    let moved = Box::new(cell);
    assert_eq!(moved.get(py).map(|value| value.object().as_ptr()), address);
    assert!(moved.set(py, value()).is_err());
    // At the same place, another one of another type.
    for number in 0..100 {
        let cell = PyOnceLock::new();
        assert!(cell.get(py).is_none());
        assert_eq!(cell.get_or_init(py, || number), &number);
    }
    assert_eq!(counted::values(), before + 1);
    drop(moved);
    assert_eq!(counted::values(), before);
    Ok(())
}

pub(crate) fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(check, m)?)?;
    m.add_function(wrap_pyfunction!(addresses, m)?)?;
    m.add_function(wrap_pyfunction!(classes, m)?)?;
    m.add_function(wrap_pyfunction!(use_late, m)?)?;
    m.add_function(wrap_pyfunction!(uses, m)?)?;
    m.add_function(wrap_pyfunction!(fail, m)?)?;
    m.add_function(wrap_pyfunction!(panic, m)?)?;
    m.add_function(wrap_pyfunction!(keywords, m)?)?;
    m.add_function(wrap_pyfunction!(local_cells, m)?)
}
