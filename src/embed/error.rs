//! Why no interpreter could be embedded.

use std::fmt;
use std::path::{Path, PathBuf};

use super::request::Request;

/// A candidate that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The executable or library.
    pub candidate: PathBuf,
    /// Why: `it is CPython 3.6.15, which is older than 3.7`.
    pub reason: String,
    /// What to do about it, if there is something to say.
    pub hint: Option<String>,
}

impl Refusal {
    pub(super) fn new(candidate: &Path, reason: impl Into<String>) -> Self {
        Self { candidate: candidate.to_path_buf(), reason: one_line(&reason.into()), hint: None }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(one_line(&hint.into()));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.candidate.display(), self.reason)
    }
}

/// Why there is no interpreter. The text is one line; what to do about it is [`hint`](Self::hint).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// `` `3.x` asks for no interpreter ``
    BadRequest(String),
    /// Nothing was found, or what was found cannot be taken.
    NotFound {
        /// What was asked for.
        request: Request,
        /// What was tried, in that order.
        refusals: Vec<Refusal>,
    },
    /// The process has another Python already, and can have one only.
    Second {
        /// What was asked for.
        request: String,
        /// What is running: `CPython 3.11.7`.
        running: String,
    },
    /// The interpreter was found, and could not be started. The process cannot have another one.
    Start(Refusal),
}

impl Error {
    /// The candidates that were tried, each with the reason why it was not taken.
    pub fn refusals(&self) -> &[Refusal] {
        match self {
            Self::NotFound { refusals, .. } => refusals,
            Self::Start(refusal) => std::slice::from_ref(refusal),
            Self::BadRequest(_) | Self::Second { .. } => &[],
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Second { .. } => {
                "ask for the one that is running, or use a process for each interpreter".to_owned()
            }
            // The first one fitted best.
            _ => match self.refusals() {
                [Refusal { hint: Some(hint), .. }, ..] => hint.clone(),
                _ => HINT.to_owned(),
            },
        }
    }
}

const HINT: &str = "EVERYPY_PYTHON or --python names an executable, a virtual environment, a library, or a version: \
                    3.13, 3.13t, >=3.9,<3.13, pypy, cp311";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(text) => write!(
                f,
                "`{}` is no path, and neither the name nor a version of an interpreter",
                one_line(text)
            ),
            Self::NotFound { request, refusals } => match &**refusals {
                [] => write!(
                    f,
                    "no Python to embed for `{request}`: there is none on PATH, with pyenv, uv or conda, or where \
                     systems put them"
                ),
                [refusal] => write!(f, "cannot embed {refusal}"),
                refusals => {
                    write!(f, "no Python to embed for `{request}`: tried ")?;
                    for (index, refusal) in refusals.iter().enumerate() {
                        write!(f, "{}{refusal}", if index == 0 { "" } else { "; " })?;
                    }
                    Ok(())
                }
            },
            Self::Second { request, running } => write!(
                f,
                "cannot embed `{request}`: this process runs {running} already, and can have one Python only"
            ),
            Self::Start(refusal) => write!(f, "cannot start {refusal}"),
        }
    }
}

impl std::error::Error for Error {}

/// The text without line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
