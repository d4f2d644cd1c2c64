//! How long a small module takes to build from nothing.

use std::fmt;

use serde::Serialize;

use super::Folders;
use super::cargo::Crate;
use super::interpreters::Interpreters;
use super::table::Table;

/// How often each is built; they take turns, so that both see the same machine.
const ROUNDS: usize = 3;

/// `examples/string-sum`, built with everypy and with PyO3.
#[derive(Serialize)]
pub(super) struct BuildTimes {
    everypy: BuildTime,
    pyo3: BuildTime,
}

#[derive(Default, Serialize)]
struct BuildTime {
    /// How many crates were compiled.
    crates: usize,
    /// One for each round.
    seconds: Vec<f64>,
    /// How long all processors together worked, at best; other work on the machine changes that less.
    processor_seconds: Option<f64>,
}

/// Builds both from nothing, in release mode, with all crates downloaded.
pub(super) fn measure(
    folders: &Folders,
    interpreters: &Interpreters,
) -> anyhow::Result<BuildTimes> {
    let python = interpreters.newest()?;
    let mut crates = super::string_sum(folders, &python.command);
    for source in &mut crates {
        source.fetch()?;
        source.variables.push(("CARGO_NET_OFFLINE", "true".into()));
    }
    let [everypy, pyo3] = crates;
    let mut times = BuildTimes { everypy: BuildTime::default(), pyo3: BuildTime::default() };
    for round in 1..=ROUNDS {
        eprintln!("building string_sum from nothing, round {round} of {ROUNDS}");
        times.everypy.add(&everypy)?;
        times.pyo3.add(&pyo3)?;
    }
    Ok(times)
}

impl BuildTime {
    fn add(&mut self, source: &Crate) -> anyhow::Result<()> {
        let nothing = tempfile::tempdir()?;
        let built = source.build_in(nothing.path())?;
        self.crates = built.crates;
        self.seconds.push(built.duration.as_secs_f64());
        let work = built.work.map(|work| work.as_secs_f64());
        self.processor_seconds = match (self.processor_seconds, work) {
            (Some(best), Some(work)) => Some(best.min(work)),
            (best, work) => best.or(work),
        };
        Ok(())
    }

    fn best(&self) -> f64 {
        self.seconds.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

impl fmt::Display for BuildTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Build of `examples/string-sum`\n")?;
        writeln!(
            f,
            "From nothing, in release mode, crates downloaded; the two take turns. everypy is to take at most as long.\n"
        )?;
        let mut table = Table::new(&["", ">crates", ">seconds, best", "all", ">processor seconds"]);
        let flag = if self.everypy.best() > self.pyo3.best() { "**" } else { "" };
        for (name, time, flag) in [("everypy", &self.everypy, flag), ("PyO3", &self.pyo3, "")] {
            let all: Vec<_> = time.seconds.iter().map(|seconds| format!("{seconds:.1}")).collect();
            table.row(vec![
                name.to_owned(),
                time.crates.to_string(),
                format!("{flag}{:.1}{flag}", time.best()),
                all.join(", "),
                time.processor_seconds.map_or_else(String::new, |seconds| format!("{seconds:.1}")),
            ]);
        }
        write!(f, "{table}")
    }
}
