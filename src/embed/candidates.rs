//! Where interpreters are, and in which order they are asked.
//!
//! What a file is called decides when it is asked and not what it is: that it says itself.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::request::Request;
use super::version::VersionRequest;
use crate::runtime::Implementation;

/// Where a candidate comes from, in the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// Named by its path: `EVERYPY_PYTHON=./pypy/bin/pypy3`.
    Request,
    /// The environment that `VIRTUAL_ENV` or `CONDA_PREFIX` points at.
    ActiveEnvironment,
    /// An executable name on `PATH`: `python3.12`, `pypy3`.
    SearchPath,
    /// `~/.pyenv/versions/3.12.1/bin/python`.
    Pyenv,
    /// Where systems put them: `/usr/bin`, `/opt/*/bin`, `/Library/Frameworks`.
    UsualPlace,
    /// `~/.local/share/uv/python/cpython-3.14.0-linux-x86_64-gnu/bin/python3.14`.
    Uv,
    /// What `everypy matrix` uses: `~/.cache/everypy/interpreters/cp313t/bin/python3.13t`.
    Provided,
}

/// A file that may be an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) source: Source,
    pub(super) path: PathBuf,
}

/// The candidates for a request, in the order in which they are to be asked.
pub(super) fn of(request: &Request) -> Vec<Candidate> {
    let named = |path: PathBuf| Candidate { source: Source::Request, path };
    match request {
        Request::Executable(path) => vec![named(path.clone())],
        Request::Environment(folder) => vec![named(in_environment(folder))],
        Request::Library(library) => users_of(library).into_iter().map(named).collect(),
        Request::Name(name) => {
            let name = format!("{name}{}", env::consts::EXE_SUFFIX);
            let paths = search_path().into_iter().map(|folder| folder.join(&name));
            let there = paths.filter(|path| is_there(path));
            there.map(|path| Candidate { source: Source::SearchPath, path }).collect()
        }
        Request::Any => sorted(None),
        Request::Version(version) => sorted(Some(version)),
    }
}

/// All that there are, the preferred ones first.
///
/// If no version is asked for, what a user gets by `python3` comes first, and in each place the newest. If one is, the
/// newest that may be it comes first, wherever it is.
fn sorted(version: Option<&VersionRequest>) -> Vec<Candidate> {
    let graalpy = Implementation::GraalPy;
    let wanted = version.and_then(VersionRequest::implementation);
    let mut seen = BTreeSet::new();
    let mut candidates: Vec<(Candidate, Told)> = folders()
        .into_iter()
        .flat_map(|(source, folder)| {
            interpreters_in(&folder).into_iter().map(move |path| Candidate { source, path })
        })
        .filter(|candidate| seen.insert(identity(&candidate.path)))
        .map(|candidate| {
            let told = Told::by(&candidate.path);
            (candidate, told)
        })
        // It takes seconds to start, only to be refused.
        .filter(|(_, told)| told.implementation != graalpy || wanted == Some(graalpy))
        .collect();
    candidates.sort_by_cached_key(|(candidate, told)| {
        let Candidate { source, path } = candidate;
        let active = *source == Source::ActiveEnvironment;
        let newest = Reverse(told.minor);
        match version {
            // On the path the name that users type counts, and the order of the folders.
            None if *source == Source::SearchPath && told.rank < VERSIONED => {
                (told.is_too_old(), !active, *source, told.rank, Reverse(None), false, *source)
            }
            None => {
                let rank = VERSIONED.max(told.rank);
                (told.is_too_old(), !active, *source, rank, newest, false, *source)
            }
            Some(version) => {
                let fit = told.fit(version);
                let other = told.implementation != Implementation::CPython;
                let rank = 2 * u8::from(other) + u8::from(fit == Fit::Unknown);
                // Scripts such as pyenv's are slow, and lead to what is listed anyway.
                let script = is_script(path);
                (fit == Fit::No, !active, Source::Request, rank, newest, script, *source)
            }
        }
    });
    candidates.into_iter().map(|(candidate, _)| candidate).collect()
}

/// The rank of `python3.12`.
const VERSIONED: u8 = 2;

/// What a name tells.
struct Told {
    /// CPython if it tells nothing else.
    implementation: Implementation,
    minor: Option<u8>,
    free_threaded: bool,
    /// `python3` before `python` before `python3.12` before `pypy3`.
    rank: u8,
}

/// How well a name agrees with what is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    /// It does not tell.
    Unknown,
    No,
}

