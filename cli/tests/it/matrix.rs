//! `everypy matrix`, with scripts for interpreters.

use std::process::Stdio;
use std::time::Duration;

use crate::sandbox::{Play, Sandbox, json};

#[test]
fn every_interpreter_passes() {
    let sandbox = Sandbox::new();
    let interpreters = [
        sandbox.interpreter("a", &Play::default()),
        sandbox.interpreter("b", &Play { version: "3.10.1", ..Play::default() }),
    ];
    let run = sandbox.matrix(&interpreters, &["--json", "report.json"]);
    run.ends(0, "6 passed, 0 failed").prints("\nmatrix: 2 of 2 interpreters passed\n");
    let report = json(&sandbox.path("report.json"));
    let names = report["interpreters"].as_array().unwrap().iter().map(|row| &row["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["cp39", "cp310"]);
    let row = &report["interpreters"][0];
    let module = everypy_matrix::hash::of_file(&sandbox.path("fake.so")).unwrap();
    assert_eq!(row["module_sha256"], *module);
    assert_eq!(row["executable"], *interpreters[0]);
    assert_eq!(row["status"], "passed");
    assert_eq!((&row["passed"], &row["failed"]), (&3.into(), &0.into()));
    assert_eq!(row["detail"], "");
    let wheel = everypy_matrix::hash::of_file(report["wheel"].as_str().unwrap().as_ref()).unwrap();
    assert_eq!(report["sha256"], *wheel);
    run.prints(&format!(
        "cp39         CPython 3.9.18       3       0  0.0 s  {}   passed",
        &module[..12]
    ));
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run:?}");
    assert_eq!(sandbox.left_behind(), [""; 0]);
}

/// Runs one interpreter that plays badly beside one that plays well: its row
/// says why, the other one goes on.
#[track_caller]
fn check(bad: Play<'_>, more: &[&str], last_line: &str, detail: &str) -> crate::sandbox::Run {
    let sandbox = Sandbox::new();
    let interpreters = [
        sandbox.interpreter("bad", &bad),
        sandbox.interpreter("good", &Play { version: "3.10.1", ..Play::default() }),
    ];
    let mut options = vec!["--json", "report.json"];
    options.extend(more);
    let run = sandbox.matrix(&interpreters, &options);
    run.ends(1, last_line).prints("\nmatrix: 1 of 2 interpreters passed\n");
    run.prints(&format!("\ncp39: {detail}\n"));
    let report = json(&sandbox.path("report.json"));
    let told = report["interpreters"][0]["detail"].as_str().unwrap();
    assert!(told.starts_with(detail), "{told}");
    assert_eq!(report["interpreters"][1]["status"], "passed");
    assert_eq!(sandbox.left_behind(), [""; 0]);
    run
}

#[test]
fn tests_that_fail() {
    let tests = "echo E assert 1 == 2; echo '=== 1 failed, 2 passed in 0.1s ==='; exit 1";
    let bad = Play { tests, ..Play::default() };
    let run = check(bad, &[], "5 passed, 1 failed", "1 of 3 failed (exit status 1)");
    run.prints("\n  | E assert 1 == 2\n");
}

#[test]
fn a_crash() {
    let bad = Play { tests: "echo about to crash; kill -SEGV $$", ..Play::default() };
    let run = check(bad, &[], "3 passed, 1 failed", "killed by SIGSEGV");
    run.prints("\n  | about to crash\n").prints("error");
}

#[test]
fn a_run_that_hangs() {
    let bad = Play { tests: "sleep 1000", ..Play::default() };
    let more = ["--timeout", "0.5"];
    check(bad, &more, "3 passed, 1 failed", "timed out after 0.5 s");
}

#[test]
fn an_early_exit() {
    let bad = Play { tests: "echo bye; exit 3", ..Play::default() };
    check(bad, &[], "3 passed, 1 failed", "exit status 3");
}

#[test]
fn no_test_at_all() {
    let bad = Play { tests: "echo all is well", ..Play::default() };
    let detail = "ran no test: exit status 0, and no line `N passed, N failed`";
    check(bad, &[], "3 passed, 1 failed", detail);
}

#[test]
fn no_environment() {
    let bad = Play { environment: "echo no venv here >&2; exit 1", ..Play::default() };
    let run = check(bad, &[], "3 passed, 1 failed", "no virtual environment: exit status 1");
    run.prints("\n  | no venv here\n");
}

#[test]
fn a_wheel_that_does_not_install() {
    let bad = Play { install: "echo not a supported wheel; exit 1", ..Play::default() };
    let run = check(bad, &[], "3 passed, 1 failed", "the wheel does not install: exit status 1");
    run.prints("\n  | not a supported wheel\n");
}

#[test]
fn another_module_than_the_one_in_the_wheel() {
    let inspect = r#"echo other > "$0.so"; echo "{\"file\": \"$0.so\"}""#;
    let bad = Play { inspect, ..Play::default() };
    let sandbox = Sandbox::new();
    let run = sandbox.matrix(&[sandbox.interpreter("bad", &bad)], &[]);
    run.ends(1, "3 passed, 1 failed").prints("which is not the module in the wheel");
}

#[test]
fn a_module_that_cannot_be_looked_at() {
    let bad = Play { inspect: "kill -SEGV $$", ..Play::default() };
    check(bad, &[], "6 passed, 1 failed", "importing the module: killed by SIGSEGV");
    let bad = Play { inspect: r#"echo '{"file": "/nowhere/fake.py"}'"#, ..Play::default() };
    let detail = "the module was loaded from `/nowhere/fake.py`, which is not compiled";
    check(bad, &[], "6 passed, 1 failed", detail);
}

#[test]
fn the_environment_passes_through_but_not_what_unseals() {
    let mut sandbox = Sandbox::new();
    for (name, value) in [("EVERYPY_FAST", "0"), ("PYTHONPATH", "/src"), ("PYTHONHOME", "/src")] {
        sandbox.set(name, value);
    }
    let tests = r#"test "$EVERYPY_FAST" = 0 && test -z "$PYTHONPATH$PYTHONHOME" \
        && test "$PYTHONDONTWRITEBYTECODE" = 1 && test "$(command -v python)" = "$VIRTUAL_ENV/bin/python" \
        && test "$TMPDIR" != "$OLD" && touch "$TMPDIR/x" && echo 1 passed, 0 failed"#;
    let interpreter = sandbox.interpreter("a", &Play { tests, ..Play::default() });
    sandbox.matrix(&[interpreter], &[]).ends(0, "1 passed, 0 failed");
}

#[test]
fn tests_run_among_nothing_but_themselves() {
    let sandbox = Sandbox::new();
    sandbox.file("project/fake.py", "");
    sandbox.file("project/src/lib.rs", "");
    sandbox.file("project/tests/fake.so", "");
    sandbox.file("project/tests/data/x.txt", "");
    let tests = r#"test "$(find . -type f | sort | tr '\n' ' ')" = \
        "./tests/data/x.txt ./tests/test_it.py " && echo 1 passed, 0 failed"#;
    let interpreter = sandbox.interpreter("a", &Play { tests, ..Play::default() });
    sandbox.matrix(&[interpreter], &[]).ends(0, "1 passed, 0 failed");
}

#[test]
fn the_project_and_the_command_line_choose_the_command() {
    let sandbox = Sandbox::new();
    let settings = "[tool.everypy.matrix]\ntest-command = ['{python}', 'check.py', 'one']\n\
                    test-requires = ['some-package']\ntest-files = ['check.py']\n";
    sandbox.file("project/pyproject.toml", settings);
    sandbox.file("project/check.py", "");
    let tests = r#"test -f check.py && echo "ran $*" && echo 1 passed, 0 failed; exit 1"#;
    let install = r#"case "$*" in *fake*whl*some-package*) ;; *) exit 1;; esac"#;
    let interpreter = sandbox.interpreter("a", &Play { tests, install, ..Play::default() });
    let run = sandbox.matrix(std::slice::from_ref(&interpreter), &[]);
    run.ends(1, "1 passed, 1 failed").prints("| ran check.py one\n");
    let run = sandbox.matrix(&[interpreter], &["--", "{python}", "check.py", "two", "-x"]);
    run.ends(1, "1 passed, 1 failed").prints("| ran check.py two -x\n");
}

#[test]
fn interpreters_run_in_parallel() {
    // Each waits for the other one; alone they would wait until the time is over.
    let sandbox = Sandbox::new();
    let tests = |own: &str, other: &str| {
        let (own, other) = (sandbox.path(own), sandbox.path(other));
        format!(
            "touch {}; until test -e {}; do sleep 0.05; done; echo 1 passed, 0 failed",
            own.display(),
            other.display()
        )
    };
    let (one, two) = (tests("one", "two"), tests("two", "one"));
    let interpreters = [
        sandbox.interpreter("a", &Play { tests: &one, ..Play::default() }),
        sandbox.interpreter("b", &Play { version: "3.10.1", tests: &two, ..Play::default() }),
    ];
    sandbox
        .matrix(&interpreters, &["--jobs", "2", "--timeout", "120"])
        .ends(0, "2 passed, 0 failed");
}

#[test]
fn two_of_one_version_both_run() {
    let sandbox = Sandbox::new();
    let interpreters = ["a", "b"].map(|name| sandbox.interpreter(name, &Play::default()));
    let run = sandbox.matrix(&interpreters, &[]);
    run.ends(0, "6 passed, 0 failed").prints("\ncp39-3.9.18 ").prints("\ncp39-3.9.18-2 ");
}

#[test]
fn what_is_required_and_not_there_fails_before_anything_is_built() {
    let sandbox = Sandbox::new();
    sandbox.file("project/Cargo.toml", CARGO);
    sandbox.file("project/src/lib.rs", "compile_error!(\"this was built\");");
    let interpreter = sandbox.interpreter("a", &Play::default());
    let run = sandbox.run(&[
        "matrix",
        "project",
        "--python",
        &interpreter,
        "--require",
        "cp39,cp37",
        "--require",
        "pypy39-7.3.11,cp39-3.9.18",
        "--json",
        "report.json",
    ]);
    run.ends(1, "0 passed, 2 failed").prints("\ncp37: required but not found\n");
    run.prints("\npypy39-7.3.11: required but not found\n");
    assert!(!run.stderr.contains("this was built"), "{run:#?}");
    let report = json(&sandbox.path("report.json"));
    assert!(report["wheel"].is_null());
    assert_eq!(report["interpreters"][0]["name"], "cp37");
    assert_eq!(report["interpreters"][0]["status"], "error");
    assert_eq!(report["interpreters"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_required_and_there_runs() {
    let sandbox = Sandbox::new();
    let interpreter = sandbox.interpreter("a", &Play::default());
    let run = sandbox.matrix(&[interpreter], &["--require", "cp39,cp39-3.9.18"]);
    run.ends(0, "3 passed, 0 failed");
}

const CARGO: &str = "[package]\nname = \"broken\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                     [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";

#[test]
fn a_build_that_fails_shows_the_compiler_and_runs_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("project/Cargo.toml", CARGO);
    sandbox.file("project/src/lib.rs", "compile_error!(\"not today\");");
    sandbox.file("report.json", "an old report");
    let ran = sandbox.path("ran");
    let environment = format!("touch {}", ran.display());
    let play = Play { environment: &environment, ..Play::default() };
    let interpreter = sandbox.interpreter("a", &play);
    let run =
        sandbox.run(&["matrix", "project", "--python", &interpreter, "--json", "report.json"]);
    run.ends(1, "").says("not today").says("error: `cargo build` failed in");
    assert!(!ran.exists());
    let report = json(&sandbox.path("report.json"));
    assert_eq!(report["interpreters"].as_array().unwrap().len(), 0);
}

#[test]
fn projects_that_cannot_be_built_say_why() {
    #[track_caller]
    fn check(cargo: Option<&str>, message: &str) {
        let sandbox = Sandbox::new();
        if let Some(cargo) = cargo {
            sandbox.file("project/Cargo.toml", cargo);
            sandbox.file("project/src/lib.rs", "");
        }
        let run = sandbox.run(&["matrix", "project", "--python", "./none"]);
        run.ends(1, "").says(message);
    }
    check(None, "it has no Cargo.toml\nhint: ");
    check(Some("[workspace]\n"), "its Cargo.toml is a workspace without a package\nhint: ");
    let no_library = CARGO.replace("cdylib", "rlib");
    check(Some(&no_library), "the package `broken` makes no cdylib\nhint: ");
    check(Some("[package]\n"), "`cargo metadata` failed in");
}

#[test]
fn interpreters_that_cannot_be_used_say_why() {
    let sandbox = Sandbox::new();
    let wheel = sandbox.wheel();
    let old = sandbox.interpreter("old", &Play { version: "3.6.15", ..Play::default() });
    let none = sandbox.path("none").to_str().unwrap().to_owned();
    let check = |python: &str, message: &str| {
        let run = sandbox.run(&["matrix", "project", "--wheel", &wheel, "--python", python]);
        run.ends(1, "").says(message);
    };
    check(&old, &format!("error: cannot use `{old}`: this is CPython 3.6.15\n"));
    check(&none, &format!("error: cannot use `{none}`: it does not start: "));
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_the_tests() {
    let sandbox = Sandbox::new();
    let interpreter = sandbox.interpreter("a", &Play::default());
    let run = sandbox.matrix(&[interpreter], &["--json", "gone/report.json"]);
    run.ends(1, "").says("error: cannot write `gone/report.json`: ");
}

#[test]
fn wrong_options_are_told_from_failures() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["matrix", "project", "--only", "pithon"][..],
        &["matrix", "project", "--timeout", "soon"],
        &["matrix", "project", "--colour"],
        &["matrices"],
        &[],
    ] {
        assert_eq!(sandbox.run(arguments).status, Some(2), "{arguments:?}");
    }
    let run = sandbox.run(&["matrix", "project", "--only", "pithon"]);
    run.says("neither the name nor the path of an interpreter");
}

#[test]
fn folders_are_kept_on_request() {
    let sandbox = Sandbox::new();
    let interpreter = sandbox.interpreter("a", &Play::default());
    let run = sandbox.matrix(&[interpreter], &["--keep"]);
    run.ends(0, "3 passed, 0 failed").says("cp39: kept ");
    let left = sandbox.left_behind();
    assert!(left.len() == 1 && left[0].starts_with("everypy-cp39-"), "{left:?}");
    assert!(sandbox.path("tmp").join(&left[0]).join("work/tests/test_it.py").exists());
}

#[test]
fn an_interrupt_kills_the_children_and_removes_the_folders() {
    let sandbox = Sandbox::new();
    let started = sandbox.path("started");
    let tests = format!("sleep 1000 & echo $! > {0}.new; mv {0}.new {0}; wait", started.display());
    let interpreter = sandbox.interpreter("a", &Play { tests: &tests, ..Play::default() });
    let wheel = sandbox.wheel();
    let mut command =
        sandbox.command(&["matrix", "project", "--wheel", &wheel, "--python", &interpreter]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(|| started.exists());
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!(sandbox.left_behind(), [""; 0]);
    let sleeper = std::fs::read_to_string(&started).unwrap();
    wait_until(|| {
        let mut kill = std::process::Command::new("kill");
        kill.args(["-0", sleeper.trim()]).stderr(Stdio::null());
        !kill.status().unwrap().success()
    });
}

/// Waits for something that happens soon; fails after a minute.
#[track_caller]
fn wait_until(happened: impl Fn() -> bool) {
    for _ in 0..6000 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not happen");
}
