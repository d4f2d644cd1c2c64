//! Lets one call into the interpreter after the other fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use everypy_matrix::environment::Environment;
use everypy_matrix::found::Interpreter;
use everypy_matrix::place::Place;
use everypy_matrix::request::Request;

use crate::bench::{Crate, Interpreters};

/// Where it runs unless something else is asked for.
const INTERPRETERS: [&str; 4] = ["cp39", "cp313", "cp313t", "pypy311-7.3.19"];

/// What the runs need, from the project's folder.
const FILES: [&str; 3] =
    ["tests/faults/faults.py", "tests/suite/balance.py", "tests/suite/references.txt"];

/// After the first 50 calls of examples/word-count every which one fails if it is to be short.
const STEP: usize = 7;

/// Lets each call fail that examples/word-count makes, and those of the test suite: the first `limit` of each test one by
/// one. If it is to be short, only some of the former and none of the latter.
pub(super) fn run(python: &[String], short: bool, limit: usize) -> anyhow::Result<()> {
    let root = &Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let asked: Vec<Request> = if python.is_empty() {
        INTERPRETERS.iter().map(|name| name.parse()).collect::<Result<_, _>>()?
    } else {
        python.iter().map(|name| name.parse()).collect::<Result<_, _>>()?
    };
    let interpreters = Interpreters::search(&asked)?.loaded()?;
    let step = if short { STEP } else { 1 };
    let mut jobs = vec![Job::new(root, "examples/word-count", "word-count", step)?];
    if !short {
        jobs.push(Job::new(root, "tests/suite", "suite", limit)?);
    }
    let mut failed = Vec::new();
    for job in &jobs {
        // One process at a time is busy for each interpreter.
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        for some in interpreters.chunks(at_once) {
            let results: Vec<_> = std::thread::scope(|scope| {
                let start = |interpreter| scope.spawn(move || job.run(root, interpreter));
                let threads: Vec<_> = some.iter().map(start).collect();
                threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
            });
            for (interpreter, result) in some.iter().zip(results) {
                let (passed, printed) = result?;
                println!("=== {} in {}\n{}", job.what, interpreter.name, printed.trim_end());
                if !passed {
                    failed.push(format!("{} in {}", job.what, interpreter.name));
                }
            }
        }
    }
    ensure!(failed.is_empty(), "not as it must be: {}", failed.join(", "));
    Ok(())
}

/// A module, and what is done with it.
struct Job {
    library: PathBuf,
    what: &'static str,
    /// How many of the calls fail, as `faults.py` wants it said for this.
    how_many: usize,
}

impl Job {
    fn new(root: &Path, folder: &str, what: &'static str, how_many: usize) -> anyhow::Result<Self> {
        let folder = root.join(folder);
        let target = root.join("target/stress").join(what);
        let library = Crate { folder, target, variables: Vec::new() }.build()?.library;
        Ok(Self { library, what, how_many })
    }

    /// Returns whether all was as it must be, and what was printed.
    fn run(&self, root: &Path, interpreter: &Interpreter) -> anyhow::Result<(bool, String)> {
        let (parent, seen) = match &interpreter.place {
            Place::Host => (std::env::temp_dir(), std::env::temp_dir()),
            Place::Root(root) => (root.join("tmp"), PathBuf::from("/tmp")),
        };
        let folder = tempfile::Builder::new()
            .prefix("everypy-stress-")
            .tempdir_in(&parent)
            .with_context(|| format!("cannot create a folder in `{}`", parent.display()))?;
        for file in FILES.map(|file| root.join(file)) {
            let name = file.file_name().context("a file has a name")?.to_owned();
            std::fs::copy(&file, folder.path().join(name))?;
        }
        std::fs::copy(&self.library, folder.path().join("module.so"))?;
        let inside = seen.join(folder.path().file_name().context("made with a name")?);
        let environment = Environment::of_caller(&interpreter.place);
        let mut command: Command =
            interpreter.place.command(&interpreter.command, &inside, environment.variables());
        command.args(["-E", "-s", "-B", "faults.py", self.what, "module.so"]);
        command.arg(self.how_many.to_string());
        let output = command.output().context("the interpreter was found")?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr);
        Ok((output.status.success(), printed + &said))
    }
}
