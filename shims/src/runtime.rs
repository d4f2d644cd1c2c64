//! What is running.

use core::fmt;

use std::sync::OnceLock;

use crate::error::LoadError;
use crate::find::Python;

/// Who made the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Implementation {
    /// The reference implementation.
    CPython,
    /// PyPy, whose C API is an emulation layer named cpyext.
    PyPy,
    /// GraalPy, whose objects mostly live in the Java heap.
    GraalPy,
}

impl Implementation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CPython, Self::PyPy, Self::GraalPy];
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CPython => "CPython",
            Self::PyPy => "PyPy",
            Self::GraalPy => "GraalPy",
        })
    }
}

/// A version of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The 3 of 3.13.0.
    pub major: u8,
    /// The 13 of 3.13.0.
    pub minor: u8,
    /// The 0 of 3.13.0.
    pub patch: u8,
}

impl Version {
    /// Reads the numbers that `text` starts with, as in `3.13.0rc1 (main, …`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let mut number = || {
            let mut value = None;
            while let [digit @ b'0'..=b'9', after @ ..] = rest {
                value = Some(value.unwrap_or(0_u8).checked_mul(10)?.checked_add(digit - b'0')?);
                rest = after;
            }
            if let [b'.', after @ ..] = rest {
                rest = after;
            }
            value
        };
        Some(Self { major: number()?, minor: number()?, patch: number().unwrap_or(0) })
    }

    /// Major and minor.
    pub fn feature(self) -> (u8, u8) {
        (self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The interpreter that this process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// Who made it.
    pub implementation: Implementation,
    /// The version of the language and of the C API.
    pub python: Version,
    /// The version of PyPy itself; the same as `python` elsewhere (GraalPy's C API does not tell).
    pub release: Version,
    /// Whether it is a free-threaded build, which has no GIL.
    pub free_threaded: bool,
    /// Whether it counts references and checks itself (`--with-pydebug`).
    pub debug: bool,
    /// Whether its layouts and private symbols are known facts and may be used: it is a released version that everypy
    /// knows, and `EVERYPY_FAST=0` does not forbid it.
    pub fast: bool,
}

/// The newest CPython whose layouts are known.
const NEWEST_KNOWN: (u8, u8) = (3, 15);

impl Runtime {
    pub(crate) fn identify(python: &Python) -> Result<Self, LoadError> {
        let text = python
            .text(c"Py_GetVersion")
            .and_then(|text| text.to_str().ok())
            .ok_or_else(|| LoadError::UnknownVersion(String::new()))?;
        let version =
            Version::parse(text).ok_or_else(|| LoadError::UnknownVersion(text.to_owned()))?;
        let has = |name| python.symbol(name).is_some();
        let implementation = if python.is_pypy() {
            Implementation::PyPy
        } else if has(c"_Py_NoneStructReference") {
            Implementation::GraalPy
        } else {
            Implementation::CPython
        };
        if implementation == Implementation::CPython && version.feature() < (3, 7) {
            return Err(LoadError::TooOld(version));
        }
        // Releases before 25.0 lack too much; what tells them apart is the Python that they implement.
        if implementation == Implementation::GraalPy && version.feature() < (3, 12) {
            return Err(LoadError::OldGraalPy(version));
        }
        let release = after(text, "[PyPy ").and_then(Version::parse).unwrap_or(version);
        let free_threaded = has(c"_Py_DecRefShared") || after(text, "free-threading").is_some();
        // The first is the counter up to 3.11, the second the one since 3.12.
        let debug = has(c"_Py_RefTotal") || has(c"_Py_IncRefTotal_DO_NOT_USE_THIS");
        Ok(Self::new(implementation, version, release, free_threaded, debug))
    }

    /// One that says this of itself.
    pub fn new(
        implementation: Implementation,
        python: Version,
        release: Version,
        free_threaded: bool,
        debug: bool,
    ) -> Self {
        let fast = python.feature() <= NEWEST_KNOWN && fast_is_allowed();
        Self { implementation, python, release, free_threaded, debug, fast }
    }
}

/// What comes after `mark`. The searches of the standard library are made for long texts, and large.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let start = text.as_bytes().windows(mark.len()).position(|part| part == mark.as_bytes())?;
    text.get(start + mark.len()..)
}

/// `EVERYPY_FAST=0` keeps to the stable ABI, as on an interpreter that everypy does not know.
fn fast_is_allowed() -> bool {
    std::env::var_os("EVERYPY_FAST").is_none_or(|value| value != "0")
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { implementation, python, release, .. } = self;
        match implementation {
            Implementation::CPython if self.free_threaded => {
                write!(f, "CPython {python} (free-threaded)")
            }
            Implementation::CPython => write!(f, "CPython {python}"),
            Implementation::PyPy => write!(f, "PyPy {release} (Python {python})"),
            Implementation::GraalPy => write!(f, "GraalPy (Python {python})"),
        }
    }
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

pub(crate) fn set(runtime: Runtime) {
    // Loading happens once, so the cell is empty.
    let _ = RUNTIME.set(runtime);
}

/// The interpreter that the table is filled for.
///
/// # Panics
///
/// Before the table has been loaded.
pub fn runtime() -> &'static Runtime {
    RUNTIME.get().expect("the table is loaded before anything asks what is running")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        #[track_caller]
        fn check(text: &str, expected: Option<(u8, u8, u8)>) {
            let version = Version::parse(text).map(|v| (v.major, v.minor, v.patch));
            assert_eq!(version, expected, "{text}");
        }
        check("3.7.16 (default, May  9 2026, 07:31:42) \n[GCC 12.2.0]", Some((3, 7, 16)));
        check("3.16.0a1+ (main, …)", Some((3, 16, 0)));
        check("7.3.11 with GCC 12.2.0]", Some((7, 3, 11)));
        check("3.13", Some((3, 13, 0)));
        check("three", None);
        check("3", None);
    }
}
