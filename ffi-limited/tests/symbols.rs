//! The rows, compared with what interpreters export (`data/symbols.tsv`).

use std::collections::{BTreeMap, BTreeSet};

use everypy_ffi::{Failure, ROWS, Row};

/// What the table says about a name: a value for each column.
struct Symbol {
    columns: BTreeMap<&'static str, &'static str>,
}

impl Symbol {
    /// The version whose stable ABI brought the name.
    fn since(&self) -> Option<(u8, u8)> {
        let (major, minor) = self.columns["stable_abi_since"].split_once('.')?;
        Some((major.parse().unwrap(), minor.parse().unwrap()))
    }

    /// The interpreters that we support, and whether they export the name (as a function that works).
    fn interpreters(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.columns
            .iter()
            .filter(|(column, _)| {
                let interpreter =
                    ["cp3", "pypy", "graalpy"].iter().any(|begin| column.starts_with(begin));
                // GraalPy before 25.0 is older than what we support.
                interpreter && !column.ends_with("stub") && !column.starts_with("graalpy_24")
            })
            .map(|(column, value)| (*column, *value == "1"))
    }
}

fn symbols() -> BTreeMap<&'static str, Symbol> {
    let mut lines = include_str!("../data/symbols.tsv").lines().map(|line| line.split('\t'));
    let heading: Vec<_> = lines.next().unwrap().collect();
    lines
        .map(|fields| {
            let columns: BTreeMap<_, _> = heading.iter().copied().zip(fields).collect();
            (columns["name"], Symbol { columns })
        })
        .collect()
}

fn rows() -> BTreeMap<&'static str, Row> {
    ROWS.into_iter().map(|row| (row.name, row)).collect()
}

#[test]
fn the_rows_are_the_names_of_the_stable_abi() {
    let rows = rows();
    assert_eq!(rows.len(), ROWS.len(), "a name has two rows");
    // Some names exist on Windows or in debug builds only, and were seen nowhere.
    let stable: BTreeSet<_> = symbols()
        .into_iter()
        .filter(|(_, symbol)| {
            let in_cpython =
                symbol.interpreters().any(|(name, exported)| name.starts_with("cp3") && exported);
            symbol.since().is_some() && in_cpython
        })
        .map(|(name, _)| name)
        .collect();
    let without_row: Vec<_> = stable.iter().filter(|name| !rows.contains_key(*name)).collect();
    assert!(without_row.is_empty(), "no row: {without_row:?}");
    let other: Vec<_> = rows.keys().filter(|name| !stable.contains(*name)).collect();
    assert!(other.is_empty(), "not in the stable ABI: {other:?}");
}

/// Rows whose version is that of the first header which declares them, and not that of the list of the stable ABI.
const OTHER_VERSION: [(&str, (u8, u8)); 16] = [
    // Entered into the list later than into the headers.
    ("PyFrame_GetCode", (3, 9)),
    ("PyFrame_GetLineNumber", (3, 9)),
    ("PyImport_GetModule", (3, 7)),
    ("PyModule_AddType", (3, 9)),
    ("PyObject_CallNoArgs", (3, 9)),
    ("PyStructSequence_UnnamedField", (3, 7)),
    ("PyThreadState_GetFrame", (3, 9)),
    ("PyThreadState_GetID", (3, 9)),
    ("PyThreadState_GetInterpreter", (3, 9)),
    ("PyType_FromModuleAndSpec", (3, 9)),
    ("PyType_GetModule", (3, 9)),
    ("PyType_GetModuleState", (3, 9)),
    ("Py_FileSystemDefaultEncodeErrors", (3, 7)),
    ("Py_UTF8Mode", (3, 7)),
    // The list says 3.2, but it came with 3.8.
    ("PyThread_get_thread_native_id", (3, 8)),
    // Only a macro in the headers up to 3.9, and 3.9 does not export it.
    ("PyCFunction_New", (3, 10)),
];

#[test]
fn the_rows_say_which_version_brought_them() {
    let symbols = symbols();
    let mut wrong = Vec::new();
    for row in ROWS {
        let listed = symbols[row.name].since().unwrap().max((3, 7));
        let expected = match OTHER_VERSION.iter().find(|(name, _)| *name == row.name) {
            Some((_, version)) => {
                assert_ne!(*version, listed, "{} is no exception any more", row.name);
                *version
            }
            None => listed,
        };
        if row.since != expected {
            wrong.push(format!("{}: {:?}, not {expected:?}", row.name, row.since));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Functions that GraalPy exports but that abort or lie there, so that loading must do without them.
const WRONG: &str = include_str!("../../shims/src/data/graalpy-wrong.txt");

#[test]
fn required_rows_are_those_that_every_interpreter_has() {
    let symbols = symbols();
    let mut wrong = Vec::new();
    for row in ROWS {
        let works = !WRONG.lines().any(|name| name == row.name);
        let everywhere = works && symbols[row.name].interpreters().all(|(_, exported)| exported);
        // What is newer than our oldest Python is no matter of course, even if all of them happen to export it.
        if row.required != (everywhere && row.since == (3, 7)) {
            wrong.push(row.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn rows_know_variables_from_functions() {
    let symbols = symbols();
    for row in ROWS {
        let data = symbols[row.name].columns["kind"] == "data";
        assert_eq!(row.failure == Failure::Data, data, "{}", row.name);
    }
}
