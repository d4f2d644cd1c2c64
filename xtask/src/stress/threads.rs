//! Eight threads create, share, change, convert and drop objects of one class.

/// 30 s.
pub(super) fn run(interpreters: &[String]) -> anyhow::Result<()> {
    super::matrix("tests/threads", "run_tests.py", ("EVERYPY_SECONDS", "30"), interpreters)
}
