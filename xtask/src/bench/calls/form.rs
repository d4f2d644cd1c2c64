//! The forms of the module.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use everypy_matrix::found::Interpreter;
use serde::Serialize;

use crate::bench::cargo::Crate;
use crate::bench::{Folders, machine, programs};

/// With what the module is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::bench) enum Form {
    /// C, with the whole API of the version; what the others are compared with.
    C,
    /// Ours: one file for all versions.
    Everypy,
    /// The same file with `EVERYPY_FAST=0`, as on a Python that is not known.
    Stable,
    /// PyO3's newest release that supports the interpreter, built for it.
    Pyo3,
    /// PyO3's newest release, built for the stable ABI.
    Abi3,
}

impl Form {
    /// All, in the order of the columns.
    pub(in crate::bench) const ALL: [Self; 5] =
        [Self::C, Self::Everypy, Self::Stable, Self::Pyo3, Self::Abi3];

    /// Whether it is ours, and so has to be there and to reach the goals.
    pub(in crate::bench) fn is_ours(self) -> bool {
        matches!(self, Self::Everypy | Self::Stable)
    }

    /// Whether an interpreter may lack it.
    pub(in crate::bench) fn is_optional(self) -> bool {
        matches!(self, Self::Pyo3 | Self::Abi3)
    }

    /// The environment variables that the interpreter gets.
    pub(in crate::bench) fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Stable => &[("EVERYPY_FAST", "0")],
            _ => &[],
        }
    }

    /// Builds the module with all operations for an interpreter and returns the file.
    pub(in crate::bench) fn build(
        self,
        folders: &Folders,
        interpreter: &Interpreter,
    ) -> anyhow::Result<PathBuf> {
        match self.rust(folders, interpreter)? {
            Some(source) => Ok(source.build()?.library),
            None => build_c(folders, interpreter, "bench_module", &["module.c", "classes.c"]),
        }
    }

    /// Builds the module with one function for an interpreter and returns the file.
    pub(in crate::bench) fn build_one_function(
        self,
        folders: &Folders,
        interpreter: &Interpreter,
    ) -> anyhow::Result<PathBuf> {
        match self.rust(folders, interpreter)? {
            Some(source) => Ok(source.build_example("one_function")?.library),
            None => build_c(folders, interpreter, "one_function", &["one_function.c"]),
        }
    }

    /// The crate that it is; C is none.
    fn rust(self, folders: &Folders, interpreter: &Interpreter) -> anyhow::Result<Option<Crate>> {
        let target = |name: &str| folders.target.join(name);
        let pyo3 = |release: &str| folders.benches.join("pyo3-form").join(release);
        Ok(match self {
            Self::C => None,
            Self::Everypy | Self::Stable => {
                let folder = folders.benches.join("everypy-form");
                Some(Crate { folder, target: target("everypy"), variables: Vec::new() })
            }
            Self::Pyo3 => {
                let target = target(&format!("pyo3-{}", interpreter.name));
                let folder = pyo3(pyo3_release(interpreter));
                Some(Crate::for_pyo3(folder, target, &interpreter.command))
            }
            Self::Abi3 => {
                let facts = &interpreter.facts;
                ensure!(
                    facts.implementation == "cpython" && !facts.free_threaded,
                    "the stable ABI that it builds for is that of CPython with a GIL"
                );
                let target = target("pyo3-abi3");
                Some(Crate::for_pyo3(pyo3("0.30-abi3"), target, &interpreter.command))
            }
        })
    }

    /// What the tables of an interpreter call it: `PyO3 0.30.1`.
    pub(in crate::bench) fn title(self, folders: &Folders, interpreter: &Interpreter) -> String {
        let release = match self {
            Self::Pyo3 => pyo3_release(interpreter),
            _ => return self.to_string(),
        };
        let lock = folders.benches.join("pyo3-form").join(release).join("Cargo.lock");
        match machine::version("pyo3", &lock) {
            Some(version) => format!("{self} {version}"),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::C => "C",
            Self::Everypy => "everypy",
            Self::Stable => "FAST=0",
            Self::Pyo3 => "PyO3",
            Self::Abi3 => "abi3",
        })
    }
}

/// The newest release of PyO3 that supports an interpreter, as a folder of `benches/pyo3-form`.
fn pyo3_release(interpreter: &Interpreter) -> &'static str {
    let facts = &interpreter.facts;
    let minor = facts.python_version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    let before = |version: u32| minor.is_some_and(|minor| minor < version);
    if facts.implementation == "pypy" && before(11) {
        "0.26"
    } else if facts.free_threaded && before(14) {
        "0.28"
    } else {
        "0.30"
    }
}

/// Where a Python's headers are.
const INCLUDE: &str = "import sysconfig; print(sysconfig.get_path('include'))";

fn build_c(
    folders: &Folders,
    interpreter: &Interpreter,
    name: &str,
    sources: &[&str],
) -> anyhow::Result<PathBuf> {
    let include = programs::output(programs::python(interpreter).arg("-c").arg(INCLUDE))?;
    let include = Path::new(include.trim());
    ensure!(
        include.join("Python.h").is_file(),
        "there are no headers of {} in `{}`\nhint: install them; Debian's package is `python3.x-dev`",
        interpreter.facts.label(),
        include.display(),
    );
    let target = folders.target.join(format!("c-{}", interpreter.name));
    std::fs::create_dir_all(&target)?;
    let file = target.join(name).with_extension("so");
    let mut compiler = programs::c_compiler();
    // `-g1` as in the Rust forms: lines for callgrind_annotate.
    compiler.args(["-O2", "-g1", "-DNDEBUG", "-Wall", "-Wextra", "-Werror"]);
    compiler.args(["-fPIC", "-shared", "-fvisibility=hidden", "-Wno-unused-parameter"]);
    // Not `-I`: what is said of a version's own headers is not for us.
    compiler.arg("-isystem").arg(include);
    compiler.args(sources.iter().map(|source| folders.benches.join("c-form").join(source)));
    programs::output(compiler.arg("-o").arg(&file))?;
    Ok(file)
}
