//! `cargo xtask stress`: what takes too long for every run of the gate.
//!
//! | part | what it does |
//! |---|---|
//! | [`subinterpreters`] | two threads work in two interpreters at once for 10 s, on every Python |
//! | [`cold_start`] | many threads ask for everything at once, in 1,000 fresh processes of every Python |
//! | [`faults`] | each call into the interpreter fails once: an example, exhaustively, and the test suite |
//! | [`threads`] | eight threads share objects of one class for 30 s, on every Python |
//! | [`leaks`] | each test of the suite 1,000 times, on debug builds of CPython 3.11 and 3.15 |
//! | [`valgrind`] | the suite under valgrind, on CPython 3.12 and 3.13 |
//! | [`asan`] | the suite under AddressSanitizer, on CPython 3.13 |
//! | [`tsan`] | the threads under ThreadSanitizer, on CPython 3.13 without the GIL |

mod asan;
mod cold_start;
mod faults;
mod instrumented;
mod leaks;
mod subinterpreters;
mod threads;
mod tsan;
mod valgrind;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use clap::ValueEnum;

/// Run the long forms of tests
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this; may be repeated
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Use these interpreters, by name (cp313) or path; may be repeated
    #[arg(long, value_name = "NAME|PATH", num_args = 1..)]
    python: Vec<String>,
    /// In the part `faults`, let only some calls fail, and none of the suite, as the gate does
    #[arg(long)]
    short: bool,
    /// In the part `faults`, let so many calls of each test fail, and later ones at growing distances
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    limit: usize,
}

/// What can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Two threads in two interpreters for 10 s
    Subinterpreters,
    /// 1,000 cold starts
    ColdStart,
    /// Each call fails once
    Faults,
    /// Eight threads with one class for 30 s
    Threads,
    /// Each test of the suite 1,000 times on debug builds
    Leaks,
    /// The suite under valgrind
    Valgrind,
    /// The suite under AddressSanitizer
    Asan,
    /// The threads under ThreadSanitizer
    Tsan,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let parts = if arguments.only.is_empty() { Part::value_variants() } else { &arguments.only };
    for part in parts {
        match part {
            Part::Subinterpreters => subinterpreters::run(&arguments.python)?,
            Part::ColdStart => cold_start::run(&arguments.python)?,
            Part::Faults => faults::run(&arguments.python, arguments.short, arguments.limit)?,
            Part::Threads => threads::run(&arguments.python)?,
            Part::Leaks => leaks::run()?,
            Part::Valgrind => valgrind::run(&arguments.python)?,
            Part::Asan => asan::run(&arguments.python)?,
            Part::Tsan => tsan::run()?,
        }
    }
    Ok(())
}

/// Runs a command with the tests of a project on every interpreter, one at a time.
fn matrix(
    project: &str,
    test: &str,
    variable: (&str, &str),
    interpreters: &[String],
) -> anyhow::Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--release", "--package", "everypy-cli", "--"]);
    command.args(["matrix", project, "--jobs", "1", "--timeout", "1800"]);
    for interpreter in interpreters {
        command.args(["--python", interpreter]);
    }
    command.args(["--", "{python}", test]);
    command.env(variable.0, variable.1);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let status = command.status().context("cannot run Cargo")?;
    ensure!(status.success(), "`{test}` of `{project}` has failed");
    Ok(())
}
