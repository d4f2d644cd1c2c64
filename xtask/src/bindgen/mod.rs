//! `cargo xtask bindgen`: writes `ffi-limited/src/headers/` from CPython's headers.
//!
//! The limited API of each version is read from that version's own headers, so that a row can say which version
//! brought it, and keeps its place when a later version no longer declares it. bindgen needs libclang (Debian's
//! package `libclang-dev`); the machine is to be a Linux one with 64 bits, since `va_list` is recognised by its shape there.

mod collect;
mod declarations;
mod linked;
mod render;
mod search;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Write the rows and constants of the limited API from CPython's headers
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare with what is there, and fail where it differs
    #[arg(long)]
    check: bool,
    /// A folder with `Python.h`, or an installation prefix, preferred to the installed ones; may be repeated
    #[arg(long, value_name = "DIR")]
    headers: Vec<PathBuf>,
    /// Tell which headers are read, and which signatures and constants are not the same in all of them
    #[arg(long, short)]
    verbose: bool,
}

/// The versions whose limited API is read, as minor versions.
const VERSIONS: std::ops::RangeInclusive<u8> = 7..=15;

/// Does what the command line says.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("ffi-limited");
    let symbols = symbols::read(&package.join("data/symbols.tsv"))?;
    let versions = search::find(VERSIONS, &arguments.headers)?;
    let api = collect::collect(&versions, &symbols, arguments.verbose)?;
    let files = render::files(&api);
    let linked = BTreeMap::from([("rows.rs".to_owned(), linked::text(&api)?)]);
    let folders = [
        (package.join("src/headers"), files),
        (package.with_file_name("shims").join("src/linked"), linked),
    ];
    for (folder, files) in &folders {
        if arguments.check { check(folder, files)? } else { write(folder, files)? }
    }
    Ok(())
}

/// Makes a folder's Rust files those in `files`.
fn write(folder: &Path, files: &BTreeMap<String, String>) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for name in existing(folder)?.difference(&files.keys().cloned().collect()) {
        std::fs::remove_file(folder.join(name))?;
    }
    for (name, text) in files {
        let path = folder.join(name);
        // A file that stays the same keeps its time, so that Cargo has nothing to build.
        if std::fs::read_to_string(&path).ok().as_ref() != Some(text) {
            std::fs::write(&path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// Fails if a folder's Rust files are not those in `files`.
fn check(folder: &Path, files: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let mut names = existing(folder)?;
    names.extend(files.keys().cloned());
    let differing: Vec<_> = names
        .into_iter()
        .filter(|name| std::fs::read_to_string(folder.join(name)).ok().as_ref() != files.get(name))
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    let generated = std::env::temp_dir().join(format!("everypy-bindgen-{}", std::process::id()));
    write(&generated, files)?;
    bail!(
        "not as generated: {}\n\
         hint: run `cargo xtask bindgen`; to see what differs, run `diff -r {} {}`",
        differing.join(", "),
        folder.display(),
        generated.display(),
    )
}

/// The names of the Rust files in a folder.
fn existing(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rs") {
            names.insert(name);
        }
    }
    Ok(names)
}
