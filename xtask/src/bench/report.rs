//! All results, as text that is Markdown and as JSON.

use std::fmt;

use serde::Serialize;

use super::build_time::BuildTimes;
use super::calls::Calls;
use super::imports::Imports;
use super::load::Loads;
use super::machine::Machine;
use super::size::Sizes;

/// What was measured; a part that was left out is `None`.
#[derive(Serialize)]
pub(super) struct Report {
    machine: Machine,
    /// Calls.
    pub(super) calls: Option<Calls>,
    /// Import of a small module.
    pub(super) imports: Option<Imports>,
    /// Module size.
    pub(super) size: Option<Sizes>,
    /// Build time.
    pub(super) build: Option<BuildTimes>,
    /// Filling the table.
    pub(super) load: Option<Loads>,
}

impl Report {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine, calls: None, imports: None, size: None, build: None, load: None }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [Option<&dyn fmt::Display>; 5] = [
            self.calls.as_ref().map(|part| part as _),
            self.imports.as_ref().map(|part| part as _),
            self.size.as_ref().map(|part| part as _),
            self.build.as_ref().map(|part| part as _),
            self.load.as_ref().map(|part| part as _),
        ];
        writeln!(f, "# What everypy costs\n")?;
        writeln!(f, "Written by `cargo xtask bench`. {}", self.machine)?;
        for part in parts.into_iter().flatten() {
            write!(f, "\n{part}")?;
        }
        Ok(())
    }
}
