//! What cannot be embedded is refused in one line, with a hint on its own line.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{example, machine, support};

/// A new folder with a space and letters beyond ASCII.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused \u{e9}").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("the folder is new");
    std::fs::set_permissions(path, Permissions::from_mode(0o755)).expect("it is ours");
}

/// What the example says when it is asked for `request`: the error and the hint.
#[track_caller]
fn refusal(request: impl AsRef<std::ffi::OsStr>, variables: &[(&str, &str)]) -> (String, String) {
    let mut command = Command::new(example());
    command.env("EVERYPY_PYTHON", request).env("RUST_BACKTRACE", "0");
    command.envs(variables.iter().copied());
    let output = command.output().expect("it was built");
    assert_eq!(output.status.code(), Some(101), "{}", support::all_of(&output));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut lines = stderr.lines().skip_while(|line| !line.contains("panicked at src/main.rs:"));
    let (_, error, hint) = (lines.next(), lines.next(), lines.next());
    let hint = hint.and_then(|line| line.strip_prefix("hint: "));
    let (Some(error), Some(hint)) = (error, hint) else {
        panic!("{}", support::all_of(&output));
    };
    (error.to_owned(), hint.to_owned())
}

#[track_caller]
fn check(path: &Path, reason: &str, hint: &str) {
    let (error, said) = refusal(path, &[]);
    let expected = format!("cannot embed `{}`: {reason}", path.display());
    assert!(error.starts_with(&expected), "{error}\n{expected}");
    assert!(said.contains(hint), "{said}");
}

const GENERAL: &str = "EVERYPY_PYTHON or --python names an executable, a virtual environment, a library, or a version";

#[test]
fn what_asks_for_nothing() {
    for request in ["3.x", "pithon"] {
        let (error, hint) = refusal(request, &[]);
        let expected =
            format!("`{request}` is no path, and neither the name nor a version of an interpreter");
        assert_eq!(error, expected);
        assert!(hint.starts_with(GENERAL), "{hint}");
    }
}

#[test]
fn no_interpreter() {
    let (error, hint) = refusal("python3.99", &[]);
    assert!(error.starts_with("no Python to embed for `python3.99`: there is none"), "{error}");
    assert!(hint.starts_with(GENERAL), "{hint}");
    let missing = folder("missing").join("python");
    check(&missing, "there is no such file", GENERAL);
    check(&folder("empty").join("libpython3.11.so"), "there is no such file", GENERAL);
    let empty = folder("empty");
    let (error, _) = refusal(&empty, &[]);
    let python = empty.join("bin/python");
    assert_eq!(error, format!("cannot embed `{}`: there is no such file", python.display()));
}

/// All candidates are named, each with its reason.
#[test]
fn no_such_version() {
    let (error, _) = refusal("3.99", &[]);
    assert!(error.contains("`3.99`"), "{error}");
    for interpreter in machine::interpreters() {
        if interpreter.place == machine::Place::Host {
            let python = format!("{} {}", interpreter.implementation(), interpreter.release);
            assert!(error.contains(&python), "{python}: {error}");
        }
    }
}

#[test]
fn broken_ones() {
    let folder = folder("broken");
    let broken = folder.join("python");
    script(&broken, "echo it is broken >&2; exit 3");
    check(
        &broken,
        "it does not answer (exit status: 3): it is broken",
        "to see what the interpreter says",
    );
    script(&broken, "kill -SEGV $$");
    check(&broken, "it does not answer (signal: 11 (SIGSEGV)", "to see what the interpreter says");
    std::fs::write(&broken, "no program").expect("it is ours");
    std::fs::set_permissions(&broken, Permissions::from_mode(0o644)).expect("it is ours");
    check(&broken, "it does not start: Permission denied", GENERAL);
    // A Python that does not find its library.
    let python = support::python();
    let real = Command::new(&python).args(["-c", "import sys; print(sys.executable)"]).output();
    let real = String::from_utf8(real.expect("it runs").stdout).expect("a path");
    let (error, _) = refusal(real.trim(), &[("PYTHONHOME", "/nonexistent")]);
    assert!(error.contains("it does not answer (") && error.contains("No module named"), "{error}");
}

/// A Python that lies to our probe: `lie` is run before it.
fn lying(name: &str, lie: &str) -> PathBuf {
    let path = folder(name).join("python");
    let python = support::python();
    script(
        &path,
        &format!(
            "exec '{}' -S -s -B -c \"$(cat <<'END'\nimport os, sys\n{lie}\nEND\n)\n$5\"",
            python.display()
        ),
    );
    path
}

#[test]
fn a_static_one_without_a_library() {
    let lie = "
class Path(str):
    pass
if '/proc' not in sys.executable:
    import builtins
    def refuse(*args):
        raise OSError
    builtins.open = refuse
    os.path.isfile = lambda path: False
    import sysconfig
    sysconfig.get_config_var = lambda name: None
";
    let python = lying("static", lie);
    let (error, hint) = refusal(&python, &[]);
    let expected = "which is linked into its executable, and there is no shared library of it";
    assert!(error.ends_with(expected), "{error}");
    assert!(hint.contains("--enable-shared") && hint.contains("libpython3."), "{hint}");
}

