//! `cargo xtask bench`: what everypy costs, beside C and beside PyO3.
//!
//! | part | what it measures |
//! |---|---|
//! | [`calls`] | instructions and nanoseconds of calls, in several forms of one module |
//! | [`imports`] | the same of importing a module with one function |
//! | [`size`] | the size of `examples/string-sum` |
//! | [`build_time`] | how long that takes to build from nothing |
//! | [`load`] | how long the table of C-API entries takes to fill |

mod build_time;
mod calls;
mod cargo;
mod imports;
mod interpreters;
mod load;
mod machine;
mod programs;
mod report;
mod size;
mod table;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use everypy_matrix::request::Request;

pub(crate) use cargo::Crate;
pub(crate) use interpreters::Interpreters;
use report::Report;

/// Measure calls, module size, build time and loading, beside C and PyO3
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Measure only this; may be repeated
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Use these interpreters, by name (cp313) or path; may be repeated
    #[arg(long, value_name = "NAME|PATH", num_args = 1..)]
    python: Vec<Request>,
    /// Measure only this operation, in the part `calls`; may be repeated
    #[arg(long, value_name = "NAME")]
    operation: Vec<String>,
    /// Tell in which functions the instructions of each operation are, too
    #[arg(long)]
    profile: bool,
    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the tables here; benches/RESULTS.md if nothing was left out
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Instructions and nanoseconds of calls
    Calls,
    /// How long the import of a small module takes
    Import,
    /// The size of a small module
    Size,
    /// How long a small module takes to build
    Build,
    /// How long the table of C-API entries takes to fill
    Load,
}

impl Arguments {
    fn measures(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// Whether nothing is left out, so that the results are those of the project.
    fn is_complete(&self) -> bool {
        self.only.is_empty() && self.python.is_empty() && self.operation.is_empty()
    }
}

/// The folders that the parts work with.
struct Folders {
    /// The project.
    root: PathBuf,
    /// `benches`.
    benches: PathBuf,
    /// Where things are built, and stay for the next time.
    target: PathBuf,
}

impl Folders {
    fn new() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let target = std::path::absolute(target)?.join("bench");
        std::fs::create_dir_all(&target)?;
        Ok(Self { benches: root.join("benches"), root, target })
    }
}

/// `examples/string-sum`, to be built with everypy and with PyO3 for `python`.
fn string_sum(folders: &Folders, python: &Path) -> [cargo::Crate; 2] {
    let everypy = cargo::Crate {
        folder: folders.root.join("examples/string-sum"),
        target: folders.target.join("string-sum"),
        variables: Vec::new(),
    };
    let target = folders.target.join("string-sum-pyo3");
    [everypy, cargo::Crate::for_pyo3(folders.benches.join("string-sum-pyo3"), target, python)]
}

/// Does what the command line says.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folders = Folders::new()?;
    let interpreters = Interpreters::search(&arguments.python)?;
    let lock = folders.benches.join("pyo3-form/0.30/Cargo.lock");
    let mut report = Report::new(machine::Machine::this(&lock)?);
    if arguments.measures(Part::Calls) {
        let options =
            calls::Options { operations: &arguments.operation, profile: arguments.profile };
        report.calls = Some(calls::measure(&folders, &interpreters, &options)?);
    }
    if arguments.measures(Part::Import) {
        report.imports = Some(imports::measure(&folders, &interpreters)?);
    }
    if arguments.measures(Part::Size) {
        report.size = Some(size::measure(&folders, &interpreters)?);
    }
    if arguments.measures(Part::Build) {
        report.build = Some(build_time::measure(&folders, &interpreters)?);
    }
    if arguments.measures(Part::Load) {
        report.load = Some(load::measure(&folders, &interpreters)?);
    }
    println!("{report}");
    if let Some(file) = &arguments.json {
        write(file, &(serde_json::to_string_pretty(&report)? + "\n"))?;
    }
    let results = arguments.is_complete().then(|| folders.benches.join("RESULTS.md"));
    if let Some(file) = arguments.markdown.clone().or(results) {
        write(&file, &report.to_string())?;
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text)
        .map_err(|error| anyhow::anyhow!("cannot write `{}`: {error}", file.display()))
}
