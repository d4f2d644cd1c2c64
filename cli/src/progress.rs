//! What is going on, while it is going on: lines that change on a terminal,
//! one line per event elsewhere.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use console::{Term, pad_str, style};
use everypy_matrix::found::Interpreter;
use everypy_matrix::matrix::Event;
use everypy_matrix::report::{Row, Status};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Shows on a terminal that the search goes on; GraalPy takes seconds to answer.
pub(crate) fn while_searching<R>(search: impl FnOnce() -> R) -> R {
    let line = ProgressBar::new_spinner().with_message("looking for interpreters");
    line.enable_steady_tick(TICK);
    let result = search();
    line.finish_and_clear();
    result
}

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Shows the progress of a matrix.
pub(crate) struct Progress {
    started: Instant,
    view: View,
}

/// How it is shown.
enum View {
    /// On a terminal: `cp39  ⠋ installing`, one line for each interpreter.
    Lines { all: MultiProgress, lines: BTreeMap<String, ProgressBar> },
    /// In a log: `[  12.3 s] cp39: installing`.
    Log,
}

impl Progress {
    /// Begins to show the progress of these interpreters.
    pub(crate) fn new(interpreters: &[Interpreter]) -> Self {
        let started = Instant::now();
        if !Term::stderr().is_term() {
            return Self { started, view: View::Log };
        }
        let width = interpreters.iter().map(|i| i.name.len()).max().unwrap_or(0);
        let all = MultiProgress::new();
        let template = ProgressStyle::with_template("{prefix} {spinner:.cyan} {msg}");
        let line_style = template.expect("the template is right");
        let lines = interpreters.iter().map(|interpreter| {
            let line = all.add(ProgressBar::new_spinner().with_style(line_style.clone()));
            line.set_prefix(
                pad_str(&interpreter.name, width, console::Alignment::Left, None).into_owned(),
            );
            line.set_message(style("waiting").dim().for_stderr().to_string());
            (interpreter.name.clone(), line)
        });
        let lines = lines.collect();
        Self { started, view: View::Lines { all, lines } }
    }

    /// Shows one event.
    pub(crate) fn show(&self, interpreter: &Interpreter, event: Event<'_>) {
        let text = match event {
            Event::Step(step) => step.label().to_owned(),
            Event::Done(row) => summary(row),
            Event::Kept(folder) => format!("kept {}", folder.display()),
        };
        match &self.view {
            View::Log => {
                let seconds = self.started.elapsed().as_secs_f64();
                eprintln!("[{seconds:6.1} s] {}: {text}", interpreter.name);
            }
            View::Lines { all, lines } => {
                let line = &lines[&interpreter.name];
                match event {
                    Event::Step(_) => {
                        line.enable_steady_tick(TICK);
                        line.set_message(text);
                    }
                    Event::Done(_) => line.finish_with_message(text),
                    Event::Kept(_) => {
                        let _ = all.println(format!("{}: {text}", interpreter.name));
                    }
                }
            }
        }
    }

    /// Removes the lines: the table says it all.
    pub(crate) fn finish(self) {
        if let View::Lines { all, .. } = self.view {
            let _ = all.clear();
        }
    }
}

fn summary(row: &Row) -> String {
    let word = row.status.label();
    let word = match row.status {
        Status::Passed => style(word).green(),
        Status::Failed | Status::Error => style(word).red(),
    };
    let first = row.detail.lines().next().unwrap_or("");
    let why = if first.is_empty() {
        format!("{} passed in {:.1} s", row.passed, row.seconds)
    } else {
        first.to_owned()
    };
    format!("{}: {why}", word.for_stderr())
}
