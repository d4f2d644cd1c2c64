//! Merges what the headers of all versions declare.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};

use super::declarations::{self, Api, Constant, Signature};
use super::search::Headers;
use super::symbols::Symbols;

/// The limited API of all versions, by the header that declares it.
pub(crate) type LimitedApi = BTreeMap<String, Header>;

/// What one header contributes.
#[derive(Default)]
pub(crate) struct Header {
    /// Its entries.
    pub(crate) rows: BTreeMap<String, Row>,
    /// Its constants.
    pub(crate) constants: BTreeMap<String, Constant>,
}

/// One entry of the limited API.
pub(crate) struct Row {
    /// What it is, as the newest version that declares it says.
    pub(crate) signature: Signature,
    /// The first version that has it.
    pub(crate) since: u8,
    /// Whether every interpreter has it.
    pub(crate) required: bool,
}

/// Headers whose constants describe a platform, a build or a version, or have nothing to do with the API.
const NO_CONSTANTS_FROM: [&str; 5] = ["errcode", "patchlevel", "pyconfig", "pyhash", "pyport"];

/// Constants that some version's headers forgot to hide, by how their names begin.
const NO_CONSTANTS: [&str; 10] = [
    // Internals of the compiler, the formatter, the allocator and the like.
    "FVC_",
    "FVS_",
    "F_",
    "MAX_CO_EXTRA_USERS",
    "PYOS_STACK_MARGIN",
    "PyTrash_",
    "TRACEMALLOC_",
    // Not the same on all platforms.
    "Py_UNICODE_SIZE",
    // Not the same in all versions.
    "PyABIInfo_DEFAULT_",
    "Py_MARSHAL_VERSION",
];

/// The private constants that are of use to others: they took over from public ones.
const PRIVATE_CONSTANTS: [&str; 3] = ["_Py_T_NONE", "_Py_T_OBJECT", "_Py_WRITE_RESTRICTED"];

/// Constants whose value changed. The first value keeps the name, since what was built with it runs on every later
/// version; the second one is called `NAME_3_15` if some interface takes nothing else.
const CHANGED: [Changed; 9] = [
    Changed {
        name: "Py_TPFLAGS_DEFAULT",
        later_is_of_use: false,
        reason: "3.10 dropped Py_TPFLAGS_HAVE_VERSION_TAG, which is ignored since then",
    },
    renumbered("Py_bf_getbuffer"),
    renumbered("Py_bf_releasebuffer"),
    renumbered("Py_mod_create"),
    renumbered("Py_mod_exec"),
    renumbered("Py_mod_gil"),
    renumbered("Py_mod_multiple_interpreters"),
    renumbered("Py_mp_ass_subscript"),
    renumbered("Py_mp_length"),
];

/// See [`CHANGED`].
struct Changed {
    name: &'static str,
    /// Whether the later value is of any use.
    later_is_of_use: bool,
    reason: &'static str,
}

/// A slot whose number meant one thing for types and another for modules until 3.15 gave them one numbering.
const fn renumbered(name: &'static str) -> Changed {
    Changed {
        name,
        later_is_of_use: true,
        reason: "type and module slots shared numbers until 3.15 gave them one numbering for `PySlot`",
    }
}

/// Reads and merges the headers of all versions.
pub(crate) fn collect(
    versions: &[Headers],
    symbols: &Symbols,
    verbose: bool,
) -> anyhow::Result<LimitedApi> {
    let mut collector =
        Collector { symbols, verbose, rows: BTreeMap::new(), constants: BTreeMap::new() };
    // What an earlier pass finds is left alone by later ones, which are there for the few names that only belong to
    // the binary interface: macros lead to them, or nothing does any more.
    for api in [Api::Limited, Api::SizeT, Api::Full] {
        let lacking = collector.lacking();
        if lacking.is_empty() {
            break;
        }
        for headers in versions {
            if verbose {
                eprintln!("3.{}: {api:?} of {}", headers.minor, headers.folder.display());
            }
            let only = (api != Api::Limited).then_some(&lacking[..]);
            let found = declarations::read(headers, api, only)?;
            for (name, (header, signature)) in found.symbols {
                if lacking.contains(&name) {
                    collector.add_row(name, header, signature, headers.minor, api)?;
                }
            }
            if api == Api::Limited {
                for (name, (header, constant)) in found.constants {
                    collector.add_constant(name, header, constant, headers.minor)?;
                }
            }
        }
    }
    let lacking = collector.lacking();
    ensure!(
        lacking.is_empty(),
        "no headers declare these names of the stable ABI: {}",
        lacking.join(", "),
    );
    Ok(collector.by_header())
}

