//! The loader `NAME.py`, run by the Python that is on the search path.
//!
//! The compiled module gets a suffix that no import system knows, so that the
//! loader is needed here as it is on PyPy.
#![cfg(unix)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use everypy_matrix::wheel::loader;

/// A folder with a loader and the module that it loads.
struct Fixture {
    dir: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("tiny.py"), loader("tiny", "tiny.module")).unwrap();
        std::fs::copy(library(dir.path()), dir.path().join("tiny.module")).unwrap();
        Self { dir }
    }

    fn python(&self, script: &str) -> Output {
        let mut command = Command::new(support::python());
        command.args(["-B", "-c", script]).current_dir(self.dir.path());
        command.env_remove("PYTHONPATH").env_remove("TINY_FAILS").env("PYTHONSAFEPATH", "");
        command.output().unwrap()
    }

    #[track_caller]
    fn check(&self, script: &str) {
        let output = self.python(script);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{text}");
    }
}

/// Compiles the module with `rustc` alone.
fn library(dir: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny/lib.rs");
    let library = dir.join("libtiny.so");
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let status = Command::new(rustc)
        .args(["--edition=2024", "--crate-type=cdylib", "--crate-name=tiny", "-Awarnings", "-o"])
        .arg(&library)
        .arg(source)
        .status();
    assert!(status.unwrap().success());
    library
}

#[test]
fn the_compiled_module_takes_the_place_of_the_loader() {
    let fixture = Fixture::new();
    fixture.check(
        "
import sys, tiny
assert tiny.answer == 42
assert tiny is sys.modules['tiny']
assert tiny.__name__ == 'tiny'
assert tiny.__file__.endswith('tiny.module'), tiny.__file__
assert tiny.__spec__.origin == tiny.__file__
assert tiny.__spec__.name == 'tiny'
assert type(tiny.__loader__).__name__ == 'ExtensionFileLoader'
assert tiny.__spec__.loader is tiny.__loader__
assert not hasattr(tiny, '_load')
",
    );
    fixture.check(
        "
import tiny
first = tiny
import tiny
assert tiny is first
import importlib, sys
assert importlib.import_module('tiny') is first
del sys.modules['tiny']
import tiny
assert tiny is not first and tiny.answer == 42
from tiny import answer
assert answer == 42
",
    );
}

#[test]
fn a_reload_is_one_of_the_compiled_module() {
    Fixture::new().check(
        "
import importlib, sys, tiny
before = set(vars(tiny))
tiny.kept = 1
for _ in range(2):
    again = importlib.reload(tiny)
    assert again is tiny and sys.modules['tiny'] is tiny
    assert tiny.kept == 1 and tiny.answer == 42
    assert tiny.__file__.endswith('tiny.module'), tiny.__file__
    assert tiny.__spec__.origin == tiny.__file__
    assert type(tiny.__loader__).__name__ == 'ExtensionFileLoader'
    assert set(vars(tiny)) - before <= {'kept', '__builtins__', '__cached__'}, set(vars(tiny)) - before
",
    );
}

#[test]
fn a_failing_load_leaves_no_half_module() {
    Fixture::new().check(
        "
import importlib.util, os, sys

def by_hand():
    spec = importlib.util.find_spec('tiny')
    spec.loader.exec_module(importlib.util.module_from_spec(spec))

for place in 'init', 'exec':
    os.environ['TINY_FAILS'] = place
    for load in (lambda: __import__('tiny')), by_hand:
        try:
            load()
        except ImportError as error:
            assert 'tiny was told to fail' in str(error), error
        else:
            raise SystemExit('it did not fail')
        assert 'tiny' not in sys.modules
del os.environ['TINY_FAILS']
import tiny
assert tiny.answer == 42
",
    );
}

#[test]
fn a_missing_library_is_an_error_too() {
    let fixture = Fixture::new();
    std::fs::remove_file(fixture.dir.path().join("tiny.module")).unwrap();
    fixture.check(
        "
import sys
try:
    import tiny
except (ImportError, FileNotFoundError):
    pass
else:
    raise SystemExit('it did not fail')
assert 'tiny' not in sys.modules
",
    );
}
