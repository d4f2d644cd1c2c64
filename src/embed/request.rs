//! Which interpreter somebody asks for.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf, is_separator};
use std::str::FromStr;

use super::error::Error;
use super::version::VersionRequest;

/// The environment variable that chooses the interpreter of every program which embeds one.
pub const VARIABLE: &str = "EVERYPY_PYTHON";

/// Which interpreter to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// The best on the machine: nothing, or `any`.
    Any,
    /// A version, an implementation, or both: `3.13t`, `>=3.9,<3.13`, `pypy`, `cp311`, `pypy311-8.0.1`.
    Version(VersionRequest),
    /// An executable on `PATH`: `python3`, `python3.11`.
    Name(String),
    /// An executable: `./pypy/bin/pypy3`, `/usr/bin/python3`.
    Executable(PathBuf),
    /// A virtual environment, or the folder of an installation: `./.venv`, `/opt/python3.13`.
    Environment(PathBuf),
    /// A library: `/usr/lib/libpython3.11.so.1.0`.
    Library(PathBuf),
}

impl Request {
    /// What the environment variable `EVERYPY_PYTHON` asks for: [`Any`](Self::Any) if it is not set.
    ///
    /// # Errors
    ///
    /// If it is neither a path nor anything else that [`parse`](Self::parse) knows.
    pub fn from_environment() -> Result<Self, Error> {
        env::var_os(VARIABLE).map_or(Ok(Self::Any), |text| Self::parse(&text))
    }

    /// Reads a request. What has a separator in it, begins with a dot or is there is a path.
    ///
    /// # Errors
    ///
    /// [`Error::BadRequest`].
    pub fn parse(text: &OsStr) -> Result<Self, Error> {
        let path = Path::new(text);
        let Some(unicode) = text.to_str() else {
            return Ok(Self::of_path(path));
        };
        let unicode = unicode.trim();
        if unicode.is_empty() || unicode.eq_ignore_ascii_case("any") {
            Ok(Self::Any)
        } else if unicode.contains(is_separator) || unicode.starts_with('.') {
            Ok(Self::of_path(path))
        } else if let Some(version) = VersionRequest::parse(unicode) {
            Ok(Self::Version(version))
        } else if path.exists() {
            Ok(Self::of_path(path))
        } else if unicode.starts_with("python") {
            Ok(Self::Name(unicode.to_owned()))
        } else {
            Err(Error::BadRequest(unicode.to_owned()))
        }
    }

    fn of_path(path: &Path) -> Self {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_library = [".so", ".dylib", ".dll"]
            .iter()
            .any(|suffix| name.ends_with(suffix) || name.contains(&format!("{suffix}.")));
        if absolute.is_dir() {
            Self::Environment(absolute)
        } else if is_library {
            Self::Library(absolute)
        } else {
            Self::Executable(absolute)
        }
    }
}

impl FromStr for Request {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(OsStr::new(text))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Version(version) => version.fmt(f),
            Self::Name(name) => f.write_str(name),
            Self::Executable(path) | Self::Environment(path) | Self::Library(path) => {
                path.display().fmt(f)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        #[track_caller]
        fn check(text: &str, kind: &str) {
            let kind_of = |request| match request {
                Request::Any => "any",
                Request::Version(_) => "version",
                Request::Name(_) => "name",
                Request::Executable(_) => "executable",
                Request::Environment(_) => "environment",
                Request::Library(_) => "library",
            };
            assert_eq!(text.parse().map_or("none", kind_of), kind, "{text}");
        }
        check("", "any");
        check(" any ", "any");
        check("3.13t", "version");
        check(">=3.9, <3.13", "version");
        check("pypy", "version");
        check("cp313t", "version");
        check("python3", "name");
        check("python3.11", "name");
        check("./python", "executable");
        check("/opt/a folder/bin/pypy3", "executable");
        check("/opt/\u{e9}/libpython3.11.so.1.0", "library");
        check("/opt/libpypy3.11-c.so", "library");
        check("C:/Python311/python311.dll", "library");
        check("/", "environment");
        // The folder of this very crate.
        check("src", "environment");
        check(".", "environment");
        check("3.x", "none");
        check("pithon", "none");
    }
}