impl Told {
    fn by(path: &Path) -> Self {
        let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let text = |path: &Path| {
            path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
        };
        let name = text(path);
        // `…/pypy3.9-7.3.11/bin/pypy3`; a virtual environment's name says nothing.
        let installation = target.parent().and_then(Path::parent).map(text).unwrap_or_default();
        let all = format!("{name} {} {installation}", text(&target));
        let implementation = if all.contains("graalpy") {
            Implementation::GraalPy
        } else if all.contains("pypy") {
            Implementation::PyPy
        } else {
            Implementation::CPython
        };
        let (minor, free_threaded) = match version_in(&all) {
            Some((minor, free_threaded)) => (Some(minor), free_threaded),
            None => (None, false),
        };
        let rank = match name.strip_suffix(env::consts::EXE_SUFFIX).unwrap_or(&name) {
            "python3" => 0,
            "python" => 1,
            _ if implementation == Implementation::CPython => VERSIONED,
            _ => VERSIONED + 1,
        };
        Self { implementation, minor, free_threaded, rank }
    }

    fn is_too_old(&self) -> bool {
        self.minor.is_some_and(|minor| minor < 7)
    }

    fn fit(&self, version: &VersionRequest) -> Fit {
        let other = |wanted| wanted != self.implementation;
        if self.is_too_old()
            || version.implementation().is_some_and(other)
            || self.minor.is_some_and(|minor| !version.may_be(minor))
            || (self.free_threaded && version.free_threaded() == Some(false))
        {
            Fit::No
        } else if version.free_threaded().is_some_and(|asked| asked != self.free_threaded) {
            // Not every name of such a build has the `t`.
            Fit::Unknown
        } else if self.minor.is_some() || version.is_any() {
            Fit::Yes
        } else {
            Fit::Unknown
        }
    }
}

/// The first `3.N` in a text, and whether a `t` follows.
pub(super) fn version_in(text: &str) -> Option<(u8, bool)> {
    text.match_indices("3.").find_map(|(start, _)| {
        // Not the 3.1 of 13.1.
        let before = text[..start].bytes().next_back();
        let rest = &text[start + 2..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let minor = rest[..digits].parse().ok()?;
        let after = rest[digits..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let apart = !before.is_some_and(|byte| byte.is_ascii_digit() || byte == b'.');
        apart.then_some((minor, after.starts_with('t')))
    })
}

/// The folders that may hold interpreters.
fn folders() -> Vec<(Source, PathBuf)> {
    let variable = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = env::home_dir();
    let in_home = |name: &str| home.as_ref().map(|home| home.join(name));
    let mut folders = Vec::new();
    let mut add = |source, found: Vec<PathBuf>| {
        folders.extend(found.into_iter().map(|folder| (source, folder)));
    };
    let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(variable);
    add(Source::ActiveEnvironment, environments.map(|folder| programs_of(&folder)).collect());
    add(Source::SearchPath, search_path());
    let pyenv = variable("PYENV_ROOT").or_else(|| in_home(".pyenv"));
    add(Source::Pyenv, installations(pyenv.map(|root| root.join("versions"))));
    let mut usual = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from).to_vec();
    usual.extend(installations(Some("/opt".into())));
    usual.extend(installations(Some("/Library/Frameworks/Python.framework/Versions".into())));
    if cfg!(windows) {
        let local = variable("LOCALAPPDATA").map(|folder| folder.join("Programs/Python"));
        usual.extend(installations(local));
        usual.extend(installations(variable("ProgramFiles")));
    }
    add(Source::UsualPlace, usual);
    let data = variable("XDG_DATA_HOME").or_else(|| in_home(".local/share"));
    let uv = variable("UV_PYTHON_INSTALL_DIR").or_else(|| data.map(|data| data.join("uv/python")));
    add(Source::Uv, installations(uv));
    let roaming = variable("APPDATA").map(|folder| folder.join("uv/data/python"));
    add(Source::Uv, installations(roaming));
    let ours = variable("EVERYPY_INTERPRETERS").or_else(|| in_home(".cache/everypy/interpreters"));
    add(Source::Provided, installations(ours));
    folders
}

fn search_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Where the installations below `folder` have their programs.
fn installations(folder: Option<PathBuf>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| folder.read_dir().ok()).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        // What is in a root file system does not run here.
        .filter(|folder| !folder.join("usr").join("bin").is_dir())
        .map(|folder| programs_of(&folder))
        .collect();
    folders.sort();
    folders
}

/// Where an installation or a virtual environment has its programs.
fn programs_of(folder: &Path) -> PathBuf {
    if !cfg!(windows) {
        folder.join("bin")
    } else if folder.join("Scripts").join("python.exe").is_file() {
        folder.join("Scripts")
    } else {
        folder.to_path_buf()
    }
}

/// The files in a folder that are called as interpreters are.
fn interpreters_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_interpreter_name))
        .map(|entry| entry.path())
        .filter(|path| !path.is_dir())
        .collect();
    paths.sort();
    paths
}

