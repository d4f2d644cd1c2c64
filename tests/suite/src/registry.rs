//! The list of tests.

use pyo3::prelude::*;

/// A test: a function that panics or returns an error if something is wrong.
pub(crate) struct Test {
    /// Its path, as in `everypy_suite::integers::bounds`.
    pub(crate) path: &'static str,
    /// The function.
    pub(crate) body: fn(Python<'_>) -> PyResult<()>,
}

impl Test {
    /// Its path in this crate, as in `integers::bounds`.
    pub(crate) fn name(&self) -> &'static str {
        self.path.split_once("::").map_or(self.path, |(_, name)| name)
    }
}

/// What a test returns: nothing, or a result of nothing.
pub(crate) trait Outcome {
    /// As a result.
    fn result(self) -> PyResult<()>;
}

impl Outcome for () {
    fn result(self) -> PyResult<()> {
        Ok(())
    }
}

impl Outcome for PyResult<()> {
    fn result(self) -> PyResult<()> {
        self
    }
}

/// Makes `TESTS` of the tests of a file. A function that is not in the list is dead code, which the compiler tells.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        pub(crate) const TESTS: &[crate::registry::Test] = &[
            $(crate::registry::Test {
                path: concat!(module_path!(), "::", stringify!($name)),
                body: |py| crate::registry::Outcome::result($name(py)),
            },)*
        ];
    };
}

/// Declares the files, and makes `ALL` of their lists.
macro_rules! files {
    ($($file:ident),* $(,)?) => {
        $(mod $file;)*

        pub(crate) const ALL: &[&[crate::registry::Test]] = &[$($file::TESTS),*];
    };
}
