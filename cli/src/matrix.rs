//! `everypy matrix`

use std::path::Path;
use std::process::ExitCode;

use console::style;
use everypy_matrix::cancel::Cancel;
use everypy_matrix::compile;
use everypy_matrix::found::{Found, Interpreter};
use everypy_matrix::install;
use everypy_matrix::matrix::{self, Plan};
use everypy_matrix::project::{Project, PyProject};
use everypy_matrix::report::{Report, Row, Status};
use everypy_matrix::request::Selection;
use everypy_matrix::search::{Machine, Search};
use everypy_matrix::suite::Suite;
use everypy_matrix::wheel::Wheel;
use everypy_matrix::{Error, Result};

use crate::arguments::MatrixOptions;
use crate::progress::{self, Progress};
use crate::say;
use crate::table::Table;

pub(crate) fn run(options: &MatrixOptions, cancel: &Cancel) -> Result<ExitCode> {
    let mut report = Report { wheel: None, sha256: None, interpreters: Vec::new() };
    // What an earlier run wrote must not stay there, whatever happens now; and
    // a file that cannot be written is better known before the tests.
    write(options, &report)?;
    fill(options, cancel, &mut report)?;
    print(&report);
    write(options, &report)?;
    Ok(if report.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(options: &MatrixOptions, report: &Report) -> Result<()> {
    let Some(path) = &options.json else {
        return Ok(());
    };
    std::fs::write(path, report.to_json()).map_err(|source| Error::Io {
        action: "write",
        path: path.clone(),
        source,
    })
}

fn fill(options: &MatrixOptions, cancel: &Cancel, report: &mut Report) -> Result<()> {
    let pyproject = PyProject::read(&options.dir)?;
    let said = Some(options.test_command.clone()).filter(|command| !command.is_empty());
    let suite = Suite::of(&options.dir, &pyproject, said)?;
    let project = match options.wheel {
        Some(_) => None,
        None => Some(Project::read(&options.dir, cancel)?),
    };

    let interpreters = match choose(options, cancel)? {
        Choice::Complete(interpreters) => interpreters,
        Choice::Lacks(missing) => {
            report.interpreters = missing;
            return Ok(());
        }
    };
    let wheel = match (&options.wheel, project) {
        (None, Some(project)) => build(&project, cancel)?,
        (wheel, _) => Wheel::open(wheel.as_deref().unwrap_or(Path::new("")))?,
    };
    report.wheel = Some(wheel.path.clone());
    report.sha256 = Some(wheel.sha256.clone());
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let plan = Plan {
        wheel,
        suite,
        interpreters,
        jobs: options.jobs.map_or_else(cores, usize::from),
        timeout: options.timeout,
        keep: options.keep,
        uv: install::find_uv(cancel),
    };
    let progress = Progress::new(&plan.interpreters);
    let rows = matrix::run(&plan, &|interpreter, event| progress.show(interpreter, event), cancel);
    progress.finish();
    report.interpreters = rows?;
    Ok(())
}

fn build(project: &Project, cancel: &Cancel) -> Result<Wheel> {
    let artifact = compile::build(project, cancel)?;
    let wheels = project.cargo.target_directory.join("wheels");
    Wheel::pack(project, &artifact, &wheels)
}

/// The interpreters to run on, or the rows of those that are required and
/// not there.
enum Choice {
    /// Everything asked for is there.
    Complete(Vec<Interpreter>),
    /// `--require cp37`, and there is no CPython 3.7.
    Lacks(Vec<Row>),
}

fn choose(options: &MatrixOptions, cancel: &Cancel) -> Result<Choice> {
    let selection = Selection {
        only: options.only.iter().chain(&options.python).cloned().collect(),
        exclude: options.exclude.clone(),
        require: options.require.clone(),
    };
    let search = Search {
        paths: selection.paths().collect(),
        roots: options.roots.clone(),
        machine: if selection.is_paths_only() { None } else { Some(Machine::this()) },
        graalpy: selection.may_be_graalpy(),
        ..Search::default()
    };
    let found = progress::while_searching(|| search.run(cancel))?;
    let interpreters = selection.apply(&found)?;
    if selection.only.is_empty() {
        tell_what_is_left_out(&found);
    }
    let missing = selection.missing(&interpreters, &found);
    if !missing.is_empty() {
        let rows = missing.iter().map(|(request, why)| Row::missing(request, why));
        return Ok(Choice::Lacks(rows.collect()));
    }
    if interpreters.is_empty() {
        return Err(Error::NoInterpreters);
    }
    Ok(Choice::Complete(interpreters))
}

/// Nothing is left out silently.
fn tell_what_is_left_out(found: &Found) {
    for interpreter in &found.refused {
        let why = interpreter.facts.refused.as_deref().unwrap_or("");
        say::note(&format!("not run: {}: {why}", interpreter.path().display()));
    }
    for shadowed in &found.shadowed {
        let (path, by) = (shadowed.interpreter.path(), &shadowed.by);
        say::note(&format!("not run: {}: another {by} is preferred", path.display()));
    }
    for unusable in &found.unusable {
        say::note(&format!("not run: {}: {}", unusable.path.display(), unusable.reason));
    }
}

fn print(report: &Report) {
    let head = ["interpreter", "version", ">passed", ">failed", ">time", "module sha256", "status"];
    let mut table = Table::new(&head);
    for row in &report.interpreters {
        table.row(vec![
            row.name.clone(),
            row.label.clone(),
            row.passed.to_string(),
            row.failed.to_string(),
            format!("{:.1} s", row.seconds),
            row.module_sha256.as_deref().map_or("-", |hash| &hash[..12]).to_owned(),
            status(row),
        ]);
    }
    print!("{table}");
    for row in report.interpreters.iter().filter(|row| row.status != Status::Passed) {
        let mut lines = row.detail.lines();
        println!("\n{}: {}", row.name, lines.next().unwrap_or(""));
        lines.for_each(|line| println!("  | {line}"));
    }
    if let Some(wheel) = &report.wheel {
        println!("\nwheel: {}", wheel.display());
    }
    let (count, passed) = (report.interpreters.len(), report.count(Status::Passed));
    println!("matrix: {passed} of {count} interpreters passed");
    let (passed, failed) = report.sums();
    println!("{passed} passed, {failed} failed");
}

fn status(row: &Row) -> String {
    let word = row.status.label();
    match row.status {
        Status::Passed => style(word).green(),
        Status::Failed | Status::Error => style(word).red(),
    }
    .to_string()
}
