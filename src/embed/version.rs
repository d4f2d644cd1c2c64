//! Requests for a version: `3.13t`, `>=3.9,<3.13`, `pypy`, `cp311`, `pypy311-8.0.1`.

use std::fmt;

use crate::runtime::{Implementation, Runtime, Version};

/// Which implementation and which versions are asked for.
///
/// A version stands for all that begin with it: `3.11` and `<=3.11` take 3.11.7, `>3.11` does not. A version without `t`
/// asks for a build with the GIL, one with `t` for one without it; likewise `d` for a debug build. Where no version is
/// named, as in `pypy`, any build will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRequest {
    text: String,
    implementation: Option<Implementation>,
    clauses: Vec<Clause>,
    /// The version of the implementation itself: the 8.0.1 of `pypy311-8.0.1`.
    release: Option<Clause>,
    build: Option<Build>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    operator: Operator,
    parts: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `~=3.9.2`: at least that, and nothing but the last part may grow.
    Compatible,
}

/// Longer ones first, since `>` begins `>=`.
const OPERATORS: [(&str, Operator); 8] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("~=", Operator::Compatible),
    ("<=", Operator::LessEqual),
    (">=", Operator::GreaterEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("", Operator::Equal),
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Build {
    free_threaded: bool,
    debug: bool,
}

/// Longer ones first, since `cp` begins `cpython`.
const IMPLEMENTATIONS: [(&str, Implementation); 4] = [
    ("cpython", Implementation::CPython),
    ("cp", Implementation::CPython),
    ("pypy", Implementation::PyPy),
    ("graalpy", Implementation::GraalPy),
];

impl VersionRequest {
    /// Reads a request; `None` if `text` is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let implementation = IMPLEMENTATIONS
            .iter()
            .find_map(|(name, implementation)| Some((*implementation, lower.strip_prefix(name)?)));
        let (implementation, rest) = match implementation {
            Some((implementation, rest)) => (Some(implementation), rest),
            None => (None, &*lower),
        };
        let mut request = Self {
            text: text.trim().to_owned(),
            implementation,
            clauses: Vec::new(),
            release: None,
            build: None,
        };
        if rest.is_empty() {
            return implementation.is_some().then_some(request);
        }
        if implementation.is_some() && request.parse_short(rest) {
            return Some(request);
        }
        let rest =
            if implementation.is_some() { rest.trim_start_matches(['@', '-']) } else { rest };
        let mut build = Build::default();
        for clause in rest.split(',') {
            let clause = clause.trim();
            let (operator, version) = OPERATORS.iter().find_map(|(sign, operator)| {
                Some((*operator, clause.strip_prefix(sign)?.trim_start()))
            })?;
            let numbers = version.trim_end_matches(['t', 'd']);
            build.free_threaded |= version[numbers.len()..].contains('t');
            build.debug |= version[numbers.len()..].contains('d');
            let parts = parts(numbers.strip_suffix(".*").unwrap_or(numbers))?;
            if operator == Operator::Compatible && parts.len() < 2 {
                return None;
            }
            request.clauses.push(Clause { operator, parts });
        }
        request.build = Some(build);
        Some(request)
    }

    /// Reads what follows the implementation in the names of `everypy interpreters`: `313t`, `311-8.0.1`.
    fn parse_short(&mut self, rest: &str) -> bool {
        let (short, release) = match rest.split_once('-') {
            Some((short, release)) => (short, Some(release)),
            None => (rest, None),
        };
        let digits = short.trim_end_matches(['t', 'd']);
        if digits.len() < 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let (Ok(major), Ok(minor)) = (digits[..1].parse(), digits[1..].parse()) else {
            return false;
        };
        let release = match release.map(parts) {
            Some(None) => return false,
            Some(Some(parts)) => Some(Clause { operator: Operator::Equal, parts }),
            None => None,
        };
        let flags = &short[digits.len()..];
        self.clauses = vec![Clause { operator: Operator::Equal, parts: vec![major, minor] }];
        self.release = release;
        self.build = Some(Build { free_threaded: flags.contains('t'), debug: flags.contains('d') });
        true
    }

    /// Whether `runtime` is what is asked for.
    pub(super) fn accepts(&self, runtime: &Runtime) -> bool {
        let build = Build { free_threaded: runtime.free_threaded, debug: runtime.debug };
        self.implementation.is_none_or(|implementation| implementation == runtime.implementation)
            && self.build.is_none_or(|asked| asked == build)
            && self.clauses.iter().all(|clause| clause.accepts(&numbers(runtime.python)))
            && self.release.as_ref().is_none_or(|clause| clause.accepts(&numbers(runtime.release)))
    }

    /// The implementation that is asked for, if only one is.
    pub(super) fn implementation(&self) -> Option<Implementation> {
        self.implementation
    }

    /// Whether every version will do.
    pub(super) fn is_any(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Whether a build without the GIL is asked for; `None` if any build will do.
    pub(super) fn free_threaded(&self) -> Option<bool> {
        self.build.map(|build| build.free_threaded)
    }

    /// Whether an interpreter of the version `3.minor` may be what is asked for.
    pub(super) fn may_be(&self, minor: u8) -> bool {
        self.clauses.iter().all(|clause| clause.parts.len() > 2 || clause.accepts(&[3, minor]))
    }
}

impl Clause {
    fn accepts(&self, version: &[u8]) -> bool {
        let asked = &*self.parts;
        let version = &version[..version.len().min(asked.len())];
        match self.operator {
            Operator::Equal => version == asked,
            Operator::NotEqual => version != asked,
            Operator::Less => version < asked,
            Operator::LessEqual => version <= asked,
            Operator::Greater => version > asked,
            Operator::GreaterEqual => version >= asked,
            Operator::Compatible => {
                let fixed = asked.len() - 1;
                version >= asked && version[..fixed] == asked[..fixed]
            }
        }
    }
}

impl fmt::Display for VersionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn numbers(version: Version) -> [u8; 3] {
    [version.major, version.minor, version.patch]
}

/// `3.13` as one to three numbers.
fn parts(text: &str) -> Option<Vec<u8>> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| digits(part).then(|| part.parse().ok())?;
    let parts: Vec<u8> = text.split('.').map(number).collect::<Option<_>>()?;
    (parts.len() <= 3).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `CPython 3.13.5t`, `PyPy 7.3.19 3.11.11`.
    fn runtime(described: &str) -> Runtime {
        let words: Vec<&str> = described.split(' ').collect();
        let implementation = Implementation::ALL
            .into_iter()
            .find(|implementation| implementation.to_string() == words[0])
            .unwrap();
        let release = Version::parse(words[1]).unwrap();
        let python = words.get(2).map_or(release, |text| Version::parse(text).unwrap());
        let (free_threaded, debug) = (words[1].contains('t'), words[1].contains('d'));
        Runtime::new(implementation, python, release, free_threaded, debug)
    }

    #[track_caller]
    fn check(request: &str, takes: &[&str]) {
        let known = [
            "CPython 3.7.16",
            "CPython 3.9.18",
            "CPython 3.11.7",
            "CPython 3.13.0",
            "CPython 3.13.5t",
            "CPython 3.13.5d",
            "PyPy 7.3.11 3.9.16",
            "PyPy 8.0.1 3.11.17",
            "GraalPy 25.0.2 3.12.8",
        ];
        let parsed = VersionRequest::parse(request).expect(request);
        assert_eq!(parsed.to_string(), request);
        let taken: Vec<_> =
            known.into_iter().filter(|described| parsed.accepts(&runtime(described))).collect();
        assert_eq!(taken, takes, "{request}");
    }

    #[test]
    fn what_is_taken() {
        check("3.13", &["CPython 3.13.0"]);
        check("3.13t", &["CPython 3.13.5t"]);
        check("3.13d", &["CPython 3.13.5d"]);
        check("3.13.0", &["CPython 3.13.0"]);
        check("3.13.1", &[]);
        check("3.9", &["CPython 3.9.18", "PyPy 7.3.11 3.9.16"]);
        check("==3.9.*", &["CPython 3.9.18", "PyPy 7.3.11 3.9.16"]);
        check("cpython3.9", &["CPython 3.9.18"]);
        check("cpython@3.9", &["CPython 3.9.18"]);
        check("cp39", &["CPython 3.9.18"]);
        check("cp313t", &["CPython 3.13.5t"]);
        check("cp313-3.13.0", &["CPython 3.13.0"]);
        check("pypy", &["PyPy 7.3.11 3.9.16", "PyPy 8.0.1 3.11.17"]);
        check("PyPy3.9", &["PyPy 7.3.11 3.9.16"]);
        check("pypy3", &["PyPy 7.3.11 3.9.16", "PyPy 8.0.1 3.11.17"]);
        check("pypy>3.9", &["PyPy 8.0.1 3.11.17"]);
        check("pypy311-8.0.1", &["PyPy 8.0.1 3.11.17"]);
        check("pypy311-7.3.19", &[]);
        check("graalpy", &["GraalPy 25.0.2 3.12.8"]);
        check(
            ">=3.9,<3.12",
            &["CPython 3.9.18", "CPython 3.11.7", "PyPy 7.3.11 3.9.16", "PyPy 8.0.1 3.11.17"],
        );
        check("<=3.7", &["CPython 3.7.16"]);
        check("cp>3.11", &["CPython 3.13.0"]);
        check("cpython >= 3.9, != 3.11", &["CPython 3.9.18", "CPython 3.13.0"]);
        check("cp~=3.9.2", &["CPython 3.9.18"]);
        check("cp~=3.11", &["CPython 3.11.7", "CPython 3.13.0"]);
    }

    #[test]
    fn what_is_no_request_for_a_version() {
        for text in [
            "",
            "3.x",
            "3.",
            ".3",
            "3..1",
            "3.13u",
            "cp39-",
            "pypy311-x",
            ">=",
            "3.9,",
            "~=3",
            "3.1.2.3",
            "3.300",
            "rustpython",
            "=3.9",
        ] {
            assert_eq!(VersionRequest::parse(text), None, "{text}");
        }
    }
}
