//! What Cargo says about a package.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::process::{self, Capture, Ending};

/// The package that makes the module.
#[derive(Clone, Debug)]
pub struct CargoPackage {
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// Its name: `string-sum`.
    pub name: String,
    /// Its version: `0.1.0-alpha.1`.
    pub version: String,
    /// One line.
    pub description: Option<String>,
    /// An expression: `MIT OR Apache-2.0`.
    pub license: Option<String>,
    /// `Ada Lovelace <ada@example.org>`.
    pub authors: Vec<String>,
    /// The file with the long description.
    pub readme: Option<PathBuf>,
    /// Where it lives.
    pub repository: Option<String>,
    /// The library that is a `cdylib`: `string_sum`.
    pub library: String,
    /// Where Cargo builds, as `CARGO_TARGET_DIR` and the settings say.
    pub target_directory: PathBuf,
}

/// What `cargo metadata` prints.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    description: Option<String>,
    license: Option<String>,
    authors: Vec<String>,
    readme: Option<PathBuf>,
    repository: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

/// Returns the command `cargo`: the one that runs us, if one does.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

impl CargoPackage {
    /// Asks Cargo about the package of `manifest`, which belongs to the
    /// project in `dir`.
    pub fn read(dir: &Path, manifest: &Path, cancel: &Cancel) -> Result<Self> {
        let error = |why: String, hint| Error::Project { dir: dir.to_path_buf(), why, hint };
        if !manifest.is_file() {
            let name = manifest.strip_prefix(dir).unwrap_or(manifest);
            let hint = "DIR is the folder of a Rust package that makes a Python module";
            return Err(error(format!("it has no {}", name.display()), Some(hint)));
        }
        let manifest = manifest.canonicalize().map_err(Error::io("read", manifest))?;
        let metadata = ask(dir, &manifest, cancel)?;
        let package = metadata.packages.into_iter().find(|package| {
            package.manifest_path.canonicalize().is_ok_and(|path| path == manifest)
        });
        let Some(package) = package else {
            let hint = "name the folder of one of its members";
            return Err(error(
                "its Cargo.toml is a workspace without a package".into(),
                Some(hint),
            ));
        };
        let is_module = |target: &&Target| target.crate_types.iter().any(|kind| kind == "cdylib");
        let Some(library) = package.targets.iter().find(is_module) else {
            let why = format!("the package `{}` makes no cdylib", package.name);
            let hint = "put `crate-type = [\"cdylib\"]` below `[lib]` in Cargo.toml";
            return Err(error(why, Some(hint)));
        };
        Ok(Self {
            library: library.name.clone(),
            readme: package.readme.map(|readme| manifest.with_file_name("").join(readme)),
            manifest,
            name: package.name,
            version: package.version,
            description: package.description,
            license: package.license,
            authors: package.authors,
            repository: package.repository,
            target_directory: metadata.target_directory,
        })
    }
}

fn ask(dir: &Path, manifest: &Path, cancel: &Cancel) -> Result<Metadata> {
    let mut command = Command::new(program());
    command.current_dir(dir).args(["metadata", "--no-deps", "--format-version=1"]);
    command.arg("--manifest-path").arg(manifest);
    let limit = Duration::from_secs(600);
    let finished = process::run(command, Capture::Split, limit, cancel)
        .map_err(|source| Error::Spawn { program: program(), source })?;
    let error = |why| Error::Cargo { action: "metadata", dir: dir.to_path_buf(), why };
    if finished.ending == Ending::Cancelled {
        return Err(Error::Cancelled);
    }
    if !finished.ending.is_success() {
        return Err(error(format!("{}\n{}", finished.ending, finished.stderr.trim_end())));
    }
    serde_json::from_str(&finished.stdout)
        .map_err(|unknown| error(format!("its answer is unknown: {unknown}")))
}
