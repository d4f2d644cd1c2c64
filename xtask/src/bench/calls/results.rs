//! What was measured of the calls.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::form::Form;
use super::{EMPTY, Operation};
use crate::bench::table::Table;

/// What is to be reached, as ratios to C: the geometric mean of an interpreter, and every single operation.
struct Goal {
    mean: f64,
    single: f64,
}

/// The goals of a form on an interpreter; only ours has some.
fn goal(form: Form, python: &Python) -> Option<Goal> {
    match form {
        Form::Everypy if python.implementation == "pypy" => {
            Some(Goal { mean: 1.0, single: f64::INFINITY })
        }
        Form::Everypy => Some(Goal { mean: 1.0, single: 1.25 }),
        Form::Stable => Some(Goal { mean: 1.25, single: f64::INFINITY }),
        _ => None,
    }
}

/// One round.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Cost {
    /// Instructions, exactly.
    pub(super) instructions: f64,
    /// Nanoseconds, at best.
    pub(super) nanoseconds: f64,
}

/// What one round costs with the loop, by operation, name of the interpreter and form.
pub(super) type Measured = BTreeMap<(String, String, Form), Cost>;

/// The calls of all forms on all interpreters.
#[derive(Serialize)]
pub(in crate::bench) struct Calls {
    pythons: Vec<Python>,
    notes: Vec<String>,
}

/// An interpreter with all of its operations.
#[derive(Serialize)]
pub(super) struct Python {
    /// `cp313`.
    pub(super) name: String,
    /// `CPython 3.13.0`.
    pub(super) label: String,
    /// `cpython`.
    pub(super) implementation: String,
    /// The forms that it has and what they are called.
    pub(super) forms: BTreeMap<Form, String>,
    rows: Vec<Row>,
    /// What the empty loop takes in C.
    empty: Cost,
}

/// One operation.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    operation: Operation,
    /// Without the loop, for one of the times that the statement does it.
    call: BTreeMap<Form, Cost>,
    /// One round as measured.
    with_loop: BTreeMap<Form, Cost>,
}

impl Python {
    pub(super) fn new(
        interpreter: &everypy_matrix::found::Interpreter,
        forms: BTreeMap<Form, String>,
    ) -> Self {
        Self {
            name: interpreter.name.clone(),
            label: interpreter.facts.label(),
            implementation: interpreter.facts.implementation.clone(),
            forms,
            rows: Vec::new(),
            empty: Cost::default(),
        }
    }

    /// Takes the empty loop off everything else.
    fn fill(&mut self, operations: &[Operation], measured: &Measured) {
        let costs = |operation: &str| -> BTreeMap<Form, Cost> {
            let cost = |form| measured.get(&(operation.to_owned(), self.name.clone(), form));
            Form::ALL.into_iter().filter_map(|form| Some((form, *cost(form)?))).collect()
        };
        let empty = costs(EMPTY);
        let rows = operations.iter().filter(|operation| operation.name != EMPTY).map(|operation| {
            let with_loop = costs(&operation.name);
            let call = with_loop.iter().filter_map(|(form, cost)| {
                let (empty, times) = (empty.get(form)?, f64::from(operation.times));
                let instructions = (cost.instructions - empty.instructions) / times;
                let nanoseconds = (cost.nanoseconds - empty.nanoseconds) / times;
                Some((*form, Cost { instructions, nanoseconds }))
            });
            Row { operation: operation.clone(), call: call.collect(), with_loop }
        });
        self.rows = rows.collect();
        self.empty = empty.get(&Form::C).copied().unwrap_or_default();
    }

    /// The geometric mean of a form's ratios to C, if it has been measured.
    fn mean(&self, form: Form, what: fn(&Cost) -> f64) -> Option<f64> {
        if self.rows.iter().any(|row| !row.call.contains_key(&form)) {
            return None;
        }
        let ratios = self.rows.iter().filter_map(|row| row.ratio(form, what));
        let logarithms: Vec<f64> = ratios.map(f64::ln).collect();
        let count = logarithms.len() as f64;
        (count > 0.0).then(|| (logarithms.iter().sum::<f64>() / count).exp())
    }

