//! How many tests passed, read from what a test run printed.

/// The numbers of one test run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, with those that could not be set up.
    pub failed: u64,
    /// Tests that were not run.
    pub skipped: u64,
}

impl Counts {
    /// Reads the last line that counts tests: pytest's
    /// `=== 3 passed, 1 failed in 0.12s ===`, or `3 passed, 1 failed` of any
    /// other program. `None` if there is no such line.
    pub fn read(output: &str) -> Option<Self> {
        output.lines().rev().find_map(|line| Self::of_line(&without_colour(line)))
    }

    fn of_line(line: &str) -> Option<Self> {
        let line = line.trim_matches(|c: char| c == '=' || c.is_whitespace());
        // `3 passed in 0.12s`, `… in 65.02s (0:01:05)`
        let (line, ends_with_time) = match line.rsplit_once(" in ") {
            Some((line, time)) if is_time(time) => (line, true),
            _ => (line, false),
        };
        if line == "no tests ran" && ends_with_time {
            return Some(Self::default());
        }
        let mut counts = Self::default();
        let mut says_passed_or_failed = false;
        for part in line.split(", ") {
            let (number, word) = part.split_once(' ')?;
            let number: u64 = number.parse().ok()?;
            match word {
                "passed" => counts.passed += number,
                "failed" | "error" | "errors" => counts.failed += number,
                "skipped" | "xfailed" | "xpassed" | "deselected" => counts.skipped += number,
                "warning" | "warnings" | "rerun" | "subtests passed" => continue,
                "subtests failed" => counts.failed += number,
                _ => return None,
            }
            says_passed_or_failed |= word != "deselected" && word != "skipped";
        }
        // `2 skipped` alone counts tests only where pytest says it.
        (says_passed_or_failed || ends_with_time).then_some(counts)
    }
}

fn is_time(text: &str) -> bool {
    let seconds = text.split(' ').next().unwrap_or(text);
    seconds.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok())
}

/// Removes the escape sequences that switch colours.
fn without_colour(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain += before;
        rest = after.split_once('m').map_or("", |(_, tail)| tail);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, expected: Option<(u64, u64, u64)>) {
        let counts = Counts::read(output).map(|c| (c.passed, c.failed, c.skipped));
        assert_eq!(counts, expected, "{output:?}");
    }

    #[test]
    fn lines_of_pytest() {
        check("==== 3 passed in 0.12s ====", Some((3, 0, 0)));
        check("3 passed in 0.12s", Some((3, 0, 0)));
        check("1 failed, 2 passed, 1 warning in 0.12s", Some((2, 1, 0)));
        check(
            "= 1 failed, 2 passed, 3 skipped, 1 xfailed, 2 errors in 65.02s (0:01:05) =",
            Some((2, 3, 4)),
        );
        check("1 error in 0.10s", Some((0, 1, 0)));
        check("no tests ran in 0.01s", Some((0, 0, 0)));
        check("2 skipped in 0.01s", Some((0, 0, 2)));
        check("4 deselected in 0.01s", Some((0, 0, 4)));
        check("5 passed, 2 subtests passed in 0.10s", Some((5, 0, 0)));
        check("\u{1b}[32m\u{1b}[1m3 passed\u{1b}[0m\u{1b}[32m in 0.01s\u{1b}[0m", Some((3, 0, 0)));
    }

    #[test]
    fn lines_of_others() {
        check("7 passed, 0 failed", Some((7, 0, 0)));
        check("7 passed, 2 failed, 1 skipped\n", Some((7, 2, 1)));
        check("0 passed, 0 failed", Some((0, 0, 0)));
    }

    #[test]
    fn the_last_line_counts() {
        check("3 passed, 0 failed\nbye\n4 passed, 1 failed\ngoodbye", Some((4, 1, 0)));
    }

    #[test]
    fn no_count_is_no_count() {
        check("", None);
        check("all is well", None);
        check("3 people passed", None);
        check("2 skipped", None);
        check("OK (3 passed)", None);
        check("passed", None);
        check("it passed in 3s", None);
    }
}
