//! Takes times.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use super::{Module, Operation};
use crate::bench::programs;

/// In how many processes every module is timed: where things lie in memory differs between them, and so does the time.
const PROCESSES: usize = 5;

/// Returns the best time of one round of every operation on every module, in nanoseconds, with the loop around it.
///
/// The modules take turns, so that what else the machine does meets them all.
pub(super) fn clock(
    script: &Path,
    modules: &[Module<'_>],
    operations: &[Operation],
) -> anyhow::Result<Vec<BTreeMap<String, f64>>> {
    let mut best = vec![BTreeMap::new(); modules.len()];
    for _ in 0..PROCESSES {
        for (module, best) in modules.iter().zip(&mut best) {
            for (operation, time) in once(script, module, operations)? {
                let best = best.entry(operation).or_insert(f64::INFINITY);
                *best = best.min(time);
            }
        }
    }
    Ok(best)
}

fn once(
    script: &Path,
    module: &Module<'_>,
    operations: &[Operation],
) -> anyhow::Result<BTreeMap<String, f64>> {
    let mut python = module.python();
    python.arg(script).arg("time");
    python.args(operations.iter().flat_map(|operation| ["--operation", &operation.name]));
    let printed = programs::output(python.arg(&module.file))?;
    serde_json::from_str(&printed)
        .with_context(|| format!("`measure.py time` has printed {printed:?}"))
}
