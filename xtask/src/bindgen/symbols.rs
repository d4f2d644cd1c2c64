//! `ffi-limited/data/symbols.tsv`: what each measured interpreter exports.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};

/// The columns of the interpreters that a row must be in to count as required.
///
/// Every interpreter that was measured, but GraalPy 24.2, which is older than what we support.
const KNOWN: [&str; 15] = [
    "cp37",
    "cp38",
    "cp39",
    "cp310",
    "cp311",
    "cp312",
    "cp313",
    "cp313t",
    "cp314",
    "cp315",
    "pypy39_7.3.11",
    "pypy311_7.3.19",
    "pypy311_8.0.1",
    "graalpy_src",
    "graalpy_25.0.2",
];

/// What the table says about one name.
pub(crate) struct Symbol {
    /// The version whose stable ABI has it, as in `3.10`, or `None` for a name outside of the stable ABI.
    pub(crate) stable_abi_since: Option<u8>,
    /// Whether some CPython exports it.
    pub(crate) in_cpython: bool,
    /// Whether every known interpreter exports it (GraalPy: as a working function).
    pub(crate) everywhere: bool,
    /// Whether it is a variable.
    pub(crate) data: bool,
}

impl Symbol {
    /// Whether it belongs to the stable ABI of some CPython that was measured.
    pub(crate) fn is_stable_abi(&self) -> bool {
        self.stable_abi_since.is_some() && self.in_cpython
    }
}

/// The whole table by name.
pub(crate) type Symbols = BTreeMap<String, Symbol>;

/// Functions that an interpreter has but that must not be called there.
const WRONG: &str = include_str!("../../../shims/src/data/graalpy-wrong.txt");

/// Reads the table.
pub(crate) fn read(path: &Path) -> anyhow::Result<Symbols> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut symbols =
        parse(&text).with_context(|| format!("cannot make sense of {}", path.display()))?;
    for name in WRONG.lines() {
        symbols
            .get_mut(name)
            .with_context(|| format!("`{name}` is not in {}", path.display()))?
            .everywhere = false;
    }
    Ok(symbols)
}

fn parse(text: &str) -> anyhow::Result<Symbols> {
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().context("it is empty")?.split('\t').collect();
    let column = |name: &str| {
        heading
            .iter()
            .position(|found| *found == name)
            .with_context(|| format!("it has no column `{name}`"))
    };
    let name = column("name")?;
    let kind = column("kind")?;
    let since = column("stable_abi_since")?;
    let known = KNOWN.into_iter().map(column).collect::<anyhow::Result<Vec<_>>>()?;

    let mut symbols = Symbols::new();
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        ensure!(fields.len() == heading.len(), "{} fields in `{line}`", fields.len());
        let stable_abi_since = match fields[since] {
            "" => None,
            version => Some(
                version
                    .strip_prefix("3.")
                    .and_then(|minor| minor.parse().ok())
                    .with_context(|| format!("`{version}` in `{line}` is no version"))?,
            ),
        };
        let exported = |at: &usize| fields[*at] == "1";
        symbols.insert(
            fields[name].to_owned(),
            Symbol {
                stable_abi_since,
                in_cpython: known
                    .iter()
                    .zip(KNOWN)
                    .any(|(at, name)| name.starts_with("cp") && exported(at)),
                everywhere: known.iter().all(exported),
                data: fields[kind] == "data",
            },
        );
    }
    Ok(symbols)
}
