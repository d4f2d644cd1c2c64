//! Cells for Python objects in statics.

use core::convert::Infallible;

use crate::instance::{Bound, Py};
use crate::marker::Python;
use crate::state::PerInterpreter;
use crate::types::PyString;

/// A cell that is written once per interpreter.
///
/// It may be a `static` and hold Python objects: each interpreter of the process has its own value. Those of
/// subinterpreters are dropped when their interpreter ends: a module that declares `multiple_interpreters` promises not to
/// keep a reference to one until then.
pub struct PyOnceLock<T>(PerInterpreter<T>);

/// The older name of [`PyOnceLock`].
pub type GILOnceCell<T> = PyOnceLock<T>;

impl<T> PyOnceLock<T> {
    /// An empty cell.
    pub const fn new() -> Self {
        Self(PerInterpreter::new())
    }

    /// The value, if there is one.
    pub fn get(&self, py: Python<'_>) -> Option<&T> {
        self.0.get(py)
    }

    /// The value, made by `f` if there is none.
    pub fn get_or_init<F>(&self, py: Python<'_>, f: F) -> &T
    where
        F: FnOnce() -> T,
    {
        match self.0.get_or_try_init(py, || Ok::<_, Infallible>(f())) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// The value, made by `f` if there is none.
    ///
    /// # Errors
    ///
    /// What `f` returns.
    pub fn get_or_try_init<F, E>(&self, py: Python<'_>, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Result<T, E>,
    {
        self.0.get_or_try_init(py, f)
    }

    /// Puts a value in.
    ///
    /// # Errors
    ///
    /// Gives the value back if there is one already.
    pub fn set(&self, py: Python<'_>, value: T) -> Result<(), T> {
        self.0.set(py, value)
    }
}

impl<T> Default for PyOnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The interned `str` of a literal; what [`intern!`](crate::intern) keeps.
pub struct Interned {
    text: &'static str,
    string: PerInterpreter<Py<PyString>>,
}

impl Interned {
    /// Keeps the text; the object is made when it is first asked for.
    pub const fn new(text: &'static str) -> Self {
        Self { text, string: PerInterpreter::new() }
    }

    /// The object.
    #[inline]
    pub fn get<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        match self.string.seen(py) {
            Some(string) => string.bind(py),
            None => self.make(py),
        }
    }

    #[cold]
    #[inline(never)]
    fn make<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        let make = || Ok::<_, Infallible>(PyString::intern(py, self.text).unbind());
        match self.string.get_or_try_init(py, make) {
            Ok(string) => string.bind(py),
            Err(never) => match never {},
        }
    }
}
