//! Which interpreters somebody asks for.

use std::path::PathBuf;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::found::{Found, Interpreter};
use crate::name;

/// One interpreter, as a user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The short form, which any version satisfies: `cp39`, `cp313t`, `pypy311`.
    Short(String),
    /// The exact form: `cp39-3.9.18`, `pypy311-8.0.1`, `graalpy312-25.0.2`.
    Exact(String),
    /// An executable: `./pypy/bin/pypy3`, `/usr/bin/python3`.
    Path(PathBuf),
}

impl FromStr for Request {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if name::is_name(text) {
            let exact = text.contains('-');
            Ok(if exact { Self::Exact(text.to_owned()) } else { Self::Short(text.to_owned()) })
        } else if text.contains(std::path::is_separator) {
            Ok(Self::Path(PathBuf::from(text)))
        } else {
            Err(Error::BadRequest(text.to_owned()))
        }
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Short(name) | Self::Exact(name) => out.write_str(name),
            Self::Path(path) => write!(out, "{}", path.display()),
        }
    }
}

impl Request {
    /// Tells whether `interpreter` is what is asked for.
    pub fn accepts(&self, interpreter: &Interpreter) -> bool {
        match self {
            Self::Short(name) | Self::Exact(name) => interpreter.facts.name().answers_to(name),
            Self::Path(path) => interpreter.command == absolute(path),
        }
    }

    /// Returns what is asked for; a shadowed one only by its exact name.
    fn pick<'f>(&self, found: &'f Found) -> Result<Vec<&'f Interpreter>> {
        let mut picked: Vec<_> = found.interpreters.iter().filter(|i| self.accepts(i)).collect();
        if picked.is_empty() && matches!(self, Self::Exact(_)) {
            let shadowed = found.shadowed.iter().map(|shadowed| &shadowed.interpreter);
            picked.extend(shadowed.filter(|i| self.accepts(i)).take(1));
        }
        if !picked.is_empty() {
            return Ok(picked);
        }
        if let Some(refused) = found.refused.iter().find(|i| self.accepts(i)) {
            let why = refused.facts.refused.clone().unwrap_or_default();
            return Err(Error::Refused { name: self.to_string(), why });
        }
        if let Self::Path(path) = self
            && let Some(unusable) = found.unusable.iter().find(|u| u.path == absolute(path))
        {
            let why = unusable.reason.clone();
            return Err(Error::Unusable { path: path.clone(), why });
        }
        Err(Error::NotFound(self.to_string()))
    }
}

/// Returns the path as the search keeps it.
pub(crate) fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Which of the interpreters found take part.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these; empty means all.
    pub only: Vec<Request>,
    /// Not these.
    pub exclude: Vec<Request>,
    /// These must be among them.
    pub require: Vec<Request>,
}

impl Selection {
    /// Returns the paths that are asked for.
    pub fn paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.only.iter().filter_map(|request| match request {
            Request::Path(path) => Some(absolute(path)),
            _ => None,
        })
    }

    /// Tells whether only paths are asked for, so that nothing need be searched.
    pub fn is_paths_only(&self) -> bool {
        !self.only.is_empty() && self.paths().count() == self.only.len()
    }

    /// Tells whether a GraalPy could be among what is asked for.
    pub fn may_be_graalpy(&self) -> bool {
        let may_be = |request: &Request| request.to_string().starts_with("graalpy");
        self.only.is_empty() || self.only.iter().any(may_be)
    }

    /// Returns the interpreters that take part, in the order of their names.
    pub fn apply(&self, found: &Found) -> Result<Vec<Interpreter>> {
        let mut picked = Vec::new();
        if self.only.is_empty() {
            picked.extend(found.interpreters.iter());
        }
        for request in &self.only {
            picked.extend(request.pick(found)?);
        }
        let excluded = |i: &Interpreter| self.exclude.iter().any(|request| request.accepts(i));
        let mut picked: Vec<_> = picked.into_iter().filter(|i| !excluded(i)).cloned().collect();
        picked.sort_by(|a, b| name::compare(&a.name, &b.name));
        picked.dedup_by(|a, b| a.name == b.name);
        Ok(picked)
    }

    /// Returns what is required and not among `picked`, and why it is not.
    pub fn missing(&self, picked: &[Interpreter], found: &Found) -> Vec<(&Request, String)> {
        let lacking =
            self.require.iter().filter(|request| !picked.iter().any(|i| request.accepts(i)));
        lacking.map(|request| (request, why_missing(request, found))).collect()
    }
}

