//! A sealed place to run the command in: files in, command run, outcome
//! asserted.
//!
//! The interpreters are shell scripts that answer as one would. Each is named
//! by its path, so nothing of the machine takes part.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use everypy_matrix::compile::Artifact;
use everypy_matrix::project::{CargoPackage, Project, PyProject};
use everypy_matrix::wheel::Wheel;
use serde_json::Value;

/// What a script does in place of an interpreter, for each thing that it is
/// asked to do. The variable `$0` is the script.
pub(crate) struct Play<'p> {
    /// The version that it claims: `3.9.18`.
    pub(crate) version: &'p str,
    /// Makes the environment `$4`.
    pub(crate) environment: &'p str,
    /// Installs.
    pub(crate) install: &'p str,
    /// Runs the tests.
    pub(crate) tests: &'p str,
    /// Names the module that it loaded: `$MODULE` is the one in the wheel.
    pub(crate) inspect: &'p str,
}

impl Default for Play<'_> {
    /// One on which everything works.
    fn default() -> Self {
        Self {
            version: "3.9.18",
            environment: r#"mkdir -p "$4/bin" && cp "$0" "$4/bin/python""#,
            install: "true",
            tests: "echo '==== 3 passed in 0.01s ===='",
            inspect: r#"echo "{\"file\": \"$MODULE\"}""#,
        }
    }
}

/// A folder for one test, with a home, a project and interpreters in it.
pub(crate) struct Sandbox {
    dir: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a run of the command did.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit status.
    pub(crate) status: Option<i32>,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it said beside that.
    pub(crate) stderr: String,
}

impl Sandbox {
    /// Makes a folder with a project that has one test file.
    pub(crate) fn new() -> Self {
        let sandbox = Self { dir: tempfile::tempdir().unwrap(), variables: Vec::new() };
        for folder in ["home", "tmp", "project"] {
            std::fs::create_dir(sandbox.path(folder)).unwrap();
        }
        sandbox.file("project/tests/test_it.py", "");
        sandbox
    }

    /// Returns a path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Sets an environment variable of the command.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Makes an interpreter and returns its path.
    pub(crate) fn interpreter(&self, name: &str, play: &Play<'_>) -> String {
        let facts = serde_json::json!({
            "implementation": "cpython",
            "implementation_version": play.version,
            "python_version": play.version,
            "free_threaded": false,
            "debug": false,
            "architecture": "x86_64",
            "pointer_bits": 64,
            "platform": "linux-x86_64",
            "libc": null,
            "libc_version": null,
            "libpython": null,
            "extension_suffixes": [".so"],
            "executable": self.path(name),
            "prefix": self.path(name),
            "base_prefix": self.path(name),
            "virtual_environment": false,
            "base_executable": null,
            "refused": match play.version.starts_with("3.6") {
                true => Value::from(format!("this is CPython {}", play.version)),
                false => Value::Null,
            },
        });
        let Play { environment, install, tests, inspect, .. } = play;
        let module = self.path("fake.so");
        let script = format!(
            "#!/bin/sh\nMODULE='{}'\ncase \"$*\" in\n\
             *everypy-probe*) cat <<'END'\n{facts}\nEND\n;;\n\
             *everypy-environment*) {environment} ;;\n\
             *everypy-pip*) {install} ;;\n\
             *everypy-inspect*) {inspect} ;;\n\
             *) {tests} ;;\n\
             esac\n",
            module.display()
        );
        let path = self.file(name, &script);
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Packs a wheel whose module is the file that interpreters name.
    pub(crate) fn wheel(&self) -> String {
        let library = self.file("fake.so", "\u{7f}ELF\0PyInit_fake\0");
        let project = Project {
            dir: self.path("project"),
            pyproject: PyProject::default(),
            cargo: CargoPackage {
                manifest: self.path("project/Cargo.toml"),
                name: "fake".to_owned(),
                version: "1.0.0".to_owned(),
                description: None,
                license: None,
                authors: Vec::new(),
                readme: None,
                repository: None,
                library: "fake".to_owned(),
                target_directory: self.path("project/target"),
            },
        };
        let artifact = Artifact { library, target: "x86_64-unknown-linux-gnu".to_owned() };
        let wheel = Wheel::pack(&project, &artifact, &self.path("wheels")).unwrap();
        wheel.path.to_str().unwrap().to_owned()
    }

    /// Returns the command with these arguments, in a sealed environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_everypy"));
        command.args(arguments).current_dir(self.dir.path()).env_clear();
        for name in ["PATH", "CARGO", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "RUSTC"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        if let Some(home) = std::env::home_dir() {
            // Cargo lives in the real home even where we do not.
            let default = |name: &str, folder: &str| {
                (name.to_owned(), std::env::var_os(name).unwrap_or(home.join(folder).into()))
            };
            command.envs([default("CARGO_HOME", ".cargo"), default("RUSTUP_HOME", ".rustup")]);
        }
        command.env("HOME", self.path("home")).env("TMPDIR", self.path("tmp"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        Run {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs the matrix of the wheel on these interpreters.
    pub(crate) fn matrix(&self, interpreters: &[String], more: &[&str]) -> Run {
        let wheel = self.wheel();
        let mut arguments = vec!["matrix", "project", "--wheel", &*wheel];
        for interpreter in interpreters {
            arguments.extend(["--python", interpreter]);
        }
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Tells what is left in the folder for temporary files.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let entries = self.path("tmp").read_dir().unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Run {
    /// Asserts the exit status and the last line.
    #[track_caller]
    pub(crate) fn ends(&self, status: i32, last_line: &str) -> &Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        assert_eq!(self.stdout.lines().last().unwrap_or(""), last_line, "{self:#?}");
        self
    }

    /// Asserts that standard output has this text in it.
    #[track_caller]
    pub(crate) fn prints(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "no {text:?} in\n{}", self.stdout);
        self
    }

    /// Asserts that standard error has this text in it.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no {text:?} in\n{}", self.stderr);
        self
    }
}

/// Reads a file of JSON.
pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
