//! The forms of the module.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use everypy_matrix::found::Interpreter;
use serde::Serialize;

use crate::bench::cargo::Crate;
use crate::bench::{Folders, programs};

/// With what the module is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// C, with the whole API of the version; what the others are compared with.
    C,
    /// Ours: one file for all versions.
    Everypy,
    /// PyO3's newest release, built for the version.
    Pyo3,
}

impl Form {
    /// All, in the order of the columns.
    pub(super) const ALL: [Self; 3] = [Self::C, Self::Everypy, Self::Pyo3];

    /// Whether an interpreter may lack it.
    pub(super) fn is_optional(self) -> bool {
        self == Self::Pyo3
    }

    /// Builds it for an interpreter and returns the file.
    pub(super) fn build(
        self,
        folders: &Folders,
        interpreter: &Interpreter,
    ) -> anyhow::Result<PathBuf> {
        let target = |name: &str| folders.target.join(name);
        match self {
            Self::C => build_c(folders, interpreter, &target(&format!("c-{}", interpreter.name))),
            Self::Everypy => {
                let folder = folders.benches.join("everypy-form");
                let variables = Vec::new();
                let built = Crate { folder, target: target("everypy"), variables }.build()?;
                Ok(built.library)
            }
            Self::Pyo3 => {
                let folder = folders.benches.join("pyo3-form");
                let target = target(&format!("pyo3-{}", interpreter.name));
                Ok(Crate::for_pyo3(folder, target, &interpreter.command).build()?.library)
            }
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::C => "C",
            Self::Everypy => "everypy",
            Self::Pyo3 => "PyO3",
        })
    }
}

/// Where a Python's headers are.
const INCLUDE: &str = "import sysconfig; print(sysconfig.get_path('include'))";

fn build_c(folders: &Folders, interpreter: &Interpreter, target: &Path) -> anyhow::Result<PathBuf> {
    let include = programs::output(programs::python(interpreter).arg("-c").arg(INCLUDE))?;
    let include = Path::new(include.trim());
    ensure!(
        include.join("Python.h").is_file(),
        "there are no headers of {} in `{}`\nhint: install them; Debian's package is `python3.x-dev`",
        interpreter.facts.label(),
        include.display(),
    );
    std::fs::create_dir_all(target)?;
    let file = target.join("bench_module.so");
    let mut compiler = programs::c_compiler();
    // `-g1` as in the Rust forms: lines for callgrind_annotate.
    compiler.args(["-O2", "-g1", "-DNDEBUG", "-Wall", "-Wextra", "-Werror"]);
    compiler.args(["-fPIC", "-shared", "-fvisibility=hidden", "-Wno-unused-parameter"]);
    // Not `-I`: what is said of a version's own headers is not for us.
    compiler.arg("-isystem").arg(include);
    compiler.arg(folders.benches.join("c-form/module.c")).arg("-o").arg(&file);
    programs::output(&mut compiler)?;
    Ok(file)
}