fn why_missing(request: &Request, found: &Found) -> String {
    if found.interpreters.iter().any(|i| request.accepts(i)) {
        return "not selected".to_owned();
    }
    let refused = found.refused.iter().find(|i| request.accepts(i));
    match refused.and_then(|interpreter| interpreter.facts.refused.as_ref()) {
        Some(why) => format!("refused: {why}"),
        None => "not found".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::example;
    use crate::place::Place;
    use crate::source::Source;

    fn found() -> Found {
        let all = [
            ("cpython 3.9.18", Source::Pyenv),
            ("cpython 3.11.7", Source::Pyenv),
            ("cpython 3.11.2", Source::UsualPlace),
            ("pypy 7.3.11 3.9.16", Source::SearchPath),
            ("pypy 7.3.19 3.11.11", Source::Provided),
            ("pypy 8.0.1 3.11.17", Source::Provided),
            ("cpython 3.6.15", Source::Pyenv),
        ];
        let all = all.map(|(describe, source)| {
            let mut facts = example(describe);
            if describe.contains("3.6.") {
                facts.refused = Some("this is CPython 3.6.15".to_owned());
            }
            let command = facts.executable.clone();
            Interpreter { name: String::new(), source, place: Place::Host, command, facts }
        });
        Found::from_candidates(all.to_vec(), Vec::new())
    }

    fn requests(list: &str) -> Vec<Request> {
        list.split_whitespace().map(|text| text.parse().unwrap()).collect()
    }

    #[track_caller]
    fn check(only: &str, exclude: &str, expected: &str) {
        let selection =
            Selection { only: requests(only), exclude: requests(exclude), require: Vec::new() };
        let text = match selection.apply(&found()) {
            Ok(picked) => picked.iter().map(|i| &*i.name).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn requests_pick() {
        check("", "", "cp39 cp311 pypy39 pypy311-7.3.19 pypy311-8.0.1");
        check("cp311", "", "cp311");
        check("pypy311", "", "pypy311-7.3.19 pypy311-8.0.1");
        check("pypy311-8.0.1 cp39 cp39", "", "cp39 pypy311-8.0.1");
        check("pypy39-7.3.11", "", "pypy39");
        check("cp311-3.11.2", "", "cp311-3.11.2");
        check("/opt/cpython-3.9.18/bin/python", "", "cp39");
        check("", "pypy311 cp39-3.9.18", "cp311 pypy39");
    }

    #[test]
    fn requests_that_pick_nothing_say_so() {
        check("cp312", "", "no interpreter `cp312` on this machine");
        check("cp36", "", "cannot use `cp36`: this is CPython 3.6.15");
        check("pypy311-9.0.0", "", "no interpreter `pypy311-9.0.0` on this machine");
    }

    #[test]
    fn what_is_required_must_be_there() {
        let selection = Selection {
            only: requests("cp39 pypy39 pypy311"),
            require: requests("cp39 cp311 cp312 pypy311 pypy311-8.0.1 pypy39-7.3.12 cp36"),
            ..Selection::default()
        };
        let found = found();
        let missing = selection.missing(&selection.apply(&found).unwrap(), &found);
        let missing: Vec<_> = missing.iter().map(|(r, why)| format!("{r}: {why}")).collect();
        let expected = [
            "cp311: not selected",
            "cp312: not found",
            "pypy39-7.3.12: not found",
            "cp36: refused: this is CPython 3.6.15",
        ];
        assert_eq!(missing, expected);
    }

    #[test]
    fn neither_name_nor_path() {
        let error = "pithon".parse::<Request>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`pithon` is neither the name nor the path of an interpreter"
        );
        assert!(error.hint().is_some());
        assert_eq!("./python".parse::<Request>().unwrap(), Request::Path("./python".into()));
    }
}