struct Collector<'a> {
    symbols: &'a Symbols,
    verbose: bool,
    rows: BTreeMap<String, (String, Row)>,
    constants: BTreeMap<String, (String, Constant)>,
}

impl Collector<'_> {
    /// The names of the stable ABI that have no row yet.
    fn lacking(&self) -> Vec<String> {
        self.symbols
            .iter()
            .filter(|(name, symbol)| symbol.is_stable_abi() && !self.rows.contains_key(*name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn add_row(
        &mut self,
        name: String,
        header: String,
        mut signature: Signature,
        minor: u8,
        api: Api,
    ) -> anyhow::Result<()> {
        let symbol = &self.symbols[&name];
        ensure!(
            symbol.data == matches!(signature, Signature::Data(_)),
            "the headers of 3.{minor} and symbols.tsv disagree whether `{name}` is a function",
        );
        let older = self.rows.get(&name).map(|(_, row)| row);
        if let Some(older) = older {
            if self.verbose && older.signature.types() != signature.types() {
                eprintln!("{name} is not the same in 3.{minor}:");
                eprintln!("    {:?}", older.signature.types());
                eprintln!("    {:?}", signature.types());
            }
            signature.take_names(&older.signature);
        }
        let since = match (older, api) {
            (Some(older), _) => older.since,
            // Outside of the limited API a header does not tell which version's stable ABI has the name.
            (None, Api::Full) => symbol.stable_abi_since.unwrap_or(minor).max(7),
            (None, _) => minor,
        };
        let row = Row { signature, since, required: symbol.everywhere && since == 7 };
        self.rows.insert(name, (header, row));
        Ok(())
    }

    fn add_constant(
        &mut self,
        name: String,
        header: String,
        mut constant: Constant,
        minor: u8,
    ) -> anyhow::Result<()> {
        let private = name.starts_with('_') && !PRIVATE_CONSTANTS.contains(&name.as_str());
        let foreign = NO_CONSTANTS_FROM.contains(&header.as_str())
            || NO_CONSTANTS.iter().any(|begin| name.starts_with(begin));
        if private || foreign {
            return Ok(());
        }
        if let Some((_, older)) = self.constants.get(&name)
            && older.value != constant.value
        {
            let Some(changed) = CHANGED.iter().find(|changed| changed.name == name) else {
                bail!(
                    "the value of `{name}` was {} and is {} in 3.{minor}; \
                     see which one is right for all versions, and say so in `CHANGED`",
                    older.value,
                    constant.value,
                );
            };
            if self.verbose {
                eprintln!(
                    "{name} stays {}, not {}: {}",
                    older.value, constant.value, changed.reason,
                );
            }
            let older = older.value;
            if changed.later_is_of_use {
                let later = (header.clone(), constant.clone());
                self.constants.insert(format!("{name}_3_{minor}"), later);
            }
            constant.value = older;
        }
        self.constants.insert(name, (header, constant));
        Ok(())
    }

    fn by_header(self) -> LimitedApi {
        let mut headers = LimitedApi::new();
        for (name, (header, row)) in self.rows {
            headers.entry(header).or_default().rows.insert(name, row);
        }
        for (name, (header, constant)) in self.constants {
            headers.entry(header).or_default().constants.insert(name, constant);
        }
        headers
    }
}
