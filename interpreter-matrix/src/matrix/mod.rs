//! The same wheel, the same tests, every interpreter.
//!
//! For each interpreter: an environment of its own, the wheel and what the
//! tests need installed into it, the tests run in a folder that holds nothing
//! but them, and a look at the file that was loaded. What goes wrong with one
//! of them becomes its row; the others go on.

mod outcome;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::found::Interpreter;
use crate::hash;
use crate::inspect;
use crate::install::{self, Installer};
use crate::parallel;
use crate::process::{self, Capture, Ending, Finished};
use crate::report::{Row, Status};
use crate::suite::Suite;
use crate::wheel::Wheel;

use outcome::{Outcome, tail};
use workspace::Workspace;

/// How long an environment and an installation may take.
const PREPARATION: Duration = Duration::from_secs(1200);

/// How long one import may take, on GraalPy on a busy machine too.
const INSPECTION: Duration = Duration::from_secs(120);

/// What to run, and where.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The wheel.
    pub wheel: Wheel,
    /// The tests.
    pub suite: Suite,
    /// The interpreters, in the order of the report.
    pub interpreters: Vec<Interpreter>,
    /// How many run at a time.
    pub jobs: usize,
    /// How long the tests may run on one of them.
    pub timeout: Duration,
    /// Whether the folders stay for a look.
    pub keep: bool,
    /// uv, if it is there.
    pub uv: Option<PathBuf>,
}

/// What one interpreter is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its virtual environment is made.
    Environment,
    /// The wheel and what the tests need are installed.
    Install,
    /// The tests run.
    Tests,
    /// The file of the module is looked for.
    Inspect,
}

impl Step {
    /// Returns the words that a progress line shows.
    pub fn label(self) -> &'static str {
        match self {
            Self::Environment => "making an environment",
            Self::Install => "installing",
            Self::Tests => "running tests",
            Self::Inspect => "looking at the module",
        }
    }
}

