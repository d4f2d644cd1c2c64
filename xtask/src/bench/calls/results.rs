//! What was measured of the calls.

use std::collections::BTreeMap;
use std::fmt;

use everypy_matrix::found::Interpreter;
use serde::Serialize;

use super::form::Form;
use super::{EMPTY, Operation};
use crate::bench::table::Table;

/// More than this times what C takes is too much.
const LIMIT: f64 = 1.10;

/// One round, whether with the loop around it or without.
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
    interpreters: Vec<Python>,
    operations: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Python {
    /// `cp313`.
    name: String,
    /// `CPython 3.13.0`.
    label: String,
}

/// One operation on one interpreter.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    operation: Operation,
    interpreter: String,
    /// Without the empty loop.
    call: BTreeMap<Form, Cost>,
    /// As measured.
    with_loop: BTreeMap<Form, Cost>,
}

impl Calls {
    /// Takes the empty loop off everything else; `notes` tell what could not be measured.
    pub(super) fn new(
        operations: &[Operation],
        interpreters: &[Interpreter],
        measured: &Measured,
        notes: Vec<String>,
    ) -> Self {
        let costs = |operation: &str, interpreter: &str| -> BTreeMap<Form, Cost> {
            let cost = |form| measured.get(&(operation.to_owned(), interpreter.to_owned(), form));
            Form::ALL.into_iter().filter_map(|form| Some((form, *cost(form)?))).collect()
        };
        let row = |operation: &Operation, interpreter: &Interpreter| {
            let with_loop = costs(&operation.name, &interpreter.name);
            let mut call = with_loop.clone();
            if operation.name != EMPTY {
                for (form, empty) in costs(EMPTY, &interpreter.name) {
                    call.entry(form).and_modify(|cost| {
                        cost.instructions -= empty.instructions;
                        cost.nanoseconds -= empty.nanoseconds;
                    });
                }
            }
            let (operation, interpreter) = (operation.clone(), interpreter.name.clone());
            Row { operation, interpreter, call, with_loop }
        };
        let rows = operations.iter().flat_map(|operation| {
            interpreters.iter().map(move |interpreter| row(operation, interpreter))
        });
        let python = |interpreter: &Interpreter| Python {
            name: interpreter.name.clone(),
            label: interpreter.facts.label(),
        };
        Self {
            interpreters: interpreters.iter().map(python).collect(),
            operations: rows.collect(),
            notes,
        }
    }

    /// The operations proper, without the empty loop.
    fn calls(&self) -> impl Iterator<Item = &Row> {
        self.operations.iter().filter(|row| row.operation.name != EMPTY)
    }

    /// The geometric mean of a form's ratios to C on one interpreter.
    fn mean(&self, form: Form, interpreter: &str, what: fn(&Cost) -> f64) -> Option<f64> {
        let rows = self.calls().filter(|row| row.interpreter == interpreter);
        let logarithms: Vec<f64> =
            rows.filter_map(|row| row.ratio(form, what)).map(f64::ln).collect();
        let count = logarithms.len() as f64;
        (count > 0.0).then(|| (logarithms.iter().sum::<f64>() / count).exp())
    }

    /// Both figures of one kind: a row per operation and interpreter, then the means.
    fn table(&self, what: fn(&Cost) -> f64, flag: bool) -> Table {
        let others = &Form::ALL[1..];
        let mut head = vec!["operation".to_owned(), "Python".to_owned()];
        head.extend(Form::ALL.map(|form| format!(">{form}")));
        head.extend(others.iter().map(|form| format!(">{form} / {}", Form::C)));
        let mut table = Table::new(&head);
        let ratio = |form: Form, ratio: Option<f64>| match ratio {
            Some(ratio) if flag && form == Form::Everypy && ratio > LIMIT => {
                format!("**{ratio:.2}**")
            }
            Some(ratio) => format!("{ratio:.2}"),
            None => String::new(),
        };
        for row in self.calls() {
            let mut cells = vec![row.operation.title.clone(), row.interpreter.clone()];
            let cost =
                |form| row.call.get(&form).map_or_else(String::new, |cost| number(what(cost)));
            cells.extend(Form::ALL.map(cost));
            cells.extend(others.iter().map(|&form| ratio(form, row.ratio(form, what))));
            table.row(cells);
        }
        for Python { name, .. } in &self.interpreters {
            let mut cells = vec!["geometric mean".to_owned(), name.clone()];
            cells.extend(Form::ALL.map(|_| String::new()));
            cells.extend(others.iter().map(|&form| ratio(form, self.mean(form, name, what))));
            table.row(cells);
        }
        table
    }
}

impl Row {
    fn ratio(&self, form: Form, what: fn(&Cost) -> f64) -> Option<f64> {
        let cost = |form| self.call.get(&form).map(what);
        Some(cost(form)? / cost(Form::C)?)
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.interpreters.iter().map(|python| &*python.label).collect();
        let loops = self.operations.iter().filter(|row| row.operation.name == EMPTY);
        let loops = loops.filter_map(|row| {
            let cost = row.call.get(&Form::C)?;
            Some(format!("{} on {}", number(cost.instructions), row.interpreter))
        });
        writeln!(f, "## Calls\n")?;
        writeln!(
            f,
            "On {}. C is written for the whole API of each version and built for it, PyO3 is its newest",
            labels.join(", ")
        )?;
        writeln!(
            f,
            "release built for each version, everypy is one file. Instructions are counted by callgrind, per call as the"
        )?;
        writeln!(
            f,
            "interpreter's loop sees it, less those of the empty loop ({}).",
            loops.collect::<Vec<_>>().join(", ")
        )?;
        writeln!(f, "Above {LIMIT:.2} times C: bold.\n")?;
        writeln!(f, "{}", self.table(|cost| cost.instructions, true))?;
        for note in &self.notes {
            writeln!(f, "{note}\n")?;
        }
        writeln!(
            f,
            "Nanoseconds, at best, less the empty loop. They depend on what else the machine does.\n"
        )?;
        write!(f, "{}", self.table(|cost| cost.nanoseconds, false))
    }
}

/// With one digit after the point where there is something to tell.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
