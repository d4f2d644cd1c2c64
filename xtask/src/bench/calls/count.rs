//! Counts instructions.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::callgrind::Part;
use super::{Module, Operation};
use crate::bench::programs;

/// The rounds whose difference is taken.
const FEW: u32 = 1_000;
const MANY: u32 = 6_000;

/// The instructions of one round of an operation, with the loop around it.
pub(super) struct Count {
    /// All of them.
    pub(super) instructions: f64,
    /// Those in each function.
    pub(super) functions: BTreeMap<String, f64>,
}

/// The rounds before, in one process after the other, of which the least counts. What PyPy's compiler makes of a loop, and
/// whether it is done when the counting starts, differs twentyfold between processes that only warm up for different times.
const WARM_UPS: [u32; 4] = [5_000, 8_000, 12_000, 20_000];

/// Counts the instructions of every operation on a module.
pub(super) fn count(
    script: &Path,
    module: &Module<'_>,
    operations: &[Operation],
) -> anyhow::Result<Vec<(String, Count)>> {
    let compiles = module.interpreter.facts.implementation == "pypy";
    let warm_ups = if compiles { &WARM_UPS } else { &WARM_UPS[..1] };
    let mut runs = warm_ups.iter().map(|&warm_up| once(script, module, operations, warm_up));
    let first = runs.next().expect("there are several")?;
    runs.try_fold(first, |least, run| Ok(least.into_iter().zip(run?).map(lesser).collect()))
}

fn lesser(pair: ((String, Count), (String, Count))) -> (String, Count) {
    let (one, other) = pair;
    if other.1.instructions < one.1.instructions { other } else { one }
}

/// The same in one process.
fn once(
    script: &Path,
    module: &Module<'_>,
    operations: &[Operation],
    warm_up: u32,
) -> anyhow::Result<Vec<(String, Count)>> {
    let folder = tempfile::tempdir()?;
    let python = module.python();
    let out = folder.path().join("out");
    let mut valgrind = Command::new("valgrind");
    valgrind.env("PYTHONHASHSEED", "0").envs(module.form.variables().iter().copied());
    valgrind.args(["-q", "--tool=callgrind", "--dump-before=getppid"]);
    valgrind.args(["--compress-strings=no", "--compress-pos=no"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(python.get_program()).args(python.get_args()).arg(script).arg("count");
    valgrind.args(["--few", &FEW.to_string(), "--many", &MANY.to_string()]);
    valgrind.args(["--warm-up", &warm_up.to_string()]);
    valgrind.args(operations.iter().flat_map(|operation| ["--operation", &operation.name]));
    let printed = programs::output(valgrind.arg(&module.file))?;
    let names: Vec<String> = serde_json::from_str(&printed)
        .with_context(|| format!("`measure.py count` has printed {printed:?}"))?;
    ensure!(names.len() == operations.len(), "`measure.py count` has counted {names:?} only");
    let part = |number: usize| Part::read(&out.with_extension(number.to_string()));
    // The first part is all that comes before.
    let counts = names.into_iter().zip((2..).step_by(2));
    counts.map(|(name, few)| Ok((name, Count::between(&part(few)?, &part(few + 1)?)))).collect()
}

impl Count {
    fn between(few: &Part, many: &Part) -> Self {
        let of_round = |few: u64, many: u64| (many as f64 - few as f64) / f64::from(MANY - FEW);
        let functions = many.functions.iter().map(|(name, &many)| {
            let few = few.functions.get(name).copied().unwrap_or_default();
            (name.clone(), of_round(few, many))
        });
        Self { instructions: of_round(few.total, many.total), functions: functions.collect() }
    }
}