/// Something that happened to one interpreter.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// It is at this step now.
    Step(Step),
    /// It is done.
    Done(&'e Row),
    /// Its folder was kept here.
    Kept(&'e Path),
}

/// Is told what happens; called by several threads.
pub type Listener<'l> = &'l (dyn Fn(&Interpreter, Event<'_>) + Sync);

/// Runs the plan and returns a row for each interpreter.
pub fn run(plan: &Plan, listener: Listener<'_>, cancel: &Cancel) -> Result<Vec<Row>> {
    // Those that take longest begin, so that none of them is left at the end.
    let mut order: Vec<usize> = (0..plan.interpreters.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(slowness(&plan.interpreters[index])));
    let mut rows = parallel::map(&order, plan.jobs, |&index| {
        let interpreter = &plan.interpreters[index];
        let row = Run { plan, interpreter, listener, cancel }.row();
        if !cancel.is_cancelled() {
            listener(interpreter, Event::Done(&row));
        }
        (index, row)
    });
    if cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    rows.sort_by_key(|(index, _)| *index);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn slowness(interpreter: &Interpreter) -> u8 {
    match &*interpreter.facts.implementation {
        "graalpy" => 3,
        "pypy" => 2,
        _ => u8::from(interpreter.facts.debug),
    }
}

/// The way of one interpreter through the plan.
struct Run<'r> {
    plan: &'r Plan,
    interpreter: &'r Interpreter,
    listener: Listener<'r>,
    cancel: &'r Cancel,
}

impl Run<'_> {
    fn row(&self) -> Row {
        let mut row = Row::new(self.interpreter);
        let workspace = match Workspace::new(&self.interpreter.place, &self.interpreter.name) {
            Ok(workspace) => workspace,
            Err(error) => {
                row.detail = error.to_string();
                return row;
            }
        };
        if let Err(why) = self.fill(&mut row, &workspace) {
            row.status = Status::Error;
            row.detail = why;
        }
        if self.plan.keep {
            (self.listener)(self.interpreter, Event::Kept(&workspace.keep()));
        }
        row
    }

    fn fill(&self, row: &mut Row, workspace: &Workspace) -> Result<(), String> {
        let Plan { wheel, suite, .. } = self.plan;
        let tests = workspace.inside.join("work");
        let temporary = workspace.inside.join("tmp");
        for folder in [&tests, &temporary] {
            let folder = self.interpreter.place.on_host(folder);
            std::fs::create_dir(&folder)
                .map_err(|error| Error::io("create", &folder)(error).to_string())?;
        }
        let wheel_inside = workspace.bring(&wheel.path).map_err(|error| error.to_string())?;
        suite
            .copy(&self.interpreter.place.on_host(&tests), &wheel.module)
            .map_err(|error| error.to_string())?;

        let mut environment = Environment::of_caller(&self.interpreter.place);
        environment.set("TMPDIR", &temporary);
        let installer = Installer::for_interpreter(self.interpreter, self.plan.uv.as_deref());
        let venv = workspace.inside.join("venv");
        let python = install::python_of(&venv);
        let mut preparing = environment.clone();
        installer.prepare(&mut preparing);

        self.at(Step::Environment);
        let step = installer.environment(self.interpreter, &venv);
        self.prepare("no virtual environment", &step, workspace, &preparing)?;
        self.at(Step::Install);
        let step = installer.install(&venv, &wheel_inside, &suite.requires);
        self.prepare("the wheel does not install", &step, workspace, &preparing)?;

        if let Some(programs) = python.parent() {
            environment.search_first(programs);
        }
        environment.set("VIRTUAL_ENV", &venv);
        self.at(Step::Tests);
        let (program, arguments) = suite.command_for(&python);
        let command = self.command(&program, &arguments, &tests, &environment);
        let finished = self
            .run(command, Capture::Merged, self.plan.timeout)
            .map_err(|error| format!("cannot run `{}`: {error}", program.display()))?;
        let outcome = Outcome::judge(&finished);
        row.seconds = (finished.duration.as_secs_f64() * 1000.0).round() / 1000.0;
        (row.passed, row.failed) = (outcome.counts.passed, outcome.counts.failed);
        (row.status, row.detail) = (outcome.status, outcome.detail);
        // What hangs in its tests may hang in its import.
        if matches!(finished.ending, Ending::Cancelled | Ending::TimedOut(_)) {
            return Ok(());
        }

        self.at(Step::Inspect);
        let arguments = ["-c".to_owned(), inspect::SCRIPT.to_owned(), wheel.module.clone()];
        let command = self.command(&python, &arguments, &tests, &environment);
        let loaded = self.run(command, Capture::Split, INSPECTION).map_err(|e| e.to_string());
        let loaded = loaded.and_then(|finished| inspect::loaded_file(&finished));
        self.compare(row, loaded);
        Ok(())
    }

    /// Writes down the module that was loaded. A run that passed with another
    /// one than that of the wheel did not test the wheel.
    fn compare(&self, row: &mut Row, loaded: Result<PathBuf, String>) {
        let hashed = loaded.and_then(|file| {
            let on_host = self.interpreter.place.on_host(&file);
            let hash = hash::of_file(&on_host);
            hash.map(|hash| (file, hash)).map_err(|e| Error::io("read", &on_host)(e).to_string())
        });
        let problem = match hashed {
            Ok((_, hash)) if hash == self.plan.wheel.module_sha256 => {
                row.module_sha256 = Some(hash);
                return;
            }
            Ok((file, hash)) => {
                row.module_sha256 = Some(hash);
                format!("`{}` was loaded, which is not the module in the wheel", file.display())
            }
            Err(why) => why,
        };
        if row.status == Status::Passed {
            row.status = Status::Error;
            row.detail = problem;
        }
    }

    fn at(&self, step: Step) {
        if !self.cancel.is_cancelled() {
            (self.listener)(self.interpreter, Event::Step(step));
        }
    }

    /// Runs a step of the preparation; its failure is the end of the row.
    fn prepare(
        &self,
        what: &str,
        step: &install::Step,
        workspace: &Workspace,
        environment: &Environment,
    ) -> Result<(), String> {
        let command = self.command(&step.program, &step.arguments, &workspace.inside, environment);
        let finished = self
            .run(command, Capture::Merged, PREPARATION)
            .map_err(|error| format!("{what}: cannot run `{}`: {error}", step.program.display()))?;
        if finished.ending == Ending::Exited(0) {
            return Ok(());
        }
        Err(format!("{what}: {}{}", finished.ending, tail(&finished.stdout)))
    }

    fn command(
        &self,
        program: &Path,
        arguments: &[impl AsRef<std::ffi::OsStr>],
        folder: &Path,
        environment: &Environment,
    ) -> Command {
        let place = &self.interpreter.place;
        let mut command = place.command(program, folder, environment.variables());
        command.args(arguments);
        command
    }

    fn run(
        &self,
        command: Command,
        capture: Capture,
        limit: Duration,
    ) -> std::io::Result<Finished> {
        process::run(command, capture, limit, self.cancel)
    }
}
