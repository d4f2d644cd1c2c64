//! Takes times.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use super::{Module, Operation};
use crate::bench::programs;

/// In how many processes: where things lie in memory differs between them, and so does the time.
const PROCESSES: usize = 3;

/// Returns the best time of one round of every operation on a module, in nanoseconds, with the loop around it.
pub(super) fn clock(
    script: &Path,
    module: &Module<'_>,
    operations: &[Operation],
) -> anyhow::Result<BTreeMap<String, f64>> {
    let mut best: BTreeMap<String, f64> = BTreeMap::new();
    for _ in 0..PROCESSES {
        let mut python = programs::python(module.interpreter);
        python.arg(script).arg("time");
        python.args(operations.iter().flat_map(|operation| ["--operation", &operation.name]));
        let printed = programs::output(python.arg(&module.file))?;
        let times: BTreeMap<String, f64> = serde_json::from_str(&printed)
            .with_context(|| format!("`measure.py time` has printed {printed:?}"))?;
        for (operation, time) in times {
            let best = best.entry(operation).or_insert(f64::INFINITY);
            *best = best.min(time);
        }
    }
    Ok(best)
}
