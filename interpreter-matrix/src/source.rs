//! Where an interpreter was found.

use serde::Serialize;

/// Where a candidate interpreter came from, in the order of preference.
///
/// When two interpreters would get the same name, the one from the place that
/// stands higher here is taken and the other is listed as shadowed. Within one
/// place the newer one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Named on the command line: `--python ./pypy/bin/pypy3`.
    CommandLine,
    /// Below a folder named on the command line: `--root /srv/sid`.
    Root,
    /// What the environment that `VIRTUAL_ENV` points at was made from.
    ActiveEnvironment,
    /// `~/.pyenv/versions/3.12.1/bin/python3.12`.
    Pyenv,
    /// `~/.local/share/uv/python/cpython-3.14.0-linux-x86_64-gnu/bin/python3.14`.
    Uv,
    /// `~/miniforge3/envs/science/bin/python3.13`.
    Conda,
    /// Our own folder: `~/.cache/everypy/interpreters/cp313t/bin/python3.13t`.
    Provided,
    /// An executable name on `PATH`: `python3.12`, `pypy3.10`, `graalpy`.
    SearchPath,
    /// Where systems put them: `/usr/bin`, `/opt/*/bin`, `/Library/Frameworks`.
    UsualPlace,
}

impl Source {
    /// Returns the word that tables show.
    pub fn label(self) -> &'static str {
        match self {
            Self::CommandLine => "command line",
            Self::Root => "root",
            Self::ActiveEnvironment => "active environment",
            Self::Pyenv => "pyenv",
            Self::Uv => "uv",
            Self::Conda => "conda",
            Self::Provided => "provided",
            Self::SearchPath => "PATH",
            Self::UsualPlace => "usual place",
        }
    }
}
