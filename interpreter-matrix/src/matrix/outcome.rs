//! What a test run means.

use crate::counts::Counts;
use crate::process::{Ending, Finished};
use crate::report::Status;

/// How many lines of output a detail shows.
const TAIL: usize = 30;

/// What a test run means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: Status,
    pub(super) counts: Counts,
    pub(super) detail: String,
}

impl Outcome {
    /// A run passes if it says how many tests passed, that none failed, and
    /// agrees by its exit status. Anything else is said in words.
    pub(super) fn judge(finished: &Finished) -> Self {
        let read = Counts::read(&finished.stdout);
        let counts = read.unwrap_or_default();
        let ending = &finished.ending;
        let ran = counts.passed + counts.failed;
        let (status, why) = match ending {
            Ending::Exited(0) if read.is_none() => {
                (Status::Error, format!("ran no test: {ending}, and no line `N passed, N failed`"))
            }
            Ending::Exited(_) if counts.failed > 0 => {
                (Status::Failed, format!("{} of {ran} failed ({ending})", counts.failed))
            }
            Ending::Exited(_) if read.is_some() && counts.passed == 0 => {
                (Status::Error, format!("ran no test ({ending}, {} skipped)", counts.skipped))
            }
            Ending::Exited(0) => {
                return Self { status: Status::Passed, counts, detail: String::new() };
            }
            Ending::Exited(_) if read.is_some() => {
                (Status::Error, format!("{ending}, though no test failed"))
            }
            Ending::Exited(_) | Ending::Killed(_) | Ending::TimedOut(_) | Ending::Cancelled => {
                (Status::Error, ending.to_string())
            }
        };
        Self { status, counts, detail: why + &tail(&finished.stdout) }
    }
}

/// Returns the last lines of an output, each after a line break.
pub(super) fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let last = &lines[lines.len().saturating_sub(TAIL)..];
    last.iter().map(|line| format!("\n{line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[track_caller]
    fn check(output: &str, ending: Ending, status: Status, why: &str) {
        let finished = Finished {
            ending,
            stdout: output.to_owned(),
            stderr: String::new(),
            duration: Duration::ZERO,
        };
        let outcome = Outcome::judge(&finished);
        let first = outcome.detail.lines().next().unwrap_or("");
        assert_eq!((outcome.status, first), (status, why));
    }

    #[test]
    fn endings_and_counts() {
        let exited = Ending::Exited;
        check("3 passed in 0.1s", exited(0), Status::Passed, "");
        check("3 passed, 0 failed", exited(0), Status::Passed, "");
        check(
            "1 failed, 2 passed in 1s",
            exited(1),
            Status::Failed,
            "1 of 3 failed (exit status 1)",
        );
        check(
            "1 failed, 2 passed in 1s",
            exited(0),
            Status::Failed,
            "1 of 3 failed (exit status 0)",
        );
        check("1 error in 0.1s", exited(2), Status::Failed, "1 of 1 failed (exit status 2)");
    }

    #[test]
    fn no_test_never_passes() {
        let nothing = "ran no test: exit status 0, and no line `N passed, N failed`";
        check("", Ending::Exited(0), Status::Error, nothing);
        check("all is well", Ending::Exited(0), Status::Error, nothing);
        let none = "ran no test (exit status 5, 0 skipped)";
        check("no tests ran in 0.0s", Ending::Exited(5), Status::Error, none);
        let skipped = "ran no test (exit status 0, 4 skipped)";
        check("4 skipped in 0.1s", Ending::Exited(0), Status::Error, skipped);
        let none = "ran no test (exit status 0, 0 skipped)";
        check("0 passed, 0 failed", Ending::Exited(0), Status::Error, none);
    }

    #[test]
    fn a_run_that_breaks_off() {
        check("..", Ending::Killed(11), Status::Error, "killed by SIGSEGV");
        check("3 passed in 0.1s", Ending::Killed(11), Status::Error, "killed by SIGSEGV");
        let limit = Ending::TimedOut(Duration::from_secs(600));
        check("..", limit, Status::Error, "timed out after 600 s");
        check("usage: x", Ending::Exited(2), Status::Error, "exit status 2");
        let odd = "exit status 3, though no test failed";
        check("3 passed in 0.1s", Ending::Exited(3), Status::Error, odd);
    }

    #[test]
    fn a_detail_ends_with_the_end_of_the_output() {
        let output: String = (0..100).map(|n| format!("line {n}\n")).collect();
        let tail = tail(&output);
        assert!(tail.starts_with("\nline 70\n") && tail.ends_with("\nline 99"));
    }
}
