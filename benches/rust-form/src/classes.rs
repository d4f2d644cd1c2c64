//! The classes that `cargo xtask bench` uses, in the words of PyO3's users.

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

/// Two integers.
#[pyclass(subclass)]
pub struct Pair {
    x: i64,
    y: i64,
}

#[pymethods]
impl Pair {
    #[new]
    #[pyo3(signature = (x, y, /))]
    fn new(x: i64, y: i64) -> Self {
        Self { x, y }
    }

    /// The sum.
    fn total(&self) -> i64 {
        self.x.wrapping_add(self.y)
    }

    #[getter]
    fn x(&self) -> i64 {
        self.x
    }

    #[setter]
    fn set_x(&mut self, x: i64) {
        self.x = x;
    }

    fn __add__(&self, other: &Self) -> Self {
        Self { x: self.x.wrapping_add(other.x), y: self.y.wrapping_add(other.y) }
    }

    fn __len__(&self) -> usize {
        2
    }

    fn __getitem__(&self, index: isize) -> PyResult<i64> {
        match index {
            0 => Ok(self.x),
            1 => Ok(self.y),
            _ => Err(PyIndexError::new_err("a pair has two items")),
        }
    }

    fn __richcmp__(&self, other: &Self, operator: CompareOp) -> bool {
        operator.matches((self.x, self.y).cmp(&(other.x, other.y)))
    }
}

/// An iterator over `n - 1`, `n - 2`, …, 0.
#[pyclass(subclass)]
pub struct Countdown {
    left: i64,
}

#[pymethods]
impl Countdown {
    #[new]
    #[pyo3(signature = (n, /))]
    fn new(n: i64) -> Self {
        Self { left: n }
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&mut self) -> Option<i64> {
        if self.left <= 0 {
            return None;
        }
        self.left -= 1;
        Some(self.left)
    }
}
