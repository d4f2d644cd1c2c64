//! Runs the tests of `tests/subinterpreters` on the Python of this machine, as `everypy matrix tests/subinterpreters`
//! does on every interpreter that it finds.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    support::folder_of(name, "everypy-subinterpreters", "tests/subinterpreters")
}

#[track_caller]
fn run(name: &str, fast: &str) {
    let text = support::run_tests(&folder(name), fast, &[]);
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
    support::host_with_python(
        "program_that_starts_python_again",
        || folder("started-again"),
        "started three times",
        "so no program can start it twice",
    );
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
