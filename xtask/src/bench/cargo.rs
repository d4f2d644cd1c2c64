//! Builds a crate in release mode.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Deserialize;

use super::programs;

/// A crate to build, with a shared library in it.
pub(crate) struct Crate {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Where Cargo puts what it builds.
    pub(crate) target: PathBuf,
    /// Environment variables for the build.
    pub(crate) variables: Vec<(&'static str, OsString)>,
}

/// A built crate.
pub(crate) struct Built {
    /// The shared library.
    pub(crate) library: PathBuf,
    /// How many crates were compiled for it, itself included.
    pub(crate) crates: usize,
    /// How long that took.
    pub(crate) duration: Duration,
    /// How long all processors together worked for it, where that can be told.
    pub(crate) work: Option<Duration>,
}

impl Crate {
    /// A crate that is built with PyO3 for the interpreter `python`.
    pub(super) fn for_pyo3(folder: PathBuf, target: PathBuf, python: &Path) -> Self {
        // What maturin sets: a module leaves Python's symbols to the interpreter that loads it.
        let extension = ("PYO3_BUILD_EXTENSION_MODULE", OsString::from("1"));
        Self { folder, target, variables: vec![("PYO3_PYTHON", python.into()), extension] }
    }

    /// Downloads what the crate needs.
    pub(super) fn fetch(&self) -> anyhow::Result<()> {
        programs::output(&mut self.command("fetch")).map(drop)
    }

    /// Builds the crate. The network is not used if that can be avoided.
    pub(crate) fn build(&self) -> anyhow::Result<Built> {
        self.build_in(&self.target)
    }

    /// Builds the crate into a folder of the caller's choice.
    pub(super) fn build_in(&self, target: &Path) -> anyhow::Result<Built> {
        self.build_only(&["--lib"], "cdylib", target)
    }

    /// Builds one of the crate's examples, which is a shared library too.
    pub(super) fn build_example(&self, name: &str) -> anyhow::Result<Built> {
        self.build_only(&["--example", name], "example", &self.target)
    }

    fn build_only(&self, what: &[&str], kind: &str, target: &Path) -> anyhow::Result<Built> {
        let mut command = self.command("build");
        command.args(what);
        command.args(["--release", "--quiet", "--message-format=json-render-diagnostics"]);
        command.arg("--target-dir").arg(target);
        let (start, work_before) = (Instant::now(), work_of_children());
        let messages = programs::output(&mut command)?;
        let duration = start.elapsed();
        let work = work_of_children().zip(work_before).map(|(after, before)| after - before);
        let artifacts: Vec<Artifact> = messages.lines().filter_map(Artifact::parse).collect();
        let library = artifacts
            .iter()
            .filter(|artifact| artifact.target.kind.iter().any(|it| it == kind))
            .flat_map(|artifact| &artifact.filenames)
            .find(|file| file.extension().is_some_and(|it| it == std::env::consts::DLL_EXTENSION))
            .with_context(|| format!("`{}` has built no shared library", self.folder.display()))?;
        let crates = artifacts.iter().filter(|artifact| artifact.is_crate()).count();
        Ok(Built { library: library.clone(), crates, duration, work })
    }

    fn command(&self, action: &str) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.arg(action).arg("--manifest-path").arg(self.folder.join("Cargo.toml"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// How long the processors have worked for the processes that this one has started and that have ended.
fn work_of_children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets, the third a letter; 16 and 17 are in hundredths of a second.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(16)? + ticks(17)?)))
}

/// A line of Cargo's output that tells what was built.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    filenames: Vec<PathBuf>,
    fresh: bool,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Artifact {
    fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// Whether it is a crate that was compiled now; build scripts are part of theirs.
    fn is_crate(&self) -> bool {
        !self.fresh && self.target.kind != ["custom-build"]
    }
}
