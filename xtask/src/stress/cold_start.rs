//! State is made for the first time by many threads at once, again and again.

/// 1,000 processes; where Python cannot fork, 10.
pub(super) fn run(interpreters: &[String]) -> anyhow::Result<()> {
    super::matrix(
        "tests/subinterpreters",
        "cold_start.py",
        ("EVERYPY_PROCESSES", "1000"),
        interpreters,
    )
}