    /// The operation with the highest ratio.
    fn worst(&self, form: Form) -> Option<(&str, f64)> {
        let ratios = self.rows.iter().filter_map(|row| {
            Some((&*row.operation.title, row.ratio(form, |cost| cost.instructions)?))
        });
        ratios.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// A row per operation, then the means.
    fn table(&self, what: fn(&Cost) -> f64, flag: bool) -> Table {
        let forms: Vec<Form> = self.forms.keys().copied().collect();
        let others: Vec<Form> = forms.iter().copied().filter(|form| *form != Form::C).collect();
        let mut head = vec!["operation".to_owned()];
        head.extend(self.forms.values().map(|title| format!(">{title}")));
        head.extend(others.iter().map(|form| format!(">{form} / {}", Form::C)));
        let mut table = Table::new(&head);
        let ratio = |form: Form, ratio: Option<f64>, limit: fn(&Goal) -> f64| {
            let goal = goal(form, self).filter(|_| flag);
            flagged(ratio, goal.map_or(f64::INFINITY, |goal| limit(&goal)))
        };
        for row in &self.rows {
            let mut cells = vec![row.operation.title.clone()];
            let cost =
                |form| row.call.get(form).map_or_else(String::new, |cost| number(what(cost)));
            cells.extend(forms.iter().map(cost));
            let ratios = others.iter();
            cells
                .extend(ratios.map(|&form| ratio(form, row.ratio(form, what), |goal| goal.single)));
            table.row(cells);
        }
        let mut means = vec!["geometric mean".to_owned()];
        means.extend(forms.iter().map(|_| String::new()));
        means.extend(
            others.iter().map(|&form| ratio(form, self.mean(form, what), |goal| goal.mean)),
        );
        table.row(means);
        table
    }
}

impl Row {
    fn ratio(&self, form: Form, what: fn(&Cost) -> f64) -> Option<f64> {
        // Less than the empty loop: a compiler was at work when the one or the other was counted.
        let cost = |form| self.call.get(&form).map(what).filter(|cost| *cost > 0.0);
        Some(cost(form)? / cost(Form::C)?)
    }
}

impl Calls {
    /// Sorts what was measured by interpreter; `notes` tell what could not be measured.
    pub(super) fn new(
        operations: &[Operation],
        mut pythons: Vec<Python>,
        measured: &Measured,
        notes: Vec<String>,
    ) -> Self {
        for python in &mut pythons {
            python.fill(operations, measured);
        }
        Self { pythons, notes }
    }

    /// What was to be reached, and what was.
    fn summary(&self) -> Table {
        let mut head = vec!["Python".to_owned()];
        head.extend(Form::ALL[1..].iter().map(|form| format!(">{form}")));
        head.push("everypy at worst".to_owned());
        let mut table = Table::new(&head);
        for python in &self.pythons {
            let mut cells = vec![python.label.clone()];
            for &form in &Form::ALL[1..] {
                let limit = goal(form, python).map_or(f64::INFINITY, |goal| goal.mean);
                cells.push(flagged(python.mean(form, |cost| cost.instructions), limit));
            }
            cells.push(python.worst(Form::Everypy).map_or_else(String::new, |(title, ratio)| {
                let limit = goal(Form::Everypy, python).map_or(f64::INFINITY, |goal| goal.single);
                format!("{} {title}", flagged(Some(ratio), limit))
            }));
            table.row(cells);
        }
        table
    }
}

const ABOUT: &str = "\
C is written for the whole API of each version and built for it. everypy is one file for all, with every shortcut that it
has for the interpreter, and again with `EVERYPY_FAST=0`, as it runs on a Python that it does not know. PyO3 is the newest
release that supports the interpreter, built for it, and the newest release for the stable ABI (`abi3-py39`).

Instructions are counted by callgrind, per call as the interpreter's loop sees it, less those of the empty loop. PyPy runs
with its JIT, warmed up, since that is what users run; its compiled loops are counted like everything else, and what it
compiles late, too. So its figures are the least of four processes that warm up for different times, and single ones are
rough. One below zero says no more than that; it has no ratio and is not in the mean. Nanoseconds are the best of several
processes, less the empty loop, and depend on what else the machine does.
";

const GOALS: &str = "\
Geometric means of the instructions, as ratios to C. Goals: everypy at most 1.00, on CPython no operation above 1.25;
with `EVERYPY_FAST=0` at most 1.25. What is above is bold.
";

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Calls\n\n{ABOUT}\n{GOALS}\n{}", self.summary())?;
        for note in &self.notes {
            writeln!(f, "- {note}")?;
        }
        for python in &self.pythons {
            let Python { label, empty, .. } = python;
            let instructions = number(empty.instructions);
            writeln!(f, "\n### {label}\n\nInstructions; the empty loop takes {instructions}.\n")?;
            writeln!(f, "{}", python.table(|cost| cost.instructions, true))?;
            let nanoseconds = number(empty.nanoseconds);
            writeln!(f, "Nanoseconds; the empty loop takes {nanoseconds}.\n")?;
            write!(f, "{}", python.table(|cost| cost.nanoseconds, false))?;
        }
        Ok(())
    }
}

/// A ratio, bold if it is above the limit; what would be shown as the limit is not above it.
pub(in crate::bench) fn flagged(ratio: Option<f64>, limit: f64) -> String {
    match ratio {
        Some(ratio) if ratio >= limit + 0.005 => format!("**{ratio:.2}**"),
        Some(ratio) => format!("{ratio:.2}"),
        None => String::new(),
    }
}

/// With one digit after the point where there is something to tell.
pub(in crate::bench) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
