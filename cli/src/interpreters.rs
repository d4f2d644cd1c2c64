//! `everypy interpreters`

use std::path::PathBuf;
use std::process::ExitCode;

use everypy_matrix::Result;
use everypy_matrix::cancel::Cancel;
use everypy_matrix::facts::Facts;
use everypy_matrix::found::{Found, Interpreter, Unusable};
use everypy_matrix::place::Place;
use everypy_matrix::search::Search;
use serde::Serialize;

use crate::arguments::InterpretersOptions;
use crate::progress;
use crate::table::Table;

pub(crate) fn run(options: &InterpretersOptions, cancel: &Cancel) -> Result<ExitCode> {
    let search = Search { roots: options.roots.clone(), ..Search::default() };
    let found = progress::while_searching(|| search.run(cancel))?;
    if options.json {
        let json = serde_json::to_string_pretty(&Listing::new(&found));
        println!("{}", json.expect("strings and lists are JSON"));
    } else {
        print(&found);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(found: &Found) {
    let mut table = Table::new(&["name", "version", "architecture", "found by", "executable"]);
    for interpreter in &found.interpreters {
        let facts = &interpreter.facts;
        table.row(vec![
            interpreter.name.clone(),
            facts.label(),
            facts.architecture.clone(),
            interpreter.source.label().to_owned(),
            interpreter.path().display().to_string(),
        ]);
    }
    print!("{table}");
    let section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            println!("\n{title}:\n  {}", lines.join("\n  "));
        }
    };
    let shadowed = found.shadowed.iter().map(|shadowed| {
        let Interpreter { name, source, .. } = &shadowed.interpreter;
        let path = shadowed.interpreter.path();
        format!(
            "{name}  {} ({}; the name {} is taken)",
            path.display(),
            source.label(),
            shadowed.by
        )
    });
    section("shadowed", shadowed.collect());
    let refused = found.refused.iter().map(|interpreter| {
        let why = interpreter.facts.refused.as_deref().unwrap_or("");
        format!("{}  {}: {why}", interpreter.name, interpreter.path().display())
    });
    section("refused", refused.collect());
    let unusable = found.unusable.iter().map(|unusable| {
        let Unusable { path, source, reason } = unusable;
        format!("{} ({}): {reason}", path.display(), source.label())
    });
    section("not usable", unusable.collect());
}

/// The JSON that `--json` prints.
#[derive(Serialize)]
struct Listing<'f> {
    interpreters: Vec<Item<'f>>,
    shadowed: Vec<Item<'f>>,
    refused: Vec<Item<'f>>,
    unusable: &'f [Unusable],
}

#[derive(Serialize)]
struct Item<'f> {
    name: &'f str,
    exact_name: String,
    source: &'static str,
    /// The root file system that the paths below belong to.
    root: Option<&'f PathBuf>,
    /// What to run, as a path of that file system.
    command: &'f PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    shadowed_by: Option<&'f str>,
    #[serde(flatten)]
    facts: &'f Facts,
}

impl<'f> Listing<'f> {
    fn new(found: &'f Found) -> Self {
        let shadowed = found.shadowed.iter().map(|shadowed| Item {
            shadowed_by: Some(&shadowed.by),
            ..Item::new(&shadowed.interpreter)
        });
        Self {
            interpreters: found.interpreters.iter().map(Item::new).collect(),
            shadowed: shadowed.collect(),
            refused: found.refused.iter().map(Item::new).collect(),
            unusable: &found.unusable,
        }
    }
}

impl<'f> Item<'f> {
    fn new(interpreter: &'f Interpreter) -> Self {
        Self {
            name: &interpreter.name,
            exact_name: interpreter.facts.name().exact,
            source: interpreter.source.label(),
            root: match &interpreter.place {
                Place::Host => None,
                Place::Root(root) => Some(root),
            },
            command: &interpreter.command,
            shadowed_by: None,
            facts: &interpreter.facts,
        }
    }
}
