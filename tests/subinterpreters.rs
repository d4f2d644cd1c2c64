//! Runs the tests of `tests/subinterpreters` on the Python of this machine, as `everypy matrix tests/subinterpreters`
//! does on every interpreter that it finds.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::process::Command;

#[track_caller]
fn run(name: &str, fast: &str) {
    let output = Command::new(support::python())
        .arg("run_tests.py")
        .current_dir(support::folder_of(name, "everypy-subinterpreters", "tests/subinterpreters"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("EVERYPY_FAST", fast)
        .output()
        .expect("it has just run");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    assert!(
        output.status.success() && last.ends_with(" passed, 0 failed") && !last.starts_with("0 "),
        "{}",
        support::all_of(&output)
    );
    if let Some(untested) = text.lines().find_map(|line| line.strip_prefix("NOT TESTED: ")) {
        support::not_tested(untested);
    }
}

#[test]
fn modules_in_several_interpreters() {
    run("subinterpreters", "1");
}

/// As on an interpreter that nobody knows yet.
#[test]
fn modules_in_several_interpreters_with_the_stable_abi_alone() {
    run("subinterpreters-stable", "0");
}
