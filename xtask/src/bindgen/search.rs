//! Finds the headers of each CPython version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The headers of one CPython.
pub(crate) struct Headers {
    /// The minor version: 7 for 3.7.
    pub(crate) minor: u8,
    /// The folder that holds `Python.h`.
    pub(crate) folder: PathBuf,
}

/// Finds headers for each version in `minors`, in `extra` first and then wherever they are usually installed.
pub(crate) fn find(
    minors: impl IntoIterator<Item = u8>,
    extra: &[PathBuf],
) -> anyhow::Result<Vec<Headers>> {
    let given = newest_by_minor(&extra.iter().flat_map(|root| below(root)).collect::<Vec<_>>());
    let installed = newest_by_minor(&usual_places());
    let mut found = Vec::new();
    let mut lacking = Vec::new();
    for minor in minors {
        match given.get(&minor).or_else(|| installed.get(&minor)) {
            Some((_, folder)) => found.push(Headers { minor, folder: folder.clone() }),
            None => lacking.push(minor),
        }
    }
    if let [first, ..] = lacking[..] {
        let versions: Vec<_> = lacking.iter().map(|minor| format!("3.{minor}")).collect();
        bail!(
            "no headers of CPython {} found\n\
             hint: install them, with `pyenv install 3.{first}` or the package `libpython3.{first}-dev` \
             for instance, or name their folder with `--headers DIR`",
            versions.join(", "),
        );
    }
    Ok(found)
}

/// Where `include` folders are: what the interpreter matrix keeps, pyenv, and the system.
fn usual_places() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let or_home = |variable: &str, below_home: &str| {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .or_else(|| home.as_ref().map(|home| home.join(below_home)))
    };
    let mut roots = vec![PathBuf::from("/usr"), PathBuf::from("/usr/local")];
    let kept = or_home("EVERYPY_INTERPRETERS", ".cache/everypy/interpreters");
    let pyenv = or_home("PYENV_ROOT", ".pyenv").map(|root| root.join("versions"));
    for installation in kept.iter().chain(&pyenv).flat_map(|folder| entries(folder)) {
        roots.push(installation.join("usr"));
        roots.push(installation);
    }
    roots.iter().flat_map(|root| below(root)).collect()
}

/// The folders with a `Python.h` that an installation prefix (or such a folder itself) stands for.
fn below(root: &Path) -> Vec<PathBuf> {
    std::iter::once(root.to_owned())
        .chain(entries(root))
        .chain(entries(&root.join("include")))
        .filter(|folder| folder.join("Python.h").is_file())
        .collect()
}

/// What a folder holds, in order; nothing if it is none.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    entries
}

/// The newest headers of each minor version, with what orders them.
fn newest_by_minor(folders: &[PathBuf]) -> BTreeMap<u8, ([u32; 2], PathBuf)> {
    let mut newest = BTreeMap::new();
    for folder in folders {
        let Ok((minor, release)) = version(folder) else {
            continue;
        };
        let known = newest.entry(minor).or_insert_with(|| (release, folder.clone()));
        if known.0 < release {
            *known = (release, folder.clone());
        }
    }
    newest
}

/// The minor version of the headers in a folder, and what orders headers of the same minor version.
fn version(folder: &Path) -> anyhow::Result<(u8, [u32; 2])> {
    let patchlevel = std::fs::read_to_string(folder.join("patchlevel.h"))?;
    let number = |name: &str| -> anyhow::Result<u32> {
        patchlevel
            .lines()
            .filter_map(|line| line.strip_prefix("#define")?.trim().strip_prefix(name))
            .find(|rest| rest.starts_with([' ', '\t']))
            .and_then(|rest| {
                let value = rest.trim();
                match value.strip_prefix("0x") {
                    Some(digits) => u32::from_str_radix(digits, 16).ok(),
                    None => value.parse().ok(),
                }
            })
            .with_context(|| format!("no `{name}` in {}", folder.display()))
    };
    let other = ["PYPY_VERSION", "GRAALPY_VERSION"].iter().any(|name| patchlevel.contains(name));
    // Free-threaded builds of 3.13 and 3.14 have no limited API.
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let free_threaded = name.starts_with("python3.") && name.ends_with('t');
    if number("PY_MAJOR_VERSION")? != 3 || other || free_threaded {
        bail!("{} is not for us", folder.display());
    }
    let minor = u8::try_from(number("PY_MINOR_VERSION")?)?;
    // The release serial orders alphas, betas and candidates well enough: a machine has one of them at most.
    Ok((minor, [number("PY_MICRO_VERSION")?, number("PY_RELEASE_SERIAL")?]))
}
