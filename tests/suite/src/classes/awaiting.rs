//! `__await__`, `__aiter__`, `__anext__`.

use pyo3::exceptions::{PyStopAsyncIteration, PyValueError};
use pyo3::prelude::*;

use super::helpers::script;

tests![
    instances_are_awaited,
    awaiting_that_fails,
    asynchronous_context,
    awaited_subclasses,
    asynchronous_iteration,
    asynchronous_iteration_ends_with_none,
];

/// Drives a coroutine without an event loop.
const DRIVE: &str = "
def drive(coroutine):
    seen = []
    while True:
        try:
            seen.append(coroutine.send(None))
        except StopIteration as stop:
            return stop.value, seen
";

#[pyclass(subclass)]
struct Later {
    values: Vec<i32>,
}

#[pymethods]
impl Later {
    #[new]
    fn new(values: Vec<i32>) -> Later {
        Later { values }
    }

    fn __await__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        if self.values.is_empty() {
            return Err(PyValueError::new_err("nothing to wait for"));
        }
        Ok(self.values.clone().into_pyobject(py)?.call_method0("__iter__")?.unbind())
    }
}

fn instances_are_awaited(py: Python<'_>) {
    let code = "
async def wait():
    await Later([1, 2])
    return 'done'

assert drive(wait()) == ('done', [1, 2])
import collections.abc
assert isinstance(Later([1]), collections.abc.Awaitable)
assert list(Later([1, 2]).__await__()) == [1, 2]
";
    script(py, &[py.get_type::<Later>()], &format!("{DRIVE}{code}"));
}

fn awaiting_that_fails(py: Python<'_>) {
    let code = "
async def wait(what):
    await what

assert raises(ValueError, drive, wait(Later([]))) == 'nothing to wait for'
raises(TypeError, drive, wait(Ticker(1)))
";
    script(py, &[py.get_type::<Later>(), py.get_type::<Ticker>()], &format!("{DRIVE}{code}"));
}

#[pyclass]
struct Ticker {
    left: u32,
}

#[pyclass]
struct Tick(Option<u32>);

#[pymethods]
impl Ticker {
    #[new]
    fn new(left: u32) -> Ticker {
        Ticker { left }
    }

    fn __aiter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    /// What is awaited raises at the end, which every interpreter understands.
    fn __anext__(&mut self) -> Tick {
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or(0);
        Tick(left)
    }

    fn __aenter__(slf: PyRef<'_, Self>) -> PyResult<Py<Later>> {
        Py::new(slf.py(), Later { values: vec![10] })
    }

    fn __aexit__(
        slf: PyRef<'_, Self>,
        _class: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<Py<Later>> {
        Py::new(slf.py(), Later { values: vec![20] })
    }
}

#[pymethods]
impl Tick {
    fn __await__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&mut self) -> PyResult<Option<u32>> {
        match self.0.take() {
            Some(left) => Err(pyo3::exceptions::PyStopIteration::new_err(left)),
            None => Err(PyStopAsyncIteration::new_err(())),
        }
    }
}

fn asynchronous_iteration(py: Python<'_>) {
    let code = "
async def collect():
    return [tick async for tick in Ticker(3)]

assert drive(collect()) == ([2, 1, 0], [])

async def loop():
    seen = []
    async for tick in Ticker(2):
        seen.append(tick)
    else:
        seen.append('else')
    return seen

assert drive(loop()) == ([1, 0, 'else'], [])
ticker = Ticker(1)
assert ticker.__aiter__() is ticker
";
    script(py, &[py.get_type::<Ticker>()], &format!("{DRIVE}{code}"));
}

#[pyclass]
struct Ended(u32);

#[pymethods]
impl Ended {
    #[new]
    fn new(left: u32) -> Ended {
        Ended(left)
    }

    fn __aiter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    /// The end comes before there is anything to await.
    fn __anext__(&mut self) -> Option<Tick> {
        self.0 = self.0.checked_sub(1)?;
        Some(Tick(Some(self.0)))
    }
}

fn asynchronous_iteration_ends_with_none(py: Python<'_>) {
    let code = "
async def collect():
    return [tick async for tick in Ended(2)]

assert drive(collect()) == ([1, 0], [])
";
    script(py, &[py.get_type::<Ended>()], &format!("{DRIVE}{code}"));
}

fn asynchronous_context(py: Python<'_>) {
    let code = "
async def guarded():
    async with Ticker(1):
        await Later([15])

assert drive(guarded()) == (None, [10, 15, 20])
";
    script(py, &[py.get_type::<Ticker>(), py.get_type::<Later>()], &format!("{DRIVE}{code}"));
}

fn awaited_subclasses(py: Python<'_>) {
    let code = "
class Sub(Later):
    def __await__(self):
        yield 0
        yield from super().__await__()

async def wait(what):
    await what

assert drive(wait(Sub([1]))) == (None, [0, 1])
";
    script(py, &[py.get_type::<Later>()], &format!("{DRIVE}{code}"));
}
