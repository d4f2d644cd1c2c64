//! The size of a small module.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::Serialize;

use super::cargo::Crate;
use super::interpreters::Interpreters;
use super::table::Table;
use super::{Folders, programs};

/// What `string_sum` may have, in KiB.
const LIMIT: f64 = 330.0;

/// `examples/string-sum`, built with everypy and with PyO3.
#[derive(Serialize)]
pub(super) struct Sizes {
    everypy: Module,
    pyo3: Module,
    /// What PyO3's is built for.
    python: String,
}

/// A stripped module.
#[derive(Serialize)]
struct Module {
    bytes: u64,
    /// The sections in the order of the file, with their bytes.
    sections: Vec<(String, u64)>,
}

/// Builds and measures both.
pub(super) fn measure(folders: &Folders, interpreters: &Interpreters) -> anyhow::Result<Sizes> {
    let python = interpreters.newest()?;
    let [everypy, pyo3] = super::string_sum(folders, &python.command);
    eprintln!("building string_sum with everypy and with PyO3");
    Ok(Sizes {
        everypy: Module::stripped(&everypy)?,
        pyo3: Module::stripped(&pyo3)?,
        python: python.facts.label(),
    })
}

impl Module {
    fn stripped(source: &Crate) -> anyhow::Result<Self> {
        let built = source.build()?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("stripped.so");
        programs::output(Command::new("strip").arg(&built.library).arg("-o").arg(&file))?;
        let bytes = std::fs::metadata(&file)?.len();
        Ok(Self { bytes, sections: sections(&file)? })
    }

    fn section(&self, name: &str) -> u64 {
        self.sections.iter().filter(|(found, _)| found == name).map(|(_, bytes)| bytes).sum()
    }
}

/// Reads the output of `size`: a head, then lines of name, size and address, then the sum.
fn sections(file: &Path) -> anyhow::Result<Vec<(String, u64)>> {
    let printed = programs::output(Command::new("size").args(["-A", "-d"]).arg(file))?;
    let lines = printed.lines().filter(|line| line.starts_with('.'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (name, bytes) = (words.next(), words.next());
            let bytes = bytes.and_then(|bytes| bytes.parse().ok());
            Some((name?.to_owned(), bytes?))
        })
        .collect::<Option<_>>()
        .with_context(|| format!("`size -A` has printed {printed:?}"))
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { everypy, pyo3, python } = self;
        writeln!(f, "## Size of `examples/string-sum`\n")?;
        writeln!(
            f,
            "KiB, both built by the release profile of the example and stripped; at most {LIMIT} for everypy. PyO3's is\nfor {python}. `.bss` and `.relro_padding` take no room in the file.\n"
        )?;
        let mut table = Table::new(&["section", ">everypy", ">PyO3"]);
        let kib = |bytes: u64| format!("{:.1}", bytes as f64 / 1024.0);
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in everypy.sections.iter().chain(&pyo3.sections) {
            if !names.contains(&&**name) {
                names.push(name);
            }
        }
        let largest = |name: &str| everypy.section(name).max(pyo3.section(name));
        names.sort_by_key(|name| std::cmp::Reverse(largest(name)));
        let flag = if everypy.bytes as f64 / 1024.0 > LIMIT { "**" } else { "" };
        let total = format!("{flag}{}{flag}", kib(everypy.bytes));
        table.row(vec!["the file".to_owned(), total, kib(pyo3.bytes)]);
        // Smaller ones matter to nobody.
        for name in names.into_iter().filter(|name| largest(name) >= 1024) {
            table.row(vec![
                format!("`{name}`"),
                kib(everypy.section(name)),
                kib(pyo3.section(name)),
            ]);
        }
        write!(f, "{table}")
    }
}
