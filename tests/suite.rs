//! Runs the suite of `tests/suite` on the Python of this machine.
//!
//! The suite is an extension module, since an interpreter without a shared library cannot be started from a Rust
//! program. `everypy matrix tests/suite` runs the same on every interpreter that it finds.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python to use: `EVERYPY_PYTHON`, or the first on the path that is new enough.
fn python() -> PathBuf {
    let named = std::env::var_os("EVERYPY_PYTHON").map(PathBuf::from);
    let candidates = named.into_iter().chain(["python3", "python", "pypy3"].map(PathBuf::from));
    for candidate in candidates {
        let new_enough = Command::new(&candidate)
            .args(["-c", "import sys; sys.exit(sys.version_info < (3, 7))"])
            .output()
            .is_ok_and(|output| output.status.success());
        if new_enough {
            return candidate;
        }
    }
    panic!(
        "no Python from 3.7 on: neither `EVERYPY_PYTHON` nor python3, python or pypy3 on the path is one"
    );
}

/// Builds the suite, in a target folder of its own since Cargo has locked the other one, and returns the module's file.
fn build(target: &Path) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--package=everypy-suite", "--message-format=json-render-diagnostics"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("Cargo runs, since it runs this");
    assert!(output.status.success(), "the suite does not build");
    let messages = String::from_utf8(output.stdout).expect("Cargo writes JSON");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "everypy_suite")
        .find_map(|message| message["filenames"][0].as_str().map(PathBuf::from))
        .expect("Cargo names the file that it made")
}

#[test]
fn suite_passes_on_this_python() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let module = build(&scratch.join("suite"));
    let folder = scratch.join("run");
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    // CPython and GraalPy on Windows want another ending.
    let ending = if cfg!(windows) { "pyd" } else { "so" };
    std::fs::copy(module, folder.join("everypy_suite").with_extension(ending))
        .expect("it is there");
    let runner = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/run_tests.py");
    std::fs::copy(runner, folder.join("run_tests.py")).expect("it is there");

    let output = Command::new(python())
        .arg("run_tests.py")
        .current_dir(&folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("it has just run");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    println!("{last}");
    assert!(
        output.status.success() && last.ends_with(" passed, 0 failed") && !last.starts_with("0 "),
        "{}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}
