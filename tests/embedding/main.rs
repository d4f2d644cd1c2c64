//! Embeds every Python of this machine that can be embedded, each in a process of its own: in `examples/embed`, built
//! once, and in this very program, which looks around from inside. And what cannot be embedded is refused.
//!
//! `EVERYPY_EMBED_REQUIRE=cp37,pypy311-8.0.1` names interpreters that must be among them, those in root file systems
//! below `EVERYPY_INTERPRETERS` too, and `EVERYPY_EMBED_NUMPY=cp311` those that must import numpy.
#![cfg(unix)]

mod inside;
mod machine;
mod refusals;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../support/mod.rs"]
mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use machine::{Embeddable, Place};

/// `examples/embed`, built once, as a user builds it.
fn example() -> &'static Path {
    static EXAMPLE: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/embed");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embed");
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--release", "--locked", "--target-dir"]).arg(&target);
        // No Python takes part in that.
        command.current_dir(project).env("PYTHONHOME", "/nonexistent").stderr(Stdio::inherit());
        assert!(command.status().expect("Cargo runs, since it runs this").success());
        target.join("release/embed")
    })
}

/// The names in a variable such as `EVERYPY_EMBED_REQUIRE`.
fn names(variable: &str) -> Vec<String> {
    let list = std::env::var(variable).unwrap_or_default();
    list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", support::all_of(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn one_program_greets_from_every_interpreter() {
    let example = example();
    let needed = succeeds(&Command::new("ldd").arg(example).output().expect("the system has ldd"));
    assert!(!needed.contains("python") && !needed.contains("pypy"), "{needed}");

    if let Ok(hash) = Command::new("sha256sum").arg(example).output() {
        println!("{}", String::from_utf8_lossy(&hash.stdout).trim());
    }
    let interpreters = machine::interpreters();
    if interpreters.is_empty() {
        support::not_tested("no Python of this machine can be embedded");
    }
    let bytes = std::fs::read(example).expect("it was built");
    for interpreter in interpreters {
        let Embeddable { place, executable, .. } = interpreter;
        let inside = place.bring(example, "everypy-embed-example");
        let version = place.command(executable, &["-c", "import sys; print(sys.version)"]).output();
        let version = succeeds(&version.expect("it has answered before"));
        for fast in ["1", "0"] {
            let output = place
                .command(&inside.path, &[] as &[&str])
                .env("EVERYPY_PYTHON", executable)
                .env("EVERYPY_FAST", fast)
                .env("USER", "J\u{fc}rgen")
                .output()
                .expect("it was built");
            let expected = format!("Hello J\u{fc}rgen, I'm Python {version}");
            assert_eq!(succeeds(&output), expected, "{interpreter}");
            assert!(output.stderr.is_empty(), "{}", support::all_of(&output));
        }
        // The very same file everywhere.
        assert!(std::fs::read(&inside.on_host).expect("it ran") == bytes, "{interpreter}");
        println!("greeted from {interpreter}");
    }
    let lacking: Vec<_> = names("EVERYPY_EMBED_REQUIRE")
        .into_iter()
        .filter(|name| !interpreters.iter().any(|interpreter| interpreter.is_called(name)))
        .collect();
    assert!(lacking.is_empty(), "not embedded: {}", lacking.join(", "));
}

/// Runs one of the programs of `inside.rs` in a process of its own, where `interpreter` lives.
fn program(place: &Place, name: &str, variables: &[(&str, OsString)]) -> Output {
    let own = std::env::current_exe().expect("this program has a path");
    let inside = place.bring(&own, "everypy-embed-test");
    let test = format!("inside::{name}");
    let mut command = place
        .command(&inside.path, &["--exact", &test, "--ignored", "--nocapture", "--test-threads=1"]);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.output().expect("this program can be run again")
}

#[test]
fn threads_and_modules_and_one_python_only() {
    for interpreter in machine::interpreters() {
        for fast in ["1", "0"] {
            let variables = [
                ("EVERYPY_PYTHON", interpreter.executable.clone().into_os_string()),
                ("EVERYPY_FAST", fast.into()),
                ("RUST_BACKTRACE", "0".into()),
            ];
            let output = program(&interpreter.place, "program_that_looks_around", &variables);
            let printed = succeeds(&output);
            // Python's own buffer is flushed when the process ends.
            for line in ["looked around", "printed by Python"] {
                assert!(printed.contains(line), "{interpreter}: {}", support::all_of(&output));
            }
        }
    }
}

/// Makes a virtual environment in a folder with a space and letters beyond ASCII.
fn environment(interpreter: &Embeddable, arguments: &[&str]) -> PathBuf {
    let name = format!("virtual environments \u{fc}\u{1f40d}/{}", interpreter.name);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new(&interpreter.executable);
    command.args(["-m", "venv", "--clear"]).args(arguments).arg(&folder);
    succeeds(&command.output().expect("it has answered before"));
    folder
}

#[test]
fn virtual_environments() {
    for interpreter in machine::interpreters() {
        if interpreter.place != Place::Host {
            continue;
        }
        let folder = environment(interpreter, &["--without-pip"]);
        for locale in ["C", "C.UTF-8"] {
            let by_variable = [
                ("VIRTUAL_ENV", folder.clone().into_os_string()),
                ("EVERYPY_PYTHON", "any".into()),
                ("LC_ALL", locale.into()),
                ("EVERYPY_TEST_PREFIX", folder.clone().into_os_string()),
            ];
            let mut by_path = by_variable.clone();
            by_path[0].1 = OsString::new();
            by_path[1].1 = folder.clone().into_os_string();
            for variables in [by_variable, by_path] {
                let output = program(&Place::Host, "program_in_an_environment", &variables);
                let printed = succeeds(&output);
                assert!(printed.contains("in the environment"), "{}", support::all_of(&output));
            }
        }
    }
}

#[test]
fn libraries() {
    for interpreter in machine::interpreters() {
        let request = interpreter.library.clone().into_os_string();
        let variables = [("EVERYPY_PYTHON", request)];
        let output = program(&interpreter.place, "program_that_looks_around", &variables);
        assert!(succeeds(&output).contains("looked around"), "{}", support::all_of(&output));
    }
}

#[test]
fn numpy() {
    let wanted = names("EVERYPY_EMBED_NUMPY");
    if wanted.is_empty() {
        support::not_tested("numpy in an embedded Python: `EVERYPY_EMBED_NUMPY` names none");
    }
    for name in wanted {
        let found = machine::interpreters().iter().find(|interpreter| interpreter.is_called(&name));
        let mut interpreter = found.unwrap_or_else(|| panic!("there is no {name}")).clone();
        interpreter.name += " with numpy";
        let folder = environment(&interpreter, &[]);
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "numpy"]);
        succeeds(&pip.output().expect("it was made"));
        let variables = [("EVERYPY_PYTHON", folder.into_os_string())];
        let output = program(&Place::Host, "program_with_numpy", &variables);
        assert!(succeeds(&output).contains("numpy works"), "{}", support::all_of(&output));
        println!("numpy works in {name}");
    }
}
