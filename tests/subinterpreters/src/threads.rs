//! Attaching, detaching, and references that are dropped while detached.

use std::thread;

use everypy::prelude::*;
use everypy::wrap_pyfunction;

use crate::{counted, number};

/// The interpreters that this thread is attached to: here, nested, after it has detached, and within that.
#[pyfunction]
fn attached(py: Python<'_>) -> Vec<i64> {
    let nested = Python::attach(number);
    let after = py.detach(|| Python::attach(number));
    let within = py.detach(|| Python::attach(|py| py.detach(|| Python::attach(number))));
    vec![number(py), nested, after, within, Python::attach(number)]
}

/// The interpreter that a thread of Rust attaches to.
#[pyfunction]
fn attached_in_thread(py: Python<'_>) -> i64 {
    py.detach(|| thread::spawn(|| Python::attach(number)).join()).expect("it does not panic")
}

/// How many objects remain of those that this thread drops while it is detached.
#[pyfunction]
fn dropped_detached(py: Python<'_>) -> usize {
    let before = counted::objects();
    let objects: Vec<_> = (0..10).map(|_| counted::object(py)).collect();
    py.detach(|| drop(objects));
    counted::objects() - before
}

/// How many objects remain of those that a thread of Rust drops, which is not attached to any interpreter.
#[pyfunction]
fn dropped_in_thread(py: Python<'_>) -> usize {
    let before = counted::objects();
    let objects: Vec<_> = (0..10).map(|_| counted::object(py)).collect();
    py.detach(|| thread::spawn(|| drop(objects)).join()).expect("it does not panic");
    counted::objects() - before
}

/// Whether a thread of Rust takes itself for attached while this one is: it must not.
#[pyfunction]
fn others_are_attached(py: Python<'_>) -> bool {
    let object = counted::object(py);
    let before = counted::objects();
    // This thread stays attached meanwhile.
    thread::spawn(|| drop(object)).join().expect("it does not panic");
    counted::objects() != before
}

pub(crate) fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(attached, m)?)?;
    m.add_function(wrap_pyfunction!(attached_in_thread, m)?)?;
    m.add_function(wrap_pyfunction!(dropped_detached, m)?)?;
    m.add_function(wrap_pyfunction!(dropped_in_thread, m)?)?;
    m.add_function(wrap_pyfunction!(others_are_attached, m)?)
}
