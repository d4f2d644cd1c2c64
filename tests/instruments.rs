//! `EVERYPY_SHIM` on a built module: what the instruments find, and what they leave alone.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

/// Runs Python code beside the module, with instruments.
fn run(folder: &Path, instruments: &str, arguments: &[&str]) -> Output {
    Command::new(support::python())
        .args(arguments)
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("EVERYPY_SHIM", instruments)
        .env("EVERYPY_SHIM_FILE", folder.join("lines"))
        .output()
        .expect("it has just run")
}

/// What they must find, they find; and what is right, they let pass.
#[test]
fn check_finds_what_is_wrong() {
    let folder = support::folder("misbehaving");
    let code = "
import os, run_tests
check = run_tests.Checks(run_tests.load())
assert check.broken == [], check.broken
for name in ['well', 'owns_and_keeps', 'gives_back_what_it_borrows', 'calls_with_an_exception_set', 'calls_while_detached']:
    print(name, '|', check.run('misbehaving::' + name))
";
    let output = run(&folder, "check,trace", &["-c", code]);
    assert!(output.status.success(), "{}", support::all_of(&output));
    let printed = String::from_utf8_lossy(&output.stdout);
    let found: BTreeMap<_, _> = printed.lines().filter_map(|line| line.split_once(" | ")).collect();
    assert_eq!(found.len(), 5, "{printed}");
    assert_eq!(found["well"], "None");
    assert!(found["owns_and_keeps"].starts_with("+1 references (0x"), "{printed}");
    assert!(found["gives_back_what_it_borrows"].contains(": -1"), "{printed}");
    let call = found["calls_with_an_exception_set"];
    assert!(call.starts_with("everypy ! "), "{printed}");
    assert!(call.ends_with(" PyList_New(0x0) called with an exception set"), "{printed}");
    let call = found["calls_while_detached"];
    assert!(call.contains(" PyType_GetFlags(0x"), "{printed}");
    assert!(call.ends_with(") called by a thread that is not attached"), "{printed}");
}

/// The suite as a user runs it, and one that ends where something is wrong.
#[test]
fn the_suite_is_checked() {
    let folder = support::folder("checked");
    let output = run(&folder, "check", &["run_tests.py", "errors::", "containers::", "threads::"]);
    assert!(output.status.success(), "{}", support::all_of(&output));
    let code = "
import run_tests
run_tests.load().run('misbehaving::calls_with_an_exception_set')
";
    let output = run(&folder, "check:abort", &["-c", code]);
    assert!(!output.status.success(), "{}", support::all_of(&output));
    let lines = std::fs::read_to_string(folder.join("lines")).expect("something was found");
    assert_eq!(lines.lines().count(), 1, "{lines}");
}

/// A line when a call begins and one when it ends, with arguments, result, thread and time.
#[test]
fn trace_tells_of_each_call() {
    let folder = support::folder("traced");
    let code = "
import run_tests, threading
suite = run_tests.load()
print(threading.get_ident())
open('lines', 'w').close()
suite.nothing()
suite.run('misbehaving::well')
";
    let output = run(&folder, "trace", &["-c", code]);
    assert!(output.status.success(), "{}", support::all_of(&output));
    let thread = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let lines = std::fs::read_to_string(folder.join("lines")).expect("it was written");
    let begins = format!("everypy > {thread} PyList_New(0x2)");
    let place = lines.lines().position(|line| line == begins).expect(&lines);
    let end = lines.lines().nth(place + 1).expect(&lines);
    let rest = end.strip_prefix(&format!("everypy < {thread} PyList_New(0x2) = 0x")).expect(end);
    let (result, time) = rest.split_once(" in ").expect(end);
    assert!(usize::from_str_radix(result, 16).expect(end) != 0);
    assert!(time.strip_suffix(" ns").expect(end).parse::<u64>().expect(end) > 0);
    let count = |mark: &str| lines.lines().filter(|line| line.starts_with(mark)).count();
    assert_eq!(count("everypy > "), count("everypy < "));
    assert_eq!(count("everypy > ") + count("everypy < "), lines.lines().count());
}

/// The call of that number fails, and it alone.
#[test]
fn a_call_fails() {
    let folder = support::folder("failing");
    let code = "
import run_tests
try:
    run_tests.load()
except MemoryError:
    print('MemoryError')
run_tests.load().nothing()
";
    let output = run(&folder, "fault:1", &["-c", code]);
    assert!(output.status.success(), "{}", support::all_of(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "MemoryError");
    let lines = std::fs::read_to_string(folder.join("lines")).expect("it was written");
    assert!(lines.starts_with("everypy * ") && lines.ends_with(" fails\n"), "{lines}");
    assert_eq!(lines.lines().count(), 1, "{lines}");
}

/// Every function that returns an object is known to `balance.py`, and nothing else.
#[test]
fn references_are_known_for_each_function() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = std::fs::read_to_string(repository.join("tests/suite/references.txt")).unwrap();
    let known: BTreeMap<_, _> =
        known.lines().map(|line| line.split_once(' ').expect(line)).collect();
    let mut rows = BTreeMap::new();
    for file in repository.join("ffi-limited/src/headers").read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for row in text.split("        fn ").skip(1) {
            let row = row.split(';').next().expect(row);
            let (name, rest) = row.split_once('(').expect(row);
            let (_, result) = rest.split_once("-> ").expect(row);
            // Arguments that are functions have results of their own.
            let result = result.rsplit("-> ").next().expect(row).split(", (").next().expect(row);
            rows.insert(name.to_owned(), result.to_owned());
        }
    }
    assert!(rows.len() > 800);
    for name in known.keys() {
        assert!(rows.contains_key(*name), "{name} is no function");
    }
    for (name, result) in rows {
        let effects = known.get(&*name).copied().unwrap_or_default();
        let object = ["PyObject", "PyTypeObject", "PyFrameObject", "PyCodeObject", "PyVarObject"]
            .iter()
            .any(|class| result == format!("*mut {class}"));
        let told = ["new", "borrowed"].contains(&effects.split(' ').next().unwrap_or_default());
        assert_eq!(object, told, "{name} returns {result}: {effects:?}");
    }
}
