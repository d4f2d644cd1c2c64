//! Builds the module of a project, once, in release mode.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::process::{self, Capture, Ending};
use crate::project::Project;

/// The library that Cargo built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// `target/release/libstring_sum.so`.
    pub library: PathBuf,
    /// What it was built for: `x86_64-unknown-linux-gnu`.
    pub target: String,
}

/// A compiler may take its time.
const LIMIT: Duration = Duration::from_secs(24 * 3600);

/// Runs `cargo build --release` for the library of `project`. The compiler's
/// messages go to the user's standard error.
pub fn build(project: &Project, cancel: &Cancel) -> Result<Artifact> {
    let mut command = Command::new(crate::project::cargo_program());
    command.current_dir(&project.dir);
    command.args(["build", "--release", "--lib", "--message-format=json-render-diagnostics"]);
    command.arg("--manifest-path").arg(&project.cargo.manifest);
    let features = &project.pyproject.tool.maturin.features;
    if !features.is_empty() {
        command.arg("--features").arg(features.join(","));
    }
    let finished = process::run(command, Capture::StdoutOnly, LIMIT, cancel)
        .map_err(|source| Error::Spawn { program: crate::project::cargo_program(), source })?;
    let error = |why| Error::Cargo { action: "build", dir: project.dir.clone(), why };
    match finished.ending {
        Ending::Cancelled => return Err(Error::Cancelled),
        Ending::Exited(0) => {}
        ending => return Err(error(ending.to_string())),
    }
    let library = library(&finished.stdout, &project.cargo.manifest)
        .ok_or_else(|| error("it built no shared library".to_owned()))?;
    let target = match cross_target(&library, &project.cargo.target_directory) {
        Some(target) => target,
        None => host_target(cancel)?,
    };
    Ok(Artifact { library, target })
}

/// One line of Cargo's output.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

/// Finds the shared library among the artifacts that Cargo lists.
fn library(output: &str, manifest: &Path) -> Option<PathBuf> {
    let messages = output.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let of_ours = |message: &Message| {
        let makes_it = |target: &Target| target.crate_types.iter().any(|kind| kind == "cdylib");
        message.reason == "compiler-artifact"
            && message.manifest_path.as_deref() == Some(manifest)
            && message.target.as_ref().is_some_and(makes_it)
    };
    let is_library = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("so" | "dylib" | "dll"))
    };
    messages.filter(of_ours).flat_map(|message| message.filenames).find(is_library)
}

/// Cargo puts what it builds for a named target into a folder of that name,
/// wherever the name came from: `target/aarch64-unknown-linux-gnu/release`.
fn cross_target(library: &Path, target_directory: &Path) -> Option<String> {
    let inside = library.strip_prefix(target_directory).ok()?;
    let first = inside.iter().next()?.to_str()?;
    (first != "release").then(|| first.to_owned())
}

fn host_target(cancel: &Cancel) -> Result<String> {
    let program = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let mut command = Command::new(&program);
    command.arg("-vV");
    let finished = process::run(command, Capture::Split, Duration::from_secs(60), cancel)
        .map_err(|source| Error::Spawn { program, source })?;
    let host = finished.stdout.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Error::Platform("unknown".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_found_among_the_artifacts() {
        let output = [
            r#"{"reason":"build-script-executed","package_id":"x"}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/d/Cargo.toml","target":{"crate_types":["cdylib"]},"filenames":["/t/libd.so"]}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{"crate_types":["bin"]},"filenames":["/t/p"]}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{"crate_types":["cdylib","rlib"]},"filenames":["/t/libp.rlib","/t/libp.so"]}"#,
            r#"{"reason":"build-finished","success":true}"#,
        ];
        let found = library(&output.join("\n"), Path::new("/p/Cargo.toml"));
        assert_eq!(found, Some(PathBuf::from("/t/libp.so")));
        assert_eq!(library("", Path::new("/p/Cargo.toml")), None);
    }

    #[test]
    fn a_named_target_is_seen_in_the_path() {
        let target = |library: &str| cross_target(Path::new(library), Path::new("/t"));
        assert_eq!(target("/t/release/libp.so"), None);
        let cross = target("/t/aarch64-unknown-linux-gnu/release/libp.so");
        assert_eq!(cross.as_deref(), Some("aarch64-unknown-linux-gnu"));
    }
}
