//! Runs the suite of `tests/suite` on the Python of this machine.
//!
//! The suite is an extension module, since an interpreter without a shared library cannot be started from a Rust
//! program. `everypy matrix tests/suite` runs the same on every interpreter that it finds.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

/// Runs all of it, and returns its first line.
#[track_caller]
fn run(name: &str, fast: &str) -> String {
    run_part(name, fast, &[])
}

/// Runs those tests that have one of the parts in their names.
#[track_caller]
fn run_part(name: &str, fast: &str, parts: &[&str]) -> String {
    let text = support::run_tests(&support::folder(name), fast, parts);
    println!("{}", text.lines().last().unwrap_or_default());
    text.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn suite_passes_on_this_python() {
    let running = run("run", "1");
    assert!(running.ends_with("fast rows on"), "{running}");
}

/// As on an interpreter that nobody knows yet.
#[test]
fn suite_passes_with_the_stable_abi_alone() {
    let running = run("run-stable", "0");
    assert!(running.ends_with("fast rows off"), "{running}");
}

/// A recursion that is the first thing to fail in a process finds no class made yet, and no depth left to make one.
#[test]
fn a_recursion_ends_in_a_fresh_process() {
    run_part("recursion", "1", &["functions::recursion"]);
    run_part("recursion", "0", &["functions::recursion"]);
}
