//! Two threads work in two interpreters at the same time, for long.

/// 10 s for each way to make interpreters that a Python has.
pub(super) fn run(interpreters: &[String]) -> anyhow::Result<()> {
    super::matrix("tests/subinterpreters", "run_tests.py", ("EVERYPY_SECONDS", "10"), interpreters)
}
