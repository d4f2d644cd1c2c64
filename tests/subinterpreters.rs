//! Runs the tests of `tests/subinterpreters` on the Python of this machine, as `everypy matrix tests/subinterpreters`
//! does on every interpreter that it finds.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::path::Path;
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

/// A program may end its Python and start it again: what the first one had is not to be seen by the second.
#[cfg(unix)]
#[test]
fn python_is_started_again() {
    let python = support::python();
    let Some((library, prefix)) = support::shared_library(&python) else {
        support::not_tested("this Python has no shared library, so no program can start it twice");
        return;
    };
    let folder =
        support::folder_of("started-again", "everypy-subinterpreters", "tests/subinterpreters");
    let variables: [(&str, &Path); 3] = [
        ("EVERYPY_TEST_LIBPYTHON", &library),
        ("EVERYPY_TEST_FOLDER", &folder),
        ("PYTHONHOME", &prefix),
    ];
    let output = support::host("program_that_starts_python_again", &variables);
    assert!(output.status.success(), "{}", support::all_of(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("started three times"), "{}", support::all_of(&output));
}

#[cfg(unix)]
#[test]
#[ignore = "run by another test in a process of its own"]
fn program_that_starts_python_again() {
    use core::ffi::{c_char, c_int};
    use std::ffi::CString;

    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

    let code = format!(
        "
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {:?})
import run_tests
m = run_tests.load()
m.check()
assert m.interpreter() == 0 and m.addresses() == m.addresses()
m.local_cells()
m.race(4)
assert m.dropped_detached() == 0
for kind in run_tests.kinds(m):
    kind.run(run_tests.prelude() + 'm.check()')
m.check()
objects, values, misplaced, bereaved = m.counts()
assert values == 1 + {{}} and (misplaced, bereaved) == (0, 0), m.counts()
",
        support::path_in("EVERYPY_TEST_FOLDER").display()
    );
    // SAFETY: a libpython, whose functions have had these signatures since 3.6; it is never unloaded.
    unsafe {
        let library =
            Library::open(Some(support::path_in("EVERYPY_TEST_LIBPYTHON")), RTLD_NOW | RTLD_GLOBAL)
                .expect("it has just been found");
        let initialize =
            library.get::<unsafe extern "C" fn(c_int)>(b"Py_InitializeEx").expect("a libpython");
        let finalize =
            library.get::<unsafe extern "C" fn() -> c_int>(b"Py_FinalizeEx").expect("a libpython");
        let run = library
            .get::<unsafe extern "C" fn(*const c_char) -> c_int>(b"PyRun_SimpleString")
            .expect("a libpython");
        for time in 0..3 {
            // The first one leaves its values; those that follow take theirs along.
            let left = usize::from(time > 0);
            let code = CString::new(code.replace("{}", &left.to_string())).expect("no NUL in it");
            initialize(0);
            assert_eq!(run(code.as_ptr()), 0, "the code fails");
            assert_eq!(finalize(), 0);
        }
        core::mem::forget(library);
    }
    println!("started three times");
}
