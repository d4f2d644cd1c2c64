//! What a matrix found out: one row per interpreter.

use std::path::PathBuf;

use serde::Serialize;

use crate::found::Interpreter;
use crate::request::Request;

/// What became of one interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Tests ran, and all of them passed.
    Passed,
    /// Tests ran, and some of them failed.
    Failed,
    /// The tests could not be run to their end: no environment, a crash, a
    /// time-out, no test at all, another module than the one in the wheel.
    Error,
}

impl Status {
    /// Returns the word that tables and JSON show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }
}

/// What became of one interpreter, with numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its name: `cp313t`.
    pub name: String,
    /// `cpython`; `None` for one that is required and not there.
    pub implementation: Option<String>,
    /// The version of the implementation: `3.13.5`, PyPy's `7.3.11`.
    pub version: Option<String>,
    /// Whether it runs without a global lock.
    pub free_threaded: Option<bool>,
    /// Where it is, as this machine sees it.
    pub executable: Option<PathBuf>,
    /// What became of it.
    pub status: Status,
    /// How many tests passed.
    pub passed: u64,
    /// How many tests failed.
    pub failed: u64,
    /// How long the tests ran.
    pub seconds: f64,
    /// The SHA-256 of the compiled module that was loaded.
    pub module_sha256: Option<String>,
    /// What went wrong, with the end of the output; empty if nothing did.
    pub detail: String,
    /// What people call it: `CPython 3.13.5 free-threaded`.
    #[serde(skip)]
    pub label: String,
}

impl Row {
    /// Returns the row of an interpreter that has not run yet.
    pub fn new(interpreter: &Interpreter) -> Self {
        let facts = &interpreter.facts;
        Self {
            name: interpreter.name.clone(),
            implementation: Some(facts.implementation.clone()),
            version: Some(facts.implementation_version.clone()),
            free_threaded: Some(facts.free_threaded),
            executable: Some(interpreter.path()),
            status: Status::Error,
            passed: 0,
            failed: 0,
            seconds: 0.0,
            module_sha256: None,
            detail: String::new(),
            label: facts.label(),
        }
    }

    /// Returns the row of one that is required and cannot run; `why` is like
    /// `not found`.
    pub fn missing(request: &Request, why: &str) -> Self {
        Self {
            name: request.to_string(),
            implementation: None,
            version: None,
            free_threaded: None,
            executable: None,
            status: Status::Error,
            passed: 0,
            failed: 0,
            seconds: 0.0,
            module_sha256: None,
            detail: format!("required but {why}"),
            label: "-".to_owned(),
        }
    }
}

/// Everything that a matrix found out.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The wheel that was installed; `None` if it was not built.
    pub wheel: Option<PathBuf>,
    /// The SHA-256 of the wheel.
    pub sha256: Option<String>,
    /// A row for each interpreter, in the order of their names.
    pub interpreters: Vec<Row>,
}

impl Report {
    /// Tells whether there is a row and every row passed.
    pub fn is_success(&self) -> bool {
        !self.interpreters.is_empty() && self.count(Status::Passed) == self.interpreters.len()
    }

    /// Returns how many interpreters have this status.
    pub fn count(&self, status: Status) -> usize {
        self.interpreters.iter().filter(|row| row.status == status).count()
    }

    /// Returns the sums of tests, passed and failed, over all interpreters.
    /// An error in which no test failed is one failure.
    pub fn sums(&self) -> (u64, u64) {
        let passed = self.interpreters.iter().map(|row| row.passed).sum();
        let failed = self.interpreters.iter().map(|row| match row.status {
            Status::Error => row.failed.max(1),
            _ => row.failed,
        });
        (passed, failed.sum())
    }

    /// Returns the report as JSON, with a line break at its end.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        json.expect("strings, numbers and lists are JSON") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: Status, passed: u64, failed: u64) -> Row {
        let row = Row::missing(&Request::Short("cp39".to_owned()), "not found");
        Row { status, passed, failed, ..row }
    }

    fn report(interpreters: Vec<Row>) -> Report {
        Report { wheel: None, sha256: None, interpreters }
    }

    #[test]
    fn an_error_is_a_failure() {
        let rows = vec![
            row(Status::Passed, 5, 0),
            row(Status::Failed, 3, 2),
            row(Status::Error, 0, 0),
            row(Status::Error, 5, 0),
        ];
        let report = report(rows);
        assert_eq!(report.sums(), (13, 4));
        assert!(!report.is_success());
    }

    #[test]
    fn nothing_is_no_success() {
        assert!(!report(Vec::new()).is_success());
        assert!(report(vec![row(Status::Passed, 1, 0)]).is_success());
    }

    #[test]
    fn the_json_has_exactly_these_fields() {
        let json: serde_json::Value =
            serde_json::from_str(&report(vec![row(Status::Passed, 1, 0)]).to_json()).unwrap();
        let keys = |value: &serde_json::Value| {
            let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys.join(" ")
        };
        assert_eq!(keys(&json), "interpreters sha256 wheel");
        let expected = "detail executable failed free_threaded implementation module_sha256 \
                        name passed seconds status version";
        assert_eq!(keys(&json["interpreters"][0]), expected);
        assert_eq!(json["interpreters"][0]["status"], "passed");
    }
}
