//! Which tests a project has, and how they are run.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::project::PyProject;

/// The tests of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The project's folder.
    pub dir: PathBuf,
    /// What to run; `{python}` stands for the interpreter.
    pub command: Vec<String>,
    /// What to install beside the wheel.
    pub requires: Vec<String>,
    /// What to copy to where the tests run, relative to the project.
    pub files: Vec<PathBuf>,
}

/// What a test run may need to find beside it.
const USUAL_FILES: &[&str] =
    &["tests", "test", "conftest.py", "pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg"];

/// What is not copied: what tools left, and what is large and never a test.
const NOT_COPIED: &[&str] = &[
    "__pycache__",
    ".git",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".tox",
    ".venv",
    "node_modules",
    "target",
];

impl Suite {
    /// Returns the tests of the project in `dir`. `command` is what the user
    /// said; it goes before what `[tool.everypy.matrix]` says, and that before
    /// pytest.
    pub fn of(dir: &Path, pyproject: &PyProject, command: Option<Vec<String>>) -> Result<Self> {
        let dir = dir.canonicalize().map_err(Error::io("read", dir))?;
        let settings = &pyproject.tool.everypy.matrix;
        let own = command.or_else(|| settings.test_command.clone()).filter(|c| !c.is_empty());
        if own.is_none() && settings.test_files.is_none() && !has_pytest_tests(&dir) {
            return Err(Error::NoTests(dir));
        }
        let command =
            own.unwrap_or_else(|| ["{python}", "-m", "pytest"].map(str::to_owned).to_vec());
        let files = match &settings.test_files {
            Some(files) => files.clone(),
            None => usual_files(&dir, &command),
        };
        if let Some(outside) = files.iter().find(|file| !is_inside(file)) {
            let why = format!("its test file `{}` is not in it", outside.display());
            return Err(Error::Project { dir, why, hint: None });
        }
        let missing = files.iter().find(|file| !dir.join(file).exists());
        if let Some(missing) = missing {
            let why = format!("its test file `{}` is not there", missing.display());
            return Err(Error::Project { dir, why, hint: None });
        }
        let uses_pytest = command.iter().any(|word| word == "pytest");
        let requires = match &settings.test_requires {
            Some(requires) => requires.clone(),
            None => default_requires(pyproject, uses_pytest),
        };
        Ok(Self { dir, command, requires, files })
    }

    /// Copies the files to the folder `to`, except for compiled modules called
    /// `module`: the installed one is the one to test.
    pub fn copy(&self, to: &Path, module: &str) -> Result<()> {
        let own = module.rsplit('.').next().unwrap_or(module);
        for file in &self.files {
            let target = to.join(file);
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
            }
            copy(&self.dir.join(file), &target, own)?;
        }
        Ok(())
    }

    /// Returns the program to run and its arguments, with `python` in place.
    pub fn command_for(&self, python: &Path) -> (PathBuf, Vec<String>) {
        let python = python.to_string_lossy();
        let mut words = self.command.iter().map(|word| word.replace("{python}", &python));
        let program = words.next().expect("a command has at least one word");
        (PathBuf::from(program), words.collect())
    }
}

fn default_requires(pyproject: &PyProject, uses_pytest: bool) -> Vec<String> {
    let project = pyproject.project.as_ref();
    let extras = project.and_then(|project| project.optional_dependencies.get("test"));
    let mut requires = extras.cloned().unwrap_or_default();
    if uses_pytest && !requires.iter().any(|requirement| names(requirement, "pytest")) {
        requires.push("pytest".to_owned());
    }
    requires
}

/// Tells whether a requirement is for this package: `pytest>=7`, not `pytest-xdist`.
fn names(requirement: &str, package: &str) -> bool {
    let end = requirement.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
    requirement[..end.unwrap_or(requirement.len())].eq_ignore_ascii_case(package)
}

/// Tells whether a path stays below the folder that it starts from.
fn is_inside(path: &Path) -> bool {
    let mut components = path.components().peekable();
    let is_something = components.peek().is_some();
    let stays = |c| matches!(c, Component::Normal(_) | Component::CurDir);
    is_something && components.all(stays)
}

/// The files that tests usually need, and those that the command names.
fn usual_files(dir: &Path, command: &[String]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = USUAL_FILES.iter().map(PathBuf::from).collect();
    let in_dir = dir.read_dir().into_iter().flatten().filter_map(|entry| entry.ok());
    files
        .extend(in_dir.map(|entry| PathBuf::from(entry.file_name())).filter(|f| is_pytest_file(f)));
    // The first word is the program: `python` may be a folder of sources here.
    let words = command.iter().skip(1).map(PathBuf::from);
    files.extend(words.filter(|word| is_inside(word)));
    files.retain(|file| dir.join(file).exists());
    files.sort();
    files.dedup();
    files
}

fn has_pytest_tests(dir: &Path) -> bool {
    let in_dir = dir.read_dir().into_iter().flatten().filter_map(|entry| entry.ok());
    let at_top = in_dir.map(|entry| PathBuf::from(entry.file_name())).any(|f| is_pytest_file(&f));
    at_top || holds_pytest_files(&dir.join("tests")) || holds_pytest_files(&dir.join("test"))
}

fn holds_pytest_files(dir: &Path) -> bool {
    let entries = dir.read_dir().into_iter().flatten().filter_map(|entry| entry.ok());
    entries
        .map(|entry| entry.path())
        .any(|path| if path.is_dir() { holds_pytest_files(&path) } else { is_pytest_file(&path) })
}

/// `test_spam.py`, `spam_test.py`.
fn is_pytest_file(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let stem = name.strip_suffix(".py");
    stem.is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
}

