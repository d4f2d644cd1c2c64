//! What an interpreter says about itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::name::Name;

/// The answer of `probe.py`, as the interpreter gave it.
///
/// All paths are those of the file system that the interpreter sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `cpython`, `pypy`, `graalpy`: `sys.implementation.name`.
    pub implementation: String,
    /// The version of the implementation: `3.11.7`, PyPy's `7.3.19`.
    pub implementation_version: String,
    /// The version of the language and library: `3.11.11`.
    pub python_version: String,
    /// Whether it runs without a global lock.
    pub free_threaded: bool,
    /// Whether it was built `--with-pydebug`.
    pub debug: bool,
    /// What the process is: `x86_64`, `aarch64`, `i686`.
    pub architecture: String,
    /// 64 or 32.
    pub pointer_bits: u8,
    /// `sysconfig.get_platform()`: `linux-x86_64`.
    pub platform: String,
    /// `glibc` or `musl`, where there is one.
    pub libc: Option<String>,
    /// `2.36`.
    pub libc_version: Option<String>,
    /// The shared library to embed: `/usr/lib/libpython3.11.so.1.0`.
    pub libpython: Option<PathBuf>,
    /// What its finder takes: `.cpython-311-x86_64-linux-gnu.so`, `.abi3.so`, `.so`.
    pub extension_suffixes: Vec<String>,
    /// `sys.executable`.
    pub executable: PathBuf,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    /// `sys.base_prefix`, without symbolic links.
    pub base_prefix: PathBuf,
    /// Whether this is a virtual environment of another interpreter.
    pub virtual_environment: bool,
    /// That other interpreter.
    pub base_executable: Option<PathBuf>,
    /// Why our modules do not run on it, if they do not:
    /// `everypy modules need CPython 3.7 or newer; this is CPython 3.6.15`.
    pub refused: Option<String>,
}

impl Facts {
    /// Returns the short and the exact name.
    pub fn name(&self) -> Name {
        Name::new(self)
    }

    /// Returns what people call it: `CPython 3.11.7`, `PyPy 7.3.11 (3.9.16)`.
    pub fn label(&self) -> String {
        let implementation = match &*self.implementation {
            "cpython" => "CPython",
            "pypy" => "PyPy",
            "graalpy" => "GraalPy",
            other => other,
        };
        let mut label = format!("{implementation} {}", self.implementation_version);
        if self.implementation_version != self.python_version {
            label += &format!(" ({})", self.python_version);
        }
        if self.free_threaded {
            label += " free-threaded";
        }
        if self.debug {
            label += " debug";
        }
        label
    }
}

/// Facts for tests; `describe` is like `cpython 3.13.5t` or `pypy 7.3.19 3.11.11`.
#[cfg(test)]
pub(crate) fn example(describe: &str) -> Facts {
    let words: Vec<&str> = describe.split(' ').collect();
    let version = words[1].trim_end_matches(['t', 'd']);
    let flags = &words[1][version.len()..];
    Facts {
        implementation: words[0].to_owned(),
        implementation_version: version.to_owned(),
        python_version: words.get(2).copied().unwrap_or(version).to_owned(),
        free_threaded: flags.contains('t'),
        debug: flags.contains('d'),
        architecture: "x86_64".to_owned(),
        pointer_bits: 64,
        platform: "linux-x86_64".to_owned(),
        libc: Some("glibc".to_owned()),
        libc_version: Some("2.36".to_owned()),
        libpython: None,
        extension_suffixes: vec![".so".to_owned()],
        executable: format!("/opt/{}/bin/python", words.join("-")).into(),
        prefix: format!("/opt/{}", words.join("-")).into(),
        base_prefix: format!("/opt/{}", words.join("-")).into(),
        virtual_environment: false,
        base_executable: None,
        refused: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(describe: &str, label: &str) {
        assert_eq!(example(describe).label(), label);
    }

    #[test]
    fn labels() {
        check("cpython 3.11.7", "CPython 3.11.7");
        check("cpython 3.13.5t", "CPython 3.13.5 free-threaded");
        check("cpython 3.11.2d", "CPython 3.11.2 debug");
        check("pypy 7.3.11 3.9.16", "PyPy 7.3.11 (3.9.16)");
        check("graalpy 25.0.2 3.12.8", "GraalPy 25.0.2 (3.12.8)");
    }
}
