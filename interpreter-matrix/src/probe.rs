//! Asks an interpreter what it is, by running it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cancel::Cancel;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::place::Place;
use crate::process::{self, Capture, Finished};

/// The script that every candidate runs.
pub const SCRIPT: &str = include_str!("probe.py");

/// How long an interpreter may take to answer. GraalPy needs 5 to 7 seconds on
/// an idle machine, and ten times that beside a compiler.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Runs the probe in `program` and returns its answer.
pub fn probe(place: &Place, program: &Path, limit: Duration, cancel: &Cancel) -> Result<Facts> {
    // -E and -s: nothing of the user's; -B: leave no bytecode behind.
    let finished = ask(place, program, &["-E", "-s", "-B", "-c", SCRIPT], limit, cancel)?;
    parse(&finished).map_err(|why| unusable(place, program, why))
}

/// Runs `program` with `arguments` in a folder that holds no modules.
fn ask(
    place: &Place,
    program: &Path,
    arguments: &[&str],
    limit: Duration,
    cancel: &Cancel,
) -> Result<Finished> {
    let folder = if cfg!(windows) { std::env::temp_dir() } else { PathBuf::from("/") };
    let environment = Environment::of_caller(place);
    let mut command = place.command(program, &folder, environment.variables());
    command.args(arguments);
    let finished = process::run(command, Capture::Split, limit, cancel)
        .map_err(|error| unusable(place, program, format!("it does not start: {error}")))?;
    if finished.ending == process::Ending::Cancelled {
        return Err(Error::Cancelled);
    }
    Ok(finished)
}

fn unusable(place: &Place, program: &Path, why: String) -> Error {
    Error::Unusable { path: place.on_host(program), why }
}

/// Finds the answer among what the start-up files of an interpreter may print.
fn parse(finished: &Finished) -> Result<Facts, String> {
    let Some(line) = finished.stdout.lines().rev().find(|line| line.starts_with('{')) else {
        let said = finished.stderr.lines().rev().find(|line| !line.trim().is_empty());
        let said = said.map(|line| format!(": {}", line.trim())).unwrap_or_default();
        return Err(format!("the probe printed no JSON ({}){said}", finished.ending));
    };
    serde_json::from_str(line).map_err(|error| format!("the probe printed unknown JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Ending;

    fn finished(stdout: &str, stderr: &str, ending: Ending) -> Finished {
        Finished {
            ending,
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            duration: Duration::ZERO,
        }
    }

    #[test]
    fn the_answer_is_found_among_other_output() {
        let facts = crate::facts::example("pypy 7.3.11 3.9.16");
        let json = serde_json::to_string(&facts).unwrap();
        let output = finished(&format!("hello\n{json}\n"), "warning\n", Ending::Exited(0));
        assert_eq!(parse(&output).unwrap(), facts);
    }

    #[test]
    fn no_answer_says_how_it_ended_and_what_it_said() {
        let output = finished("", "a\nno such library\n\n", Ending::Exited(127));
        let expected = "the probe printed no JSON (exit status 127): no such library";
        assert_eq!(parse(&output).unwrap_err(), expected);
        let output = finished("", "", Ending::Killed(11));
        assert_eq!(parse(&output).unwrap_err(), "the probe printed no JSON (killed by SIGSEGV)");
        let output = finished("{}", "", Ending::Exited(0));
        assert!(parse(&output).unwrap_err().contains("missing field"));
    }
}
