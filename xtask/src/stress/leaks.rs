//! Each test of the suite a thousand times, where Python counts references.

use std::process::Command;

use anyhow::{Context as _, ensure};

use super::instrumented;

/// On debug builds of CPython 3.11 and 3.15.
pub(super) fn run() -> anyhow::Result<()> {
    instrumented::provide("debug-roots.sh")?;
    let provided = instrumented::provided()?;
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--release", "--package", "everypy-cli", "--"]);
    command.args(["matrix", "tests/suite", "--timeout", "20000", "--require", "cp311d,cp315d"]);
    command.args(["--only", "cp311d,cp315d"]);
    for root in ["bookworm", "sid"] {
        command.arg("--root").arg(provided.join(root));
    }
    command.args(["--", "{python}", "leaks.py"]);
    command.env("EVERYPY_RUNS", "1000").env("EVERYPY_SECONDS", "60");
    let status =
        command.current_dir(instrumented::repository()).status().context("cannot run Cargo")?;
    ensure!(status.success(), "a test keeps something");
    Ok(())
}
