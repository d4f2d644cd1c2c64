//! The options of the command.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use everypy_matrix::request::Request;

/// One compiled module, every Python.
#[derive(Debug, Parser)]
#[command(name = "everypy", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the Python interpreters on this machine
    #[command(after_help = INTERPRETERS_HELP)]
    Interpreters(InterpretersOptions),
    /// Build a project once and test that one wheel on every interpreter
    #[command(after_help = MATRIX_HELP)]
    Matrix(Box<MatrixOptions>),
    /// Run Python code in the interpreter that is asked for
    #[command(after_help = RUN_HELP, disable_version_flag = true, override_usage = RUN_USAGE)]
    Run(RunOptions),
}

const INTERPRETERS_HELP: &str = "\
Examples:
  everypy interpreters
  everypy interpreters --root /srv/sid --json

Places, in the order of preference when two have the same name: --root, the
active virtual environment, pyenv, uv, conda, ${EVERYPY_INTERPRETERS:-
~/.cache/everypy/interpreters}, PATH, /usr/bin and its like. Within one place
the newest is taken. The others are listed as shadowed.";

const MATRIX_HELP: &str = "\
Examples:
  everypy matrix examples/word-count
  everypy matrix . --only cp39,cp313t --only pypy311-8.0.1
  everypy matrix . --python ./build/python --timeout 60
  everypy matrix . --require cp37,cp314,pypy39 --json report.json
  everypy matrix . --wheel dist/spam-1.0-py3-none-linux_x86_64.whl
  everypy matrix . -- python run_tests.py --fast

Names: cp39, cp313t, cp311d, pypy311, graalpy312; with the version of the
implementation: cp39-3.9.18, pypy311-8.0.1, graalpy312-25.0.2.

Tests are run with pytest and what the extra `test` of pyproject.toml names.
[tool.everypy.matrix] in pyproject.toml changes that: test-command (with
{python} for the interpreter), test-requires, test-files. A command of your
own ends with a line `N passed, N failed`.

Exit status: 0 if every interpreter passed, 1 if not, 2 for a wrong option.";

const RUN_USAGE: &str =
    "everypy run [--python REQUEST] [OPTION]… [-c CODE | -m MODULE | FILE] [ARGUMENT]…";

const RUN_HELP: &str = "\
Examples:
  everypy run -c 'import sys; print(sys.version)'
  everypy run --python 3.13t -m unittest
  everypy run --python '>=3.9,<3.13' script.py --option
  everypy run --python pypy
  everypy run --python ./.venv -X dev -m spam

REQUEST is a version (3.13, 3.13t, '>=3.9,<3.13'), an implementation (pypy,
pypy3.9, cp311), an executable, a virtual environment, or a library. Without
it EVERYPY_PYTHON counts, and without that the best on the machine is taken.

The interpreter is embedded: its shared library is opened in this process.
What follows --python is its own command line, with all that it knows.

Exit status: that of the interpreter; 1 if none can be embedded.";

#[derive(Args, Debug)]
pub(crate) struct RunOptions {
    /// Which interpreter: a version, an implementation, or a path
    #[arg(long, value_name = "REQUEST")]
    pub(crate) python: Option<OsString>,
    /// The command line of the interpreter
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct InterpretersOptions {
    /// A root file system, or a folder of interpreters, to look at too
    #[arg(long = "root", value_name = "DIR")]
    pub(crate) roots: Vec<PathBuf>,
    /// Print everything that is known, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct MatrixOptions {
    /// The project: a folder with Cargo.toml
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Run on these only; repeatable
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) only: Vec<Request>,
    /// Run on this one, by name or path; repeatable
    #[arg(long, value_name = "NAME|PATH")]
    pub(crate) python: Vec<Request>,
    /// Do not run on these; repeatable
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) exclude: Vec<Request>,
    /// Fail, before anything is built, unless these take part; repeatable
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) require: Vec<Request>,
    /// A root file system, or a folder of interpreters, to look at too
    #[arg(long = "root", value_name = "DIR")]
    pub(crate) roots: Vec<PathBuf>,
    /// Test this wheel instead of building one; DIR gives the tests
    #[arg(long, value_name = "FILE")]
    pub(crate) wheel: Option<PathBuf>,
    /// Write the results to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// How many interpreters run at a time [default: the number of cores]
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// How long the tests may run on one interpreter
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Leave the environments and work folders there
    #[arg(long)]
    pub(crate) keep: bool,
    /// The test command, instead of the project's own
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) test_command: Vec<String>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("it must be more than 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_options_are_sound() {
        Arguments::command().debug_assert();
    }

    #[track_caller]
    fn check(line: &str, accepted: bool) {
        let parsed = Arguments::try_parse_from(line.split(' '));
        assert_eq!(parsed.is_ok(), accepted, "{line}");
    }

    #[test]
    fn what_is_accepted() {
        check("everypy interpreters --root a --root b --json", true);
        check("everypy matrix", true);
        check("everypy matrix . --only cp39,cp313t --only pypy311-8.0.1", true);
        check("everypy matrix . --python ./python --python cp39", true);
        check("everypy matrix . --timeout 0.5 --jobs 3 -- python -m unittest", true);
        check("everypy run", true);
        check("everypy run --python 3.13 -X dev -m spam --python 3.9", true);
        check("everypy run -c pass -h --help", true);
        check("everypy run --python", false);
        check("everypy", false);
        check("everypy matrix . --only pithon", false);
        check("everypy matrix . --timeout 0", false);
        check("everypy matrix . --timeout -1", false);
        check("everypy matrix . --jobs 0", false);
        check("everypy matrix a b", false);
    }
}
