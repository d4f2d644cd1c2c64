//! An environment for one interpreter, with the wheel in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::environment::Environment;
use crate::found::Interpreter;
use crate::place::Place;
use crate::process::{self, Capture};

/// What makes an environment and installs into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installer {
    /// The interpreter's own `venv` and pip: nothing else is needed.
    Pip,
    /// `python -m venv` with a pip of its own: where links cannot be made, and
    /// for GraalPy, which patches pip while it installs it.
    VenvPip,
    /// `uv venv`, then `uv pip install`: for GraalPy, where venv alone takes
    /// a minute and a half.
    Uv(PathBuf),
}

const ENVIRONMENT: &str = include_str!("environment.py");
const PIP: &str = include_str!("pip.py");

/// Bytecode is not compiled: each environment is used once.
const PIP_INSTALL: &[&str] = &[
    "install",
    "--quiet",
    "--no-compile",
    "--no-input",
    "--disable-pip-version-check",
    "--no-warn-script-location",
];

/// A program to run with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl Step {
    fn new(program: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(OsString::from).collect();
        Self { program: program.to_path_buf(), arguments }
    }

    fn all(self, arguments: &[&str]) -> Self {
        arguments.iter().fold(self, |step, argument| step.and(argument))
    }

    fn and(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

/// uv's names of what the user told pip.
const UV_NAMES: &[(&str, &str)] = &[
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX"),
    ("PIP_FIND_LINKS", "UV_FIND_LINKS"),
    ("PIP_NO_INDEX", "UV_NO_INDEX"),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST"),
    ("PIP_DEFAULT_TIMEOUT", "UV_HTTP_TIMEOUT"),
    ("PIP_CERT", "SSL_CERT_FILE"),
];

impl Installer {
    /// Chooses for an interpreter; `uv` is where uv is, if it is there.
    pub fn for_interpreter(interpreter: &Interpreter, uv: Option<&Path>) -> Self {
        let graalpy = interpreter.facts.implementation == "graalpy";
        match uv {
            Some(uv) if graalpy && interpreter.place == Place::Host => Self::Uv(uv.to_path_buf()),
            _ if graalpy || cfg!(windows) => Self::VenvPip,
            _ => Self::Pip,
        }
    }

    /// Returns the step that makes an environment in `folder`.
    pub fn environment(&self, interpreter: &Interpreter, folder: &Path) -> Step {
        match self {
            Self::Pip => Step::new(&interpreter.command, &["-I", "-c", ENVIRONMENT])
                .and(folder)
                .and(seed_of(folder)),
            Self::VenvPip => Step::new(&interpreter.command, &["-I", "-m", "venv"]).and(folder),
            Self::Uv(uv) => Step::new(uv, &["venv", "--quiet", "--no-project", "--python"])
                .and(&interpreter.command)
                .and(folder),
        }
    }

    /// Returns the step that installs `wheel` and `requires` into the
    /// environment in `folder`, all at once: pip resolves them together.
    pub fn install(&self, folder: &Path, wheel: &Path, requires: &[String]) -> Step {
        let python = python_of(folder);
        let step = match self {
            Self::Pip => Step::new(&python, &["-I", "-c", PIP]).and(seed_of(folder)),
            Self::VenvPip => Step::new(&python, &["-I", "-m", "pip"]),
            Self::Uv(uv) => Step::new(uv, &["pip"]),
        };
        let step = match self {
            Self::Uv(_) => step.all(&["install", "--quiet", "--python"]).and(python),
            _ => step.all(PIP_INSTALL),
        };
        requires.iter().fold(step.and(wheel), Step::and)
    }

    /// Adds the variables that the installer understands.
    pub fn prepare(&self, environment: &mut Environment) {
        if let Self::Uv(_) = self {
            for (pip, uv) in UV_NAMES {
                let value = environment.get(pip).filter(|value| !value.is_empty());
                let value = value.map(OsString::from);
                if let (Some(value), None) = (value, environment.get(uv)) {
                    environment.set(uv, value);
                }
            }
        }
    }
}

/// Returns uv: on the search path, or in our own folder of interpreters. A
/// shim that leads nowhere is passed over.
pub fn find_uv(cancel: &Cancel) -> Option<PathBuf> {
    let name = if cfg!(windows) { "uv.exe" } else { "uv" };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let ours = crate::search::provided_folder().map(|folder| folder.join("uv").join("bin"));
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(ours).collect();
    let mut programs = folders.into_iter().map(|folder| folder.join(name));
    programs.find(|uv| uv.is_file() && answers(uv, cancel))
}

fn answers(program: &Path, cancel: &Cancel) -> bool {
    let mut command = Command::new(program);
    command.arg("--version");
    let finished = process::run(command, Capture::Split, Duration::from_secs(60), cancel);
    finished.is_ok_and(|finished| finished.ending.is_success())
}

/// Returns the interpreter of the environment in `folder`.
pub fn python_of(folder: &Path) -> PathBuf {
    if cfg!(windows) {
        folder.join("Scripts").join("python.exe")
    } else {
        folder.join("bin/python")
    }
}

/// Where the environment in `folder` finds a pip.
fn seed_of(folder: &Path) -> PathBuf {
    folder.with_file_name("pip")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::example;
    use crate::source::Source;

    fn interpreter(describe: &str) -> Interpreter {
        Interpreter {
            name: "x".to_owned(),
            source: Source::Provided,
            place: Place::Host,
            command: PathBuf::from("/opt/x/bin/python"),
            facts: example(describe),
        }
    }

    #[track_caller]
    fn check(step: Step, expected: &str) {
        let words = std::iter::once(step.program.into_os_string()).chain(step.arguments);
        let words: Vec<_> = words.map(|word| word.into_string().unwrap()).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn uv_is_for_graalpy_on_this_machine() {
        let uv = Some(Path::new("/bin/uv"));
        let choose = Installer::for_interpreter;
        assert_eq!(choose(&interpreter("cpython 3.9.18"), uv), Installer::Pip);
        let mut graalpy = interpreter("graalpy 25.0.2 3.12.8");
        assert_eq!(choose(&graalpy, uv), Installer::Uv("/bin/uv".into()));
        assert_eq!(choose(&graalpy, None), Installer::VenvPip);
        graalpy.place = Place::Root("/srv/sid".into());
        assert_eq!(choose(&graalpy, uv), Installer::VenvPip);
    }

    #[test]
    fn steps() {
        let graalpy = interpreter("graalpy 25.0.2 3.12.8");
        let folder = Path::new("/t/venv");
        let script = |step: Step| Step {
            arguments: step
                .arguments
                .into_iter()
                .filter(|a| !a.to_string_lossy().contains('\n'))
                .collect(),
            ..step
        };
        let environment = script(Installer::Pip.environment(&graalpy, folder));
        check(environment, "/opt/x/bin/python -I -c /t/venv /t/pip");
        let install = script(Installer::Pip.install(folder, Path::new("a.whl"), &[]));
        let options = PIP_INSTALL.join(" ");
        check(install, &format!("/t/venv/bin/python -I -c /t/pip {options} a.whl"));
        let uv = Installer::Uv("/bin/uv".into());
        let expected = "/bin/uv venv --quiet --no-project --python /opt/x/bin/python /t/venv";
        check(uv.environment(&graalpy, folder), expected);
        let requires = ["pytest".to_owned()];
        let step = uv.install(folder, Path::new("a.whl"), &requires);
        check(step, "/bin/uv pip install --quiet --python /t/venv/bin/python a.whl pytest");
    }

    #[test]
    fn uv_learns_what_pip_was_told() {
        let given = [("PIP_INDEX_URL", "a"), ("PIP_NO_INDEX", "1"), ("UV_NO_INDEX", "0")];
        let given = given.map(|(name, value)| (name.into(), value.into()));
        let mut environment = Environment::from_variables(given, &Place::Host);
        Installer::Uv("uv".into()).prepare(&mut environment);
        assert_eq!(environment.get("UV_DEFAULT_INDEX").unwrap(), "a");
        assert_eq!(environment.get("UV_NO_INDEX").unwrap(), "0");
    }
}
