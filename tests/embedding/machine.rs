//! The interpreters of this machine, and of the root file systems on it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The file system that an interpreter lives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// This one.
    Host,
    /// A root, entered by `chroot`: `~/.cache/everypy/interpreters/sid`.
    Root(PathBuf),
}

/// A program that was brought to a place.
pub(crate) struct Brought {
    /// As a path of that place.
    pub(crate) path: PathBuf,
    /// As a path of this machine.
    pub(crate) on_host: PathBuf,
}

impl Place {
    /// A command that runs in this place, with nothing of the caller's that chooses an interpreter.
    pub(crate) fn command(&self, program: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = match self {
            Self::Host => Command::new(program),
            Self::Root(root) => {
                let mut command = Command::new("chroot");
                command.arg(root).arg(program);
                command
                    .env("HOME", "/root")
                    .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
                    .env_remove("TMPDIR");
                command
            }
        };
        for name in ["EVERYPY_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH"] {
            command.env_remove(name);
        }
        command.env("PYTHONDONTWRITEBYTECODE", "1").args(arguments);
        command
    }

    /// Makes a program of this machine available there.
    pub(crate) fn bring(&self, program: &Path, name: &str) -> Brought {
        let Self::Root(root) = self else {
            return Brought { path: program.to_path_buf(), on_host: program.to_path_buf() };
        };
        // Several tests may do that at once, and a file that runs cannot be written to.
        let name = format!("tmp/{name}-{}-{:?}", std::process::id(), std::thread::current().id());
        let name = name.replace(['(', ')'], "");
        let on_host = root.join(&name);
        std::fs::copy(program, &on_host).expect("a root's /tmp can be written to");
        Brought { path: Path::new("/").join(name), on_host }
    }
}

impl Drop for Brought {
    fn drop(&mut self) {
        if self.path != self.on_host {
            let _ = std::fs::remove_file(&self.on_host);
        }
    }
}

/// An interpreter that a program can embed.
#[derive(Clone, Debug)]
pub(crate) struct Embeddable {
    /// `cp313t`, `pypy311`.
    pub(crate) name: String,
    /// `3.13.5`, PyPy's `8.0.1`.
    pub(crate) release: String,
    pub(crate) place: Place,
    /// As a path of that place.
    pub(crate) executable: PathBuf,
    /// As a path of that place.
    pub(crate) library: PathBuf,
}

impl Embeddable {
    /// Whether it answers to a name like `cp313t` or `pypy311-8.0.1`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        name == self.name || name == format!("{}-{}", self.name, self.release)
    }

    /// `CPython`, `PyPy`.
    pub(crate) fn implementation(&self) -> &'static str {
        if self.name.starts_with("cp") { "CPython" } else { "PyPy" }
    }

    /// Reads a line that `program_that_lists` has printed.
    fn read(place: &Place, line: &str) -> Option<Self> {
        let mut fields = line.strip_prefix("embeddable\t")?.split('\t');
        let mut field = || fields.next().map(str::to_owned);
        Some(Self {
            name: field()?,
            release: field()?,
            place: place.clone(),
            executable: field()?.into(),
            library: field()?.into(),
        })
    }
}

impl fmt::Display for Embeddable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, release, place, executable, .. } = self;
        write!(f, "{name}-{release} ({})", executable.display())?;
        match place {
            Place::Host => Ok(()),
            Place::Root(root) => write!(f, " in {}", root.display()),
        }
    }
}

/// Every interpreter that can be embedded here: of each release one.
pub(crate) fn interpreters() -> &'static [Embeddable] {
    static INTERPRETERS: OnceLock<Vec<Embeddable>> = OnceLock::new();
    INTERPRETERS.get_or_init(|| {
        let mut found = BTreeMap::new();
        for place in std::iter::once(Place::Host).chain(roots().into_iter().map(Place::Root)) {
            let output = super::program(&place, "program_that_lists", &[]);
            let listed = super::succeeds(&output);
            for interpreter in listed.lines().filter_map(|line| Embeddable::read(&place, line)) {
                let key = (interpreter.name.clone(), interpreter.release.clone());
                found.entry(key).or_insert(interpreter);
            }
        }
        found.into_values().collect()
    })
}

/// The root file systems of the gate, which only root may enter.
fn roots() -> Vec<PathBuf> {
    let folder = std::env::var_os("EVERYPY_INTERPRETERS").map(PathBuf::from);
    let in_home = || Some(std::env::home_dir()?.join(".cache/everypy/interpreters"));
    let entries = folder.or_else(in_home).and_then(|folder| folder.read_dir().ok());
    let mut roots: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("usr/bin").is_dir() && folder.join("tmp").is_dir())
        .filter(|root| {
            Command::new("chroot").arg(root).arg("true").output().is_ok_and(|o| o.status.success())
        })
        .collect();
    roots.sort();
    roots
}
