//! What can go wrong before an interpreter runs.
//!
//! A message says what failed, on what, and why. Advice is [`Error::hint`],
//! printed apart from it. What goes wrong on one interpreter is not an error
//! but a row of the [report](crate::report).

use std::io;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail as a whole.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why nothing could be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `cannot read `spam/pyproject.toml`: permission denied`
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// `read`, `write`, `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// `cannot run `cargo`: No such file or directory`
    #[error("cannot run `{}`: {source}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// `cannot use `/opt/gp/bin/graalpy`: the probe printed no JSON (exit status 1)`
    #[error("cannot use `{}`: {why}", path.display())]
    Unusable {
        /// The interpreter, as it was named.
        path: PathBuf,
        /// What it did instead of answering.
        why: String,
    },
    /// `cannot use `/opt/py36/bin/python`: everypy modules need CPython 3.7 or newer; …`
    #[error("cannot use `{name}`: {why}")]
    Refused {
        /// The name or the path.
        name: String,
        /// The refusal.
        why: String,
    },
    /// `` `pithon` is neither the name nor the path of an interpreter ``
    #[error("`{0}` is neither the name nor the path of an interpreter")]
    BadRequest(String),
    /// `no interpreter `cp36` on this machine`
    #[error("no interpreter `{0}` on this machine")]
    NotFound(String),
    /// `no interpreter to run on`
    #[error("no interpreter to run on")]
    NoInterpreters,
    /// `cannot enter the root file system `/srv/sid`: only root may run chroot`
    #[error("cannot enter the root file system `{}`: only root may run chroot", .0.display())]
    RootIsClosed(PathBuf),
    /// `no interpreter below `/srv/empty``
    #[error("no interpreter below `{}`", .0.display())]
    EmptyRoot(PathBuf),
    /// `cannot use the project `spam`: it has no Cargo.toml`
    #[error("cannot use the project `{}`: {why}", dir.display())]
    Project {
        /// The project's folder.
        dir: PathBuf,
        /// What is missing or wrong.
        why: String,
        /// What to do.
        hint: Option<&'static str>,
    },
    /// `` `cargo build` failed in `spam`: exit status 101 ``
    #[error("`cargo {action}` failed in `{}`: {why}", dir.display())]
    Cargo {
        /// `build`, `metadata`.
        action: &'static str,
        /// The project's folder.
        dir: PathBuf,
        /// How it ended, and what it said if that was not shown already.
        why: String,
    },
    /// `cannot use the wheel `x.whl`: it holds no compiled module`
    #[error("cannot use the wheel `{}`: {why}", path.display())]
    Wheel {
        /// The wheel.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// `no wheel for the target `wasm32-wasip1`: its platform tag is not known`
    #[error("no wheel for the target `{0}`: its platform tag is not known")]
    Platform(String),
    /// `found no tests in `spam``
    #[error("found no tests in `{}`", .0.display())]
    NoTests(PathBuf),
    /// Ctrl-C.
    #[error("interrupted")]
    Cancelled,
}

impl Error {
    /// Returns what to do about it, if there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unusable { path, .. } => Some(format!(
                "run `{} -c \"import sys\"` to see what the interpreter says",
                path.display()
            )),
            Self::BadRequest(_) => Some(
                "names look like cp39, cp313t, pypy311, pypy311-8.0.1, graalpy312; \
                 a path needs a `/`: ./python"
                    .to_owned(),
            ),
            Self::NotFound(_) => {
                Some("`everypy interpreters` lists what is there; `--root DIR` adds more".to_owned())
            }
            Self::NoInterpreters => {
                Some("install a Python 3.7 or newer, or name one: `--python PATH`".to_owned())
            }
            Self::RootIsClosed(_) => Some("run the same command as root".to_owned()),
            Self::EmptyRoot(_) => Some(
                "DIR is a root file system (DIR/usr/bin), or holds DIR/bin or DIR/*/bin".to_owned(),
            ),
            Self::Project { hint, .. } => hint.map(str::to_owned),
            Self::Platform(_) => Some("build for Linux, macOS or Windows".to_owned()),
            Self::NoTests(_) => Some(
                "put test_*.py into tests/, or name a command: `everypy matrix DIR -- python check.py`"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}
