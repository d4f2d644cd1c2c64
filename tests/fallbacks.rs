//! Whatever everypy itself calls is there on every interpreter: a row of the oldest limited API, or one with a fallback.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Newer in the limited API, but exported by every Python since 3.7.
const EVERYWHERE: &[&str] = &["PyObject_GenericGetDict", "PyUnicode_AsUTF8AndSize"];

/// Called by one fallback only, where the row that it replaces is not there; then this one is.
const INSTEAD: &[&str] = &["PyCMethod_New"];

/// The Rust sources below a folder of the repository.
fn sources(folder: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in folder.read_dir().expect("a folder of sources") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

/// The words after each `ffi::`.
fn rows_called(text: &str) -> impl Iterator<Item = &str> {
    text.split("ffi::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// The names in `header.NAME,` of the list of fallbacks.
fn fallbacks() -> HashSet<String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("shims/src/fallbacks/mod.rs");
    read(&list)
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once('.'))
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[test]
fn newer_rows_have_fallbacks() {
    let fallbacks = fallbacks();
    assert!(fallbacks.contains("PyDict_GetItemRef"), "the list is read");
    let newer: HashSet<_> = everypy::ffi::ROWS
        .iter()
        .filter(|row| {
            row.since > (3, 7) && !row.required && row.failure != everypy::ffi::Failure::Data
        })
        .map(|row| row.name)
        .filter(|name| !EVERYWHERE.contains(name) && !INSTEAD.contains(name))
        .collect();
    let mut calls = 0;
    let mut missing = Vec::new();
    for file in ["src", "shims/src", "macros/src"].into_iter().flat_map(sources) {
        for name in rows_called(&read(&file)).map(str::to_owned).collect::<Vec<_>>() {
            calls += 1;
            if newer.contains(name.as_str()) && !fallbacks.contains(&name) {
                missing.push(format!("{name} in {}", file.display()));
            }
        }
    }
    assert!(calls > 200, "the sources are read");
    assert!(missing.is_empty(), "newer rows without a fallback: {missing:#?}");
}
