//! Calls of one module in several forms: instructions under callgrind, and nanoseconds.
//!
//! `benches/measure.py` has the operations. Each is an expression in a loop of its own, warm enough for CPython to have
//! specialised it. callgrind writes its counter before and after 1,000 and 6,000 rounds; the difference per round is
//! exact and does not depend on how the interpreter starts. What the empty loop takes by itself, measured the same way, is
//! taken off: what remains is the call as the interpreter's loop sees it, with pushing the arguments and dropping the
//! result. Ratios are of that. The nanoseconds have the empty loop taken off as well, and depend on the machine's mood.
//!
//! `cargo xtask bench --only calls --operation add --profile` tells which functions the instructions are in. By hand,
//! line by line, after a run has built the modules in `target/bench`:
//!
//! ```sh
//! PYTHONHASHSEED=0 valgrind --tool=callgrind --dump-instr=yes --zero-before=getppid --callgrind-out-file=out.callgrind \
//!     python3.13 -S -E -s benches/measure.py loop --operation add target/bench/everypy/release/libbench_module.so
//! callgrind_annotate --threshold=100 --auto=yes --include=. out.callgrind | less
//! ```
//!
//! The counter starts with the loops (`--zero-before`), so the callers of the loop, which were entered before, head the list
//! with everything that it cost; their lines are to be skipped. For the disassembly with counts: `kcachegrind`.

pub(super) mod callgrind;
mod clock;
mod count;
pub(super) mod form;
mod profile;
pub(super) mod results;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
use everypy_matrix::found::Interpreter;
use everypy_matrix::parallel;
use serde::Serialize;

use super::interpreters::Interpreters;
use super::{Folders, programs};
use form::Form;
use results::{Measured, Python};

pub(super) use results::Calls;

/// How many processes count at a time.
const JOBS: usize = 2;

/// What to measure.
pub(super) struct Options<'a> {
    /// Only these operations; all if there are none.
    pub(super) operations: &'a [String],
    /// Whether to tell in which functions the instructions are.
    pub(super) profile: bool,
}

/// A statement that is measured.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Operation {
    /// What the command line calls it: `keyword`.
    name: String,
    /// What the tables call it: `by keyword`.
    title: String,
    /// What is run: `add_keywords(a=1, b=2)`.
    statement: String,
    /// How many times the statement does what is measured.
    times: u32,
}

/// The name of the operation that does nothing.
const EMPTY: &str = "loop";

/// One form, built for one interpreter.
pub(super) struct Module<'a> {
    pub(super) form: Form,
    pub(super) interpreter: &'a Interpreter,
    pub(super) file: PathBuf,
}

impl Module<'_> {
    fn key(&self, operation: String) -> (String, String, Form) {
        (operation, self.interpreter.name.clone(), self.form)
    }

    /// Its interpreter, ready to run it.
    pub(super) fn python(&self) -> Command {
        let mut python = programs::python(self.interpreter);
        python.envs(self.form.variables().iter().copied());
        python
    }
}

/// Builds every form for every interpreter.
pub(super) fn build<'a>(
    interpreters: &'a [Interpreter],
    notes: &mut Vec<String>,
    build: impl Fn(Form, &Interpreter) -> anyhow::Result<PathBuf>,
) -> anyhow::Result<Vec<Module<'a>>> {
    let mut modules = Vec::new();
    for interpreter in interpreters {
        for form in Form::ALL {
            eprintln!("building {form} for {}", interpreter.name);
            match build(form, interpreter) {
                Ok(file) => modules.push(Module { form, interpreter, file }),
                Err(error) if form.is_optional() => notes.push(absence(form, interpreter, &error)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(modules)
}

/// Builds everything, and measures all operations.
pub(super) fn measure(
    folders: &Folders,
    interpreters: &Interpreters,
    options: &Options<'_>,
) -> anyhow::Result<Calls> {
    // Better missed now than after all has been built.
    programs::output(Command::new("valgrind").arg("--version"))?;
    let interpreters = interpreters.counted()?;
    let script = folders.benches.join("measure.py");
    let operations = operations(&interpreters, &script, options.operations)?;
    let mut notes = Vec::new();
    let modules =
        build(&interpreters, &mut notes, |form, interpreter| form.build(folders, interpreter))?;
    let mut measured = Measured::new();
    let mut profile = profile::Profile::default();
    eprintln!("counting instructions");
    let counts = parallel::map(&modules, JOBS, |module| count::count(&script, module, &operations));
    for (module, counts) in modules.iter().zip(counts) {
        for (operation, count) in counts? {
            profile.add(&operation, module.form, module.interpreter, count.functions);
            measured.entry(module.key(operation)).or_default().instructions = count.instructions;
        }
    }
    eprintln!("taking times");
    let times = clock::clock(&script, &modules, &operations)?;
    for (module, times) in modules.iter().zip(times) {
        for (operation, nanoseconds) in times {
            measured.entry(module.key(operation)).or_default().nanoseconds = nanoseconds;
        }
    }
    if options.profile {
        println!("{profile}");
    }
    let python = |interpreter: &Interpreter| {
        let here = modules.iter().filter(|module| module.interpreter.name == interpreter.name);
        let title = |form: Form| form.title(folders, interpreter);
        Python::new(interpreter, here.map(|module| (module.form, title(module.form))).collect())
    };
    let pythons = interpreters.iter().map(python).collect();
    Ok(Calls::new(&operations, pythons, &measured, notes))
}

/// Says that an interpreter lacks a form, and why.
fn absence(form: Form, interpreter: &Interpreter, error: &anyhow::Error) -> String {
    let error = error.to_string();
    // Cargo says first that something failed, and last why.
    let why = error.lines().rfind(|line| line.trim_start().starts_with("error:"));
    let why = why.or_else(|| error.lines().next());
    let why = why.unwrap_or_default().trim().trim_start_matches("error: ");
    format!("{form} is not there for {}: {why}.", interpreter.facts.label())
}

/// The operations that were asked for, and the empty loop.
fn operations(
    interpreters: &[Interpreter],
    script: &Path,
    asked: &[String],
) -> anyhow::Result<Vec<Operation>> {
    let interpreter = interpreters.first().expect("selecting none is an error");
    let listed = programs::output(programs::python(interpreter).arg(script).arg("list"))?;
    let listed: Vec<(String, String, String, u32)> = serde_json::from_str(&listed)?;
    let mut operations: Vec<Operation> = listed
        .into_iter()
        .map(|(name, title, statement, times)| Operation { name, title, statement, times })
        .collect();
    for name in asked {
        let names: Vec<_> = operations.iter().map(|operation| &*operation.name).collect();
        ensure!(
            names.contains(&&**name),
            "there is no operation `{name}`\nhint: the operations are {}",
            names.join(", ")
        );
    }
    if !asked.is_empty() {
        operations.retain(|operation| operation.name == EMPTY || asked.contains(&operation.name));
    }
    Ok(operations)
}