/// `python`, `python3`, `python3.13t`, `pypy3`, `graalpy`.
fn is_interpreter_name(name: &str) -> bool {
    let Some(name) = name.strip_suffix(env::consts::EXE_SUFFIX) else {
        return false;
    };
    let stems = ["python", "pypy", "graalpy"];
    let Some(version) = stems.iter().find_map(|stem| name.strip_prefix(stem)) else {
        return false;
    };
    let version = version.trim_end_matches(['t', 'd']);
    let minor = version.strip_prefix('3').map(|rest| rest.strip_prefix('.').unwrap_or(rest));
    name == "python"
        || name == "pypy"
        || name == "graalpy"
        || minor.is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What is the same for two names of one interpreter. A virtual environment is a link to another one, and is not it.
pub(super) fn identity(path: &Path) -> PathBuf {
    match environment_of(path) {
        Some(folder) => folder,
        None => path.canonicalize().unwrap_or_else(|_| path.to_path_buf()),
    }
}

/// The virtual environment that an executable belongs to.
pub(super) fn environment_of(executable: &Path) -> Option<PathBuf> {
    let programs = executable.parent()?;
    let folders = [Some(programs), programs.parent()];
    let mut folders = folders.into_iter().flatten();
    folders.find(|folder| folder.join("pyvenv.cfg").is_file()).map(Path::to_path_buf)
}

/// The interpreter of a virtual environment or of an installation; if there is none, where it should be.
fn in_environment(folder: &Path) -> PathBuf {
    let names = ["python", "python3", "pypy3", "pypy", "graalpy"];
    let folders = [programs_of(folder), folder.to_path_buf()];
    let paths = folders.iter().flat_map(|programs| {
        names.iter().map(move |name| programs.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
    });
    let found = paths.into_iter().find(|path| is_there(path) && !path.is_dir());
    // `/usr` may have nothing but `python3.11`.
    found
        .or_else(|| interpreters_in(&folders[0]).into_iter().next_back())
        .unwrap_or_else(|| folders[0].join(format!("python{}", env::consts::EXE_SUFFIX)))
}

/// How many folders above a library may belong to its installation: `/usr/lib/x86_64-linux-gnu` to `/usr`.
pub(super) const LEVELS: usize = 3;

/// The executables that may use a library: those beside it and in the `bin` of the folders above.
fn users_of(library: &Path) -> Vec<PathBuf> {
    let library = library.canonicalize().unwrap_or_else(|_| library.to_path_buf());
    let above = library.ancestors().skip(1).take(LEVELS);
    let folders = above.flat_map(|folder| [folder.join("bin"), folder.to_path_buf()]);
    let mut found: Vec<PathBuf> = folders.flat_map(|folder| interpreters_in(&folder)).collect();
    let minor = |path: &Path| Told::by(path).minor;
    let wanted = minor(&library);
    found.sort_by_key(|path| minor(path) != wanted);
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(identity(path)));
    found
}

/// Whether a file begins as scripts do.
fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"#!"
}

/// Whether there is a file, even if it is a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interpreters() {
        #[track_caller]
        fn check(name: &str, expected: bool) {
            let name = format!("{name}{}", env::consts::EXE_SUFFIX);
            assert_eq!(is_interpreter_name(&name), expected, "{name}");
        }
        for name in ["python", "python3", "python3.9", "python3.13t", "pypy3.11", "graalpy"] {
            check(name, true);
        }
        for name in ["python2", "python2.7", "python3-config", "pythonw", "pypy3clean", "ipython"] {
            check(name, false);
        }
    }

    #[test]
    fn versions_in_names() {
        #[track_caller]
        fn check(text: &str, expected: Option<(u8, bool)>) {
            assert_eq!(version_in(text), expected, "{text}");
        }
        check("python3.11", Some((11, false)));
        check("python3.13t", Some((13, true)));
        check("python 3.13.5t", Some((13, true)));
        check("python cpython-3.14.0-linux-x86_64-gnu", Some((14, false)));
        check("python cpython-3.14.0+freethreaded-linux", Some((14, false)));
        check("pypy3 pypy3.9-7.3.11", Some((9, false)));
        check("graalpy-25.3.1", None);
        check("python3", None);
        check("13.1", None);
    }

    #[test]
    fn how_names_fit() {
        #[track_caller]
        fn check(path: &str, request: &str, expected: Fit) {
            let request = VersionRequest::parse(request).unwrap();
            assert!(Told::by(Path::new(path)).fit(&request) == expected, "{path}");
        }
        check("/none/bin/python3.11", "3.11", Fit::Yes);
        check("/none/bin/python3.11", ">=3.12", Fit::No);
        check("/none/bin/python3", "3.11", Fit::Unknown);
        check("/none/3.11.7/bin/python", "3.11", Fit::Yes);
        check("/none/bin/python3.13t", "3.13", Fit::No);
        check("/none/bin/python3.13t", "3.13t", Fit::Yes);
        check("/none/bin/python3.13", "3.13t", Fit::Unknown);
        check("/none/bin/pypy3", "pypy", Fit::Yes);
        check("/none/bin/pypy3", "cpython", Fit::No);
        check("/none/bin/python3", "pypy", Fit::No);
        check("/none/bin/pypy3", "pypy3.9", Fit::Unknown);
        check("/none/bin/python3.6", ">=3", Fit::No);
    }
}
