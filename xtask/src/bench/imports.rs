//! How long the first import of a module with one function takes.
//!
//! Each time in a process of its own, since a second import in the same process finds everything loaded. What Python
//! itself does only once, such as starting its C API on PyPy, is done before with another module, which is written in C.
//! Finding the file is not part of it. callgrind counts the instructions in the process, so not those of the kernel that
//! maps the file; the microseconds, the best of many processes, have them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::Serialize;

use super::calls::form::Form;
use super::calls::results::{flagged, number};
use super::calls::{self, Module, callgrind};
use super::interpreters::Interpreters;
use super::table::Table;
use super::{Folders, programs};

/// How many times longer than C's it may take.
const LIMIT: f64 = 1.3;

/// In how many processes, of which the best counts.
const PROCESSES: usize = 30;

/// The imports in all interpreters.
#[derive(Serialize)]
pub(super) struct Imports {
    pythons: Vec<Python>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Python {
    label: String,
    forms: BTreeMap<Form, Cost>,
}

#[derive(Clone, Copy, Serialize)]
struct Cost {
    instructions: f64,
    microseconds: f64,
}

/// Measures all.
pub(super) fn measure(folders: &Folders, interpreters: &Interpreters) -> anyhow::Result<Imports> {
    programs::output(Command::new("valgrind").arg("--version"))?;
    let interpreters = interpreters.counted()?;
    let script = folders.benches.join("measure.py");
    let mut notes = Vec::new();
    let modules = calls::build(&interpreters, &mut notes, |form, interpreter| {
        form.build_one_function(folders, interpreter)
    })?;
    let mut pythons = Vec::new();
    for interpreter in &interpreters {
        eprintln!("importing in {}", interpreter.name);
        let warm = Form::C.build(folders, interpreter)?;
        let here: Vec<&Module<'_>> =
            modules.iter().filter(|module| module.interpreter.name == interpreter.name).collect();
        let mut forms = BTreeMap::new();
        for module in &here {
            let instructions = count(&script, &warm, module)?;
            forms.insert(module.form, Cost { instructions, microseconds: f64::INFINITY });
        }
        // They take turns, so that what else the machine does meets them all.
        for _ in 0..PROCESSES {
            for module in &here {
                let printed = programs::output(&mut import(&script, &warm, module))?;
                let microseconds: f64 = serde_json::from_str(&printed)
                    .with_context(|| format!("`measure.py import` has printed {printed:?}"))?;
                forms.entry(module.form).and_modify(|cost| {
                    cost.microseconds = cost.microseconds.min(microseconds);
                });
            }
        }
        pythons.push(Python { label: interpreter.facts.label(), forms });
    }
    Ok(Imports { pythons, notes })
}

fn import(script: &Path, warm: &Path, module: &Module<'_>) -> Command {
    let mut python = module.python();
    python.arg(script).arg("--warm").arg(warm).arg("import").arg(&module.file);
    python
}

fn count(script: &Path, warm: &Path, module: &Module<'_>) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let python = import(script, warm, module);
    let mut valgrind = Command::new("valgrind");
    valgrind.env("PYTHONHASHSEED", "0").envs(module.form.variables().iter().copied());
    valgrind.args(["-q", "--tool=callgrind", "--dump-before=getppid"]);
    valgrind.args(["--compress-strings=no", "--compress-pos=no"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    programs::output(valgrind.arg(python.get_program()).args(python.get_args()))?;
    // The other module's import is the second part; the third is what is between the two.
    Ok(callgrind::Part::read(&out.with_extension("4"))?.total as f64)
}

impl fmt::Display for Imports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Import of a module with one function\n")?;
        writeln!(
            f,
            "The first in a process, after that of another module, which is written in C. Instructions are those of the process"
        )?;
        writeln!(
            f,
            "without the kernel's; microseconds the best of {PROCESSES} processes. Goal: at most {LIMIT} times C's.\n"
        )?;
        let mut head = vec!["Python".to_owned(), String::new()];
        head.extend(Form::ALL.map(|form| format!(">{form}")));
        head.extend(Form::ALL[1..].iter().map(|form| format!(">{form} / {}", Form::C)));
        let mut table = Table::new(&head);
        type Figure = fn(&Cost) -> f64;
        let kinds: [(&str, Figure); 2] =
            [("instructions", |cost| cost.instructions), ("µs", |cost| cost.microseconds)];
        for Python { label, forms } in &self.pythons {
            for (kind, what) in kinds {
                let cost = |form: Form| forms.get(&form).map(what);
                let mut cells = vec![label.clone(), kind.to_owned()];
                cells.extend(Form::ALL.map(|form| cost(form).map_or_else(String::new, number)));
                cells.extend(Form::ALL[1..].iter().map(|&form| {
                    let ratio = cost(form).zip(cost(Form::C)).map(|(this, c)| this / c);
                    flagged(ratio, if form.is_ours() { LIMIT } else { f64::INFINITY })
                }));
                table.row(cells);
            }
        }
        write!(f, "{table}")?;
        for note in &self.notes {
            write!(f, "\n{note}\n")?;
        }
        Ok(())
    }
}