#[test]
fn one_that_is_too_old() {
    let python = lying(
        "old",
        "sys.version_info = (3, 6, 15, 'final', 0)\nif hasattr(sys, 'pypy_version_info'): sys.pypy_version_info = sys.version_info\nsys.implementation.name = 'cpython'\nsys.implementation.version = sys.version_info",
    );
    check(&python, "it is CPython 3.6.15, which is older than 3.7", "install a Python from 3.7 on");
    // As above, by real ones.
    let versions = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let versions = versions.or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    for version in ["2.7.18", "3.6.15"] {
        let python =
            versions.as_ref().map(|root| root.join("versions").join(version).join("bin/python"));
        let Some(python) = python.filter(|python| python.exists()) else {
            support::not_tested(&format!("no CPython {version} was found, so that it is refused"));
            continue;
        };
        check(&python, &format!("it is CPython {version}, which is older than 3.7"), "3.7");
        let library = python.with_file_name("../lib/libpython3.6m.so.1.0");
        if version.starts_with('3') && library.exists() {
            let reason = "it is the library of a Python 3.6, which is older than 3.7";
            check(&library, reason, GENERAL);
        }
    }
}

#[test]
fn graalpy() {
    let lie = "sys.implementation.name = 'graalpy'";
    let python = lying("graalpy", lie);
    let (error, hint) = refusal(&python, &[]);
    let expected =
        "which runs in a Java virtual machine and has no library that a program can open";
    assert!(error.contains("it is GraalPy 3.") || error.contains("it is GraalPy 7."), "{error}");
    assert!(error.ends_with(expected), "{error}");
    assert!(hint.contains("let it import yours"), "{hint}");
}

/// A copy of a file whose ELF header names another processor.
fn for_another_processor(file: &Path, name: &str) -> PathBuf {
    let mut bytes = std::fs::read(file).expect("it is there");
    assert_eq!(&bytes[..4], b"\x7fELF");
    // Motorola 68000.
    let machine = if bytes[5] == 1 { [4, 0] } else { [0, 4] };
    bytes[18..20].copy_from_slice(&machine);
    let copy = folder(name).join(file.file_name().expect("a file"));
    std::fs::write(&copy, bytes).expect("the folder is new");
    std::fs::set_permissions(&copy, Permissions::from_mode(0o755)).expect("it is ours");
    copy
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn another_processor() {
    let reason = "it is made for processor 4 (64 bits, little-endian), and this program for ";
    let reason = if cfg!(all(target_endian = "little", target_pointer_width = "64")) {
        reason
    } else {
        "it is made for processor 4 ("
    };
    let hint = "for the same processor as the program";
    check(&for_another_processor(example(), "processor"), reason, hint);
    let Some(interpreter) =
        machine::interpreters().iter().find(|i| i.place == machine::Place::Host)
    else {
        support::not_tested("a library for another processor: none can be embedded here");
        return;
    };
    check(&for_another_processor(&interpreter.library, "library"), reason, hint);
}

#[test]
fn a_virtual_environment_whose_base_is_gone() {
    let folder = folder("gone");
    let python = folder.join("bin/python");
    std::fs::create_dir(folder.join("bin")).expect("the folder is new");
    let hint =
        format!("make the environment again: python3 -m venv --clear \"{}\"", folder.display());
    symlink("/nonexistent/bin/python3.11", &python).expect("the folder is new");
    let check = |home: &str, reason: &str| {
        std::fs::write(folder.join("pyvenv.cfg"), format!("home = {home}\n")).expect("it is new");
        let (error, said) = refusal(&folder, &[]);
        assert_eq!(error, format!("cannot embed `{}`: {reason}", python.display()));
        assert_eq!(said, hint);
    };
    check("/usr", "it is a link to `/nonexistent/bin/python3.11`, which is not there");
    check(
        "/nonexistent/bin",
        "the interpreter that its virtual environment was made from is gone: there is no `/nonexistent/bin`",
    );
}

#[test]
fn a_library_that_is_no_python() {
    let folder = folder("library");
    let library = folder.join("libpython3.99.so");
    std::fs::copy(example(), &library).expect("it was built");
    check(
        &library,
        "no executable uses it, and no folder above it has `lib/python3.99/os.py`",
        "name the",
    );
    std::fs::create_dir_all(folder.join("lib/python3.99")).expect("the folder is new");
    std::fs::write(folder.join("lib/python3.99/os.py"), "").expect("the folder is new");
    check(&library, "the library `", GENERAL);
    let other = folder.join("libother.so");
    std::fs::copy(example(), &other).expect("it was built");
    check(&other, "no executable uses it, and its name does not tell whose it is", "name the");
}