fn copy(from: &Path, to: &Path, module: &str) -> Result<()> {
    let name = from.file_name().and_then(|name| name.to_str()).unwrap_or("");
    if NOT_COPIED.contains(&name) || is_compiled_module(name, module) {
        return Ok(());
    }
    if !from.is_dir() {
        std::fs::copy(from, to).map_err(Error::io("copy", from))?;
        return Ok(());
    }
    std::fs::create_dir_all(to).map_err(Error::io("create", to))?;
    for entry in from.read_dir().map_err(Error::io("read", from))? {
        let name = entry.map_err(Error::io("read", from))?.file_name();
        copy(&from.join(&name), &to.join(&name), module)?;
    }
    Ok(())
}

/// `spam.so`, `spam.cpython-311-x86_64-linux-gnu.so`, `spam.pyd`.
fn is_compiled_module(file: &str, module: &str) -> bool {
    let suffix = file.strip_prefix(module).filter(|suffix| suffix.starts_with('.'));
    suffix.is_some_and(|suffix| suffix.ends_with(".so") || suffix.ends_with(".pyd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project of the given files.
    fn project(files: &[&str], pyproject: &str) -> (tempfile::TempDir, PyProject) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::fs::write(dir.path().join("pyproject.toml"), pyproject).unwrap();
        let read = PyProject::read(dir.path()).unwrap();
        (dir, read)
    }

    /// Checks command, requirements and files of a project.
    #[track_caller]
    fn check(files: &[&str], pyproject: &str, said: Option<&str>, expected: [&str; 3]) {
        let (dir, pyproject) = project(files, pyproject);
        let said = said.map(|said| said.split(' ').map(str::to_owned).collect());
        let suite = Suite::of(dir.path(), &pyproject, said).unwrap();
        let files: Vec<_> = suite.files.iter().map(|file| file.to_str().unwrap()).collect();
        let found = [suite.command.join(" "), suite.requires.join(" "), files.join(" ")];
        assert_eq!(found, expected.map(str::to_owned));
    }

    #[test]
    fn pytest_is_the_default() {
        let pytest = "{python} -m pytest";
        check(&["tests/test_a.py"], "", None, [pytest, "pytest", "pyproject.toml tests"]);
        check(
            &["test_a.py", "conftest.py", "b.py"],
            "",
            None,
            [pytest, "pytest", "conftest.py pyproject.toml test_a.py"],
        );
    }

    #[test]
    fn the_extra_test_names_what_tests_need() {
        let extras = |list: &str| {
            format!("[project]\nname='x'\n[project.optional-dependencies]\ntest={list}\n")
        };
        let files = &["tests/unit/a_test.py"];
        let pytest = "{python} -m pytest";
        let copied = "pyproject.toml tests";
        check(files, &extras("['pytest>=7','numpy']"), None, [pytest, "pytest>=7 numpy", copied]);
        check(files, &extras("['pytest-xdist']"), None, [pytest, "pytest-xdist pytest", copied]);
    }

    #[test]
    fn settings_and_the_command_line_go_first() {
        let settings = "[tool.everypy.matrix]\ntest-command=['{python}','run.py']\n";
        check(&["run.py"], settings, None, ["{python} run.py", "", "pyproject.toml run.py"]);
        let said = Some("python other.py -x");
        check(
            &["run.py", "other.py", "python/spam.py"],
            settings,
            said,
            ["python other.py -x", "", "other.py pyproject.toml"],
        );
        let all = "[tool.everypy.matrix]\ntest-requires=['a']\ntest-files=['data']\n";
        check(&["data/x"], all, None, ["{python} -m pytest", "a", "data"]);
    }

    #[test]
    fn no_tests_is_an_error() {
        let (dir, pyproject) = project(&["tests/it.rs", "src/lib.rs"], "");
        let error = Suite::of(dir.path(), &pyproject, None).unwrap_err();
        assert!(error.to_string().starts_with("found no tests in"));
        assert!(error.hint().is_some());
        for (file, message) in [("gone.py", "is not there"), ("../other", "is not in it")] {
            let settings = format!("[tool.everypy.matrix]\ntest-files=['{file}']\n");
            let (dir, pyproject) = project(&[], &settings);
            let error = Suite::of(dir.path(), &pyproject, None).unwrap_err();
            let expected = format!("its test file `{file}` {message}");
            assert!(error.to_string().ends_with(&expected), "{error}");
        }
    }

    #[test]
    fn the_copy_holds_no_module_of_the_source_tree() {
        let files = [
            "tests/test_a.py",
            "tests/data/big.so",
            "tests/spam.so",
            "tests/spam.abi3.so",
            "tests/__pycache__/x.pyc",
        ];
        let (dir, pyproject) = project(&files, "");
        let suite = Suite::of(dir.path(), &pyproject, None).unwrap();
        let to = tempfile::tempdir().unwrap();
        suite.copy(to.path(), "spam").unwrap();
        let there = |file: &str| to.path().join(file).exists();
        assert!(there("tests/test_a.py") && there("tests/data/big.so") && there("pyproject.toml"));
        assert!(!there("tests/spam.so") && !there("tests/spam.abi3.so"));
        assert!(!there("tests/__pycache__"));
    }

    #[test]
    fn the_interpreter_takes_its_place() {
        let command = ["{python}", "-c", "{python}"].map(str::to_owned).to_vec();
        let suite = Suite { dir: PathBuf::new(), command, requires: Vec::new(), files: Vec::new() };
        let (program, arguments) = suite.command_for(Path::new("/v/bin/python"));
        assert_eq!(program, Path::new("/v/bin/python"));
        assert_eq!(arguments, ["-c", "/v/bin/python"]);
    }
}
