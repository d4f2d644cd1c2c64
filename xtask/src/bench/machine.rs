//! What the figures were measured on.

use std::path::Path;
use std::process::Command;

use serde::Serialize;

use super::programs;

/// A machine, as far as it matters to the figures.
#[derive(Serialize)]
pub(super) struct Machine {
    /// The processor's model.
    cpu: String,
    /// The system's name and version.
    system: String,
    /// `rustc 1.95.0 (…)`.
    rustc: String,
    /// The first line of `cc --version`.
    cc: String,
    /// PyO3's version.
    pyo3: String,
}

impl Machine {
    /// This machine. `lock` is the `Cargo.lock` that has PyO3 in it.
    pub(super) fn this(lock: &Path) -> anyhow::Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
        Ok(Self {
            cpu: field("/proc/cpuinfo", "model name", ':').unwrap_or_else(unknown),
            system: field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(unknown),
            rustc: first_line(programs::output(Command::new(rustc).arg("-V"))?),
            cc: first_line(programs::output(programs::c_compiler().arg("--version"))?),
            pyo3: version("pyo3", lock).unwrap_or_else(unknown),
        })
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cpu, system, rustc, cc, pyo3 } = self;
        write!(
            f,
            "Measured on {cpu}, {}, {system}, with {rustc} and {cc}. PyO3 is {pyo3}.",
            std::env::consts::ARCH
        )
    }
}

/// The value of `name` in a file of lines such as `name: value`.
fn field(file: &str, name: &str, separator: char) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(separator)?;
        (found.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The version of a package in a `Cargo.lock`: the line after its name.
pub(super) fn version(package: &str, lock: &Path) -> Option<String> {
    let text = std::fs::read_to_string(lock).ok()?;
    let name = format!("name = \"{package}\"");
    let line = text.lines().skip_while(|line| *line != name).nth(1)?;
    Some(line.strip_prefix("version = ")?.trim_matches('"').to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}
