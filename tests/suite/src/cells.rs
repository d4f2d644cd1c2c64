//! Cells for objects in statics: `PyOnceLock` and `intern!`.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::{GILOnceCell, PyOnceLock};
use pyo3::types::{PyList, PyString};

use crate::check::{eval, raises};

tests![written_once, set_by_hand, failing_initialisation, initialised_within, in_many_threads, interned_literals, the_older_name];

fn written_once(py: Python<'_>) {
    static CELL: PyOnceLock<Py<PyList>> = PyOnceLock::new();
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let get = || {
        CELL.get_or_init(py, || {
            MADE.fetch_add(1, Ordering::Relaxed);
            PyList::empty(py).unbind()
        })
    };
    let list = get();
    list.bind(py).append(1).unwrap();
    assert!(get().is(list) && CELL.get(py).unwrap().is(list));
    assert_eq!(MADE.load(Ordering::Relaxed), 1);
    // It is not local to the test: a second run finds what the first has made.
    CELL.get(py).unwrap().bind(py).as_any().call_method0("clear").unwrap();
}

fn set_by_hand(py: Python<'_>) {
    let cell = PyOnceLock::default();
    assert!(cell.get(py).is_none());
    assert!(cell.set(py, 5).is_ok());
    assert_eq!(cell.set(py, 6), Err(6));
    assert_eq!(cell.get(py), Some(&5));
    assert_eq!(cell.get_or_init(py, || 7), &5);
}

fn failing_initialisation(py: Python<'_>) {
    let cell: PyOnceLock<i32> = PyOnceLock::new();
    raises::<PyValueError, _, PyErr>(py, cell.get_or_try_init(py, || Err(PyValueError::new_err("not yet"))));
    assert!(cell.get(py).is_none());
    assert_eq!(cell.get_or_try_init(py, || Ok::<_, PyErr>(5)).unwrap(), &5);
}

/// No lock is held meanwhile: what makes the value may come here again.
fn initialised_within(py: Python<'_>) {
    let cell = PyOnceLock::new();
    let outer = cell.get_or_init(py, || {
        assert_eq!(cell.get_or_init(py, || "inner"), &"inner");
        "outer"
    });
    assert_eq!(outer, &"inner");
}

fn in_many_threads(py: Python<'_>) {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let pointers: Vec<usize> = py.detach(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        Python::attach(|py| {
                            let value = CELL.get_or_init(py, || {
                                // Others come here in the meantime.
                                py.detach(std::thread::yield_now);
                                eval(py, "object()").unbind()
                            });
                            value.as_ptr() as usize
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    });
    assert!(pointers.iter().all(|pointer| *pointer == pointers[0]));
}

fn interned_literals(py: Python<'_>) -> PyResult<()> {
    fn name<'py>(py: Python<'py>) -> &'py Bound<'py, PyString> {
        intern!(py, "everypy_literal ä🌲")
    }
    assert!(name(py).is(name(py)));
    assert!(*name(py) == "everypy_literal ä🌲");
    assert!(name(py).is(PyString::intern(py, "everypy_literal ä🌲")));
    let first = intern!(py, "one");
    let second = intern!(py, "two");
    assert!(!first.is(second));
    assert!(eval(py, "{'one': 1}").get_item(first)?.eq(1)?);
    Ok(())
}

fn the_older_name(py: Python<'_>) {
    static CELL: GILOnceCell<i32> = GILOnceCell::new();
    assert_eq!(CELL.get_or_init(py, || 5), &5);
}
