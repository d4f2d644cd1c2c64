//! What the tests of this folder have in common: the suite as a module, and a Python to load it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The suite's module, built once per test program.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| build("everypy-suite", &[]))
}

/// Builds a package of the workspace, in a target folder of its own since Cargo has locked the other one, and returns
/// its shared library.
pub(crate) fn build(package: &str, arguments: &[&str]) -> PathBuf {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--message-format=json-render-diagnostics", "--package", package]);
    command.arg("--target-dir").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("suite"));
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    command.args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
    let output = command.output().expect("Cargo runs, since it runs this");
    assert!(output.status.success(), "{package} does not build");
    let messages = String::from_utf8(output.stdout).expect("Cargo writes JSON");
    let library = package.replace('-', "_");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == *library)
        .find_map(|message| message["filenames"][0].as_str().map(PathBuf::from))
        .expect("Cargo names the file that it made")
}

/// A new folder with the module, its loader and its runner.
pub(crate) fn folder(name: &str) -> PathBuf {
    folder_with(name, "everypy_suite", library(), "tests/suite")
}

/// The same for another package, whose `run_tests.py` is in the folder `tests` of the repository.
pub(crate) fn folder_of(name: &str, package: &str, tests: &str) -> PathBuf {
    folder_with(name, &package.replace('-', "_"), &build(package, &[]), tests)
}

fn folder_with(name: &str, module: &str, library: &Path, tests: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    let file = module_file().replace("everypy_suite", module);
    std::fs::copy(library, folder.join(&file)).expect("it is there");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["run_tests.py", "balance.py", "references.txt"] {
        let path = repository.join(tests).join(file);
        if path.exists() {
            std::fs::copy(path, folder.join(file)).expect("it is there");
        }
    }
    // Where the interpreter does not look for such a file itself, it finds what a wheel would have beside it.
    let loader = repository.join("interpreter-matrix/src/wheel/loader.py");
    let loader = std::fs::read_to_string(loader).expect("it is there");
    let loader = loader.replace("MODULE_FILE", &file).replace("MODULE", module);
    std::fs::write(folder.join(format!("{module}.py")), loader).expect("the folder is new");
    folder
}

/// The name that Python looks for.
pub(crate) fn module_file() -> &'static str {
    if cfg!(windows) { "everypy_suite.pyd" } else { "everypy_suite.so" }
}

/// The Python to use: `EVERYPY_PYTHON`, or the first on the path that is new enough.
pub(crate) fn python() -> PathBuf {
    let named = std::env::var_os("EVERYPY_PYTHON").map(PathBuf::from);
    let candidates = named.into_iter().chain(["python3", "python", "pypy3"].map(PathBuf::from));
    let new_enough = "import sys; sys.exit(sys.version_info < (3, 7))";
    candidates
        .into_iter()
        .find(|candidate| runs(candidate, new_enough))
        .expect("a Python from 3.7 on: `EVERYPY_PYTHON`, or python3, python or pypy3 on the path")
}

/// Runs `run_tests.py` in a folder on the Python of this machine, and returns what it has printed once all has passed.
#[track_caller]
pub(crate) fn run_tests(folder: &Path, fast: &str, parts: &[&str]) -> String {
    let output = Command::new(python())
        .arg("run_tests.py")
        .args(parts)
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("EVERYPY_FAST", fast)
        .output()
        .expect("it has just run");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    assert!(
        output.status.success() && last.ends_with(" passed, 0 failed") && !last.starts_with("0 "),
        "{}",
        all_of(&output)
    );
    text.into_owned()
}

/// Runs an ignored test as a program that opens the library of this machine's Python and finds a module in a folder. It
/// must print `ending`; where there is no library, `purpose` says what is not tested.
#[cfg(unix)]
#[track_caller]
pub(crate) fn host_with_python(
    name: &str,
    folder: impl FnOnce() -> PathBuf,
    ending: &str,
    purpose: &str,
) {
    let Some((library, prefix)) = shared_library(&python()) else {
        return not_tested(&format!("this Python has no shared library, {purpose}"));
    };
    let variables = [
        ("EVERYPY_TEST_LIBPYTHON", library),
        ("EVERYPY_TEST_FOLDER", folder()),
        ("PYTHONHOME", prefix),
    ];
    let output = host(name, &variables);
    assert!(output.status.success(), "{}", all_of(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains(ending), "{}", all_of(&output));
}

/// The shared library of a Python and the folder that it lives in, if it has one.
#[cfg(unix)]
pub(crate) fn shared_library(python: &Path) -> Option<(PathBuf, PathBuf)> {
    let code = "
import os, sys, sysconfig
folder, name = sysconfig.get_config_var('LIBDIR'), sysconfig.get_config_var('INSTSONAME')
path = os.path.join(folder or '', name or '')
if sys.implementation.name == 'cpython' and '.so' in path and os.path.exists(path):
    print(path)
    print(sys.base_prefix)
";
    let output = Command::new(python).args(["-c", code]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.into(), lines.next()?.into()))
}

/// Runs an ignored test of this program in a process of its own.
pub(crate) fn host<V: AsRef<OsStr>>(name: &str, variables: &[(&str, V)]) -> Output {
    let own = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new(own);
    command.args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"]);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.output().expect("this program can be run again")
}

/// The path that [`host`] has put into a variable.
pub(crate) fn path_in(variable: &str) -> PathBuf {
    PathBuf::from(std::env::var_os(variable).expect("run by another test"))
}

/// Whether a Python runs a piece of code without failing.
pub(crate) fn runs(python: impl AsRef<OsStr>, code: &str) -> bool {
    Command::new(python).args(["-c", code]).output().is_ok_and(|output| output.status.success())
}

/// Tells that something was not tested, in a way that the test harness does not swallow. With `EVERYPY_TEST_ALL=1`
/// that is a failure.
pub(crate) fn not_tested(what: &str) {
    assert!(std::env::var_os("EVERYPY_TEST_ALL").is_none_or(|value| value != "1"), "{what}");
    let _ = writeln!(std::io::stderr(), "\nNOT TESTED: {what}");
}

/// Everything that a process has printed, for the message of a failed assertion.
pub(crate) fn all_of(output: &Output) -> String {
    format!(
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
