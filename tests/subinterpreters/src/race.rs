//! Everything at once: for a while in one interpreter, and by several threads when nothing has been made yet.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use everypy::exceptions::PyRuntimeError;
use everypy::prelude::*;
use everypy::sync::PyOnceLock;
use everypy::types::PyList;
use everypy::{intern, wrap_pyfunction};

use crate::{cells, counted};

/// Uses all kinds of state for so many seconds, and returns how often.
#[pyfunction]
fn hammer(py: Python<'_>, seconds: f64) -> PyResult<u64> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let first = snapshot(py)?;
    let mut rounds = 0;
    while Instant::now() < end {
        cells::check(py)?;
        if snapshot(py)? != first {
            return Err(PyRuntimeError::new_err("something has changed"));
        }
        let list = PyList::new(py, [rounds, rounds + 1])?;
        list.call_method1(intern!(py, "append"), (cells::class(py)?.call0()?,))?;
        let local = PyOnceLock::new();
        local.get_or_init(py, || counted::object(py));
        let object = list.into_any().unbind();
        // The other thread may run here, also where both share a lock.
        py.detach(move || drop(object));
        Python::attach(|py| py.import("sys").map(drop))?;
        rounds += 1;
    }
    Ok(rounds)
}

fn snapshot(py: Python<'_>) -> PyResult<[usize; 5]> {
    Ok([
        cells::class(py)?.as_ptr().addr(),
        cells::error(py)?.as_ptr().addr(),
        py.get_type::<cells::Holder>().as_ptr().addr(),
        cells::modules(py)?.as_ptr().addr(),
        cells::value(py)?.object().as_ptr().addr(),
    ])
}

/// Asks for everything in several threads at the same moment, for the first time in this process.
#[pyfunction]
fn race(py: Python<'_>, threads: usize) -> PyResult<()> {
    let barrier = Barrier::new(threads);
    let seen: Vec<PyResult<[usize; 5]>> = py.detach(|| {
        std::thread::scope(|scope| {
            let run = || {
                barrier.wait();
                Python::attach(|py| {
                    let seen = snapshot(py)?;
                    cells::check(py)?;
                    Ok(seen)
                })
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        })
    });
    let seen: Vec<_> = seen.into_iter().collect::<PyResult<_>>()?;
    if seen.iter().any(|other| *other != seen[0] || other.contains(&0)) {
        return Err(PyRuntimeError::new_err(format!("threads see different objects: {seen:?}")));
    }
    Ok(())
}

pub(crate) fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(hammer, m)?)?;
    m.add_function(wrap_pyfunction!(race, m)?)
}
