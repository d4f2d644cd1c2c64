//! Why starting and loading can fail.

use core::fmt;
use std::path::PathBuf;

use crate::runtime::Version;

/// Why the table could not be filled. Its text is what the `ImportError` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// No library in this process exports the C API of a Python.
    NoPython,
    /// The interpreter says a version that cannot be read.
    UnknownVersion(String),
    /// A CPython that is older than 3.7.
    TooOld(Version),
    /// A GraalPy that is older than 25.0, with the version of Python that it implements.
    OldGraalPy(Version),
    /// An entry is not there that every known interpreter has.
    MissingRow {
        /// The name of the entry, as in `PyList_New`.
        name: String,
        /// What is running, as in `CPython 3.12.1`.
        running: String,
    },
    /// The object header could not be measured.
    UnknownLayout {
        /// What is running, as in `CPython 3.12.1`.
        running: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPython => f.write_str(
                "everypy: this process has no Python: no loaded library exports `PyLong_FromLong` or `PyPyLong_FromLong`",
            ),
            Self::UnknownVersion(text) => {
                write!(f, "everypy: cannot read the version of this Python: `{text}`")
            }
            Self::TooOld(version) => {
                write!(f, "everypy modules need CPython 3.7 or newer; this is CPython {version}")
            }
            Self::OldGraalPy(version) => write!(
                f,
                "everypy modules need GraalPy 25.0 or newer; this GraalPy implements Python {version}, as 24 and older do"
            ),
            Self::MissingRow { name, running } => write!(
                f,
                "everypy: `{name}` is missing in {running}, although every Python that everypy knows has it"
            ),
            Self::UnknownLayout { running } => {
                write!(f, "everypy: cannot measure the object header of {running}")
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// Why an interpreter could not be started in this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The loader refuses the library.
    CannotOpen {
        /// The library.
        path: PathBuf,
        /// What the loader says.
        why: String,
    },
    /// The library does not export the C API.
    NotPython(PathBuf),
    /// The interpreter has no function to do this with.
    Lacks(&'static str),
    /// PyPy finds no standard library.
    NoStandardLibrary,
    /// An argument or a path contains a NUL.
    Nul,
    /// It runs, but the table cannot be filled for it.
    Load(LoadError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotOpen { path, why } => {
                write!(f, "the library `{}` cannot be loaded: {why}", path.display())
            }
            Self::NotPython(path) => write!(
                f,
                "the library `{}` is no Python: it exports neither `PyLong_FromLong` nor `PyPyLong_FromLong`",
                path.display()
            ),
            Self::Lacks(name) => write!(f, "its library does not export `{name}`"),
            Self::NoStandardLibrary => f.write_str("it does not find its standard library"),
            Self::Nul => f.write_str("a path or an argument contains a NUL"),
            Self::Load(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<LoadError> for StartError {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}
