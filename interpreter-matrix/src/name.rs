//! The names of interpreters: `cp313t`, `pypy39-7.3.11`.

use std::cmp::Ordering;

use crate::facts::Facts;

/// The names that one interpreter answers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Implementation and language version: `cp39`, `cp313t`, `cp311d`,
    /// `pypy311`, `graalpy312`.
    pub short: String,
    /// The short name and the version of the implementation: `cp39-3.9.18`,
    /// `pypy311-8.0.1`, `graalpy312-25.0.2`.
    pub exact: String,
}

impl Name {
    /// Returns the names of the interpreter that `facts` describes.
    pub fn new(facts: &Facts) -> Self {
        let implementation = match &*facts.implementation {
            "cpython" => "cp",
            other => other,
        };
        let mut parts = facts.python_version.split('.');
        let (major, minor) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let free_threaded = if facts.free_threaded { "t" } else { "" };
        let debug = if facts.debug { "d" } else { "" };
        let short = format!("{implementation}{major}{minor}{free_threaded}{debug}");
        let exact = format!("{short}-{}", facts.implementation_version);
        Self { short, exact }
    }

    /// Tells whether `asked`, in the short or the exact form, means this one.
    pub fn answers_to(&self, asked: &str) -> bool {
        asked == self.short || asked == self.exact
    }
}

/// Tells whether `text` has the form of a name, short or exact.
pub fn is_name(text: &str) -> bool {
    let (short, version) = match text.split_once('-') {
        Some((short, version)) => (short, Some(version)),
        None => (text, None),
    };
    let digits_from = short.find(|c: char| c.is_ascii_digit()).unwrap_or(short.len());
    let (implementation, rest) = short.split_at(digits_from);
    let flags_from = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, flags) = rest.split_at(flags_from);
    ["cp", "pypy", "graalpy"].contains(&implementation)
        && digits.len() >= 2
        && ["", "t", "d", "td"].contains(&flags)
        && version.is_none_or(|v| v.starts_with(|c: char| c.is_ascii_digit()))
}

/// Orders names and versions as people do: `cp39` before `cp310`, `3.9` before
/// `3.10`, CPython before the others.
pub fn compare(left: &str, right: &str) -> Ordering {
    pieces(left).cmp(&pieces(right))
}

/// Letters and numbers by turns; numbers compare by value.
fn pieces(text: &str) -> Vec<(String, u64, u64)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits_from = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (letters, tail) = rest.split_at(digits_from);
        let digits_to = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (digits, tail) = tail.split_at(digits_to);
        // `cp313` is 3 and 13; the language has had one digit in front so far.
        let named = ["cp", "pypy", "graalpy"].contains(&letters) && digits.len() > 1;
        let (major, minor) = if named { digits.split_at(1) } else { ("0", digits) };
        let number = |digits: &str| digits.parse().unwrap_or(0);
        let letters = match letters {
            "cp" => "0cp",
            "pypy" => "1pypy",
            "graalpy" => "2graalpy",
            other => other,
        };
        pieces.push((letters.to_owned(), number(major), number(minor)));
        rest = tail;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::example;

    #[track_caller]
    fn check(describe: &str, short: &str, exact: &str) {
        let name = example(describe).name();
        assert_eq!((&*name.short, &*name.exact), (short, exact));
        assert!(is_name(short) && is_name(exact));
        assert!(name.answers_to(short) && name.answers_to(exact));
    }

    #[test]
    fn every_interpreter_has_its_names() {
        check("cpython 3.7.16", "cp37", "cp37-3.7.16");
        check("cpython 3.10.13", "cp310", "cp310-3.10.13");
        check("cpython 3.13.5t", "cp313t", "cp313t-3.13.5");
        check("cpython 3.11.2d", "cp311d", "cp311d-3.11.2");
        check("cpython 3.14.0td", "cp314td", "cp314td-3.14.0");
        check("pypy 7.3.11 3.9.16", "pypy39", "pypy39-7.3.11");
        check("pypy 8.0.1 3.11.17", "pypy311", "pypy311-8.0.1");
        check("graalpy 25.0.2 3.12.8", "graalpy312", "graalpy312-25.0.2");
    }

    #[test]
    fn what_is_no_name() {
        for text in
            ["", "cp", "cp3", "python3.11", "3.11", "cp311x", "jython27", "cp311-", "cp311-x"]
        {
            assert!(!is_name(text), "{text}");
        }
    }

    #[test]
    fn another_version_is_another_interpreter() {
        let name = example("pypy 7.3.19 3.11.11").name();
        assert!(!name.answers_to("pypy311-8.0.1"));
        assert!(!name.answers_to("pypy31"));
        assert!(!name.answers_to("cp311"));
    }

    #[test]
    fn order_is_by_version() {
        let mut names = [
            "pypy311-8.0.1",
            "graalpy312",
            "cp313t",
            "cp39",
            "pypy39",
            "cp310",
            "cp313",
            "pypy311-7.3.19",
            "cp37",
        ];
        names.sort_by(|a, b| compare(a, b));
        let expected = [
            "cp37",
            "cp39",
            "cp310",
            "cp313",
            "cp313t",
            "pypy39",
            "pypy311-7.3.19",
            "pypy311-8.0.1",
            "graalpy312",
        ];
        assert_eq!(names, expected);
        assert_eq!(compare("3.9.18", "3.10.2"), Ordering::Less);
        assert_eq!(compare("3.11.7", "3.11.7"), Ordering::Equal);
    }
}
