//! The files in a folder that look like interpreters.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Returns the interpreters in `folder`, links resolved, each once.
pub(super) fn on_host(folder: &Path) -> Vec<PathBuf> {
    distinct(named_like_interpreters(folder), |path| path.canonicalize().ok())
}

/// Returns the interpreters of the root file system at `root`, as paths that
/// it sees itself, links resolved, each once.
pub(super) fn in_root(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("usr/bin"), PathBuf::from("usr/local/bin")];
    folders.extend(
        super::machine::below(&root.join("opt"), "bin")
            .iter()
            .filter_map(|folder| folder.strip_prefix(root).ok().map(Path::to_path_buf)),
    );
    let inside = folders.iter().flat_map(|folder| {
        let found = named_like_interpreters(&root.join(folder));
        found.into_iter().filter_map(|path| {
            path.strip_prefix(root).ok().map(|inside| Path::new("/").join(inside))
        })
    });
    distinct(inside.collect(), |path| resolve_in_root(root, path))
}

/// Replaces each link by its target and drops what was seen. A link to a
/// program with another kind of name stays: it may look at its own name.
fn distinct(paths: Vec<PathBuf>, resolve: impl Fn(&Path) -> Option<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    paths
        .into_iter()
        .filter_map(|path| {
            let target = resolve(&path)?;
            let same_kind = target.file_name()?.to_str().is_some_and(is_interpreter_name);
            Some(if same_kind { target } else { path })
        })
        .filter(|path| seen.insert(path.clone()))
        .collect()
}

fn named_like_interpreters(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(is_interpreter_name))
        .map(|entry| entry.path())
        .filter(|path| !path.is_dir() && (path.is_symlink() || is_executable(path)))
        .collect();
    // The most telling name of a program comes first: `python3.13t`, `python3.13`.
    paths.sort_by_key(|path| (std::cmp::Reverse(path.as_os_str().len()), path.clone()));
    paths
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    // The aliases of the Windows store are empty files that open the store.
    path.metadata().is_ok_and(|data| data.len() > 0)
}

/// Tells whether a file with this name is an interpreter: `python`,
/// `python3.13t`, `pypy3`, `graalpy`, and with `.exe` on Windows.
fn is_interpreter_name(name: &str) -> bool {
    let name = if cfg!(windows) {
        let Some(stem) = name.strip_suffix(".exe") else {
            return false;
        };
        stem
    } else {
        name
    };
    let Some(rest) = ["python", "pypy", "graalpy"].iter().find_map(|word| name.strip_prefix(word))
    else {
        return false;
    };
    // The debug builds of Debian are called `python3.13d` or `python3.13-dbg`.
    let version = rest.strip_suffix("-dbg").unwrap_or(rest).trim_end_matches(['t', 'd']);
    let mut parts = version.split('.');
    let major = parts.next().unwrap_or("");
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let no_version = version.is_empty() && version.len() == rest.len();
    no_version || (major.len() == 1 && is_number(major) && parts.all(is_number))
}

/// Follows the links of `inside` as a process in that root would.
fn resolve_in_root(root: &Path, inside: &Path) -> Option<PathBuf> {
    let mut path = inside.to_path_buf();
    for _ in 0..40 {
        let on_host = root.join(path.strip_prefix("/").ok()?);
        match on_host.read_link() {
            Ok(target) => path = normalize(&path.parent()?.join(target)),
            Err(_) => return is_executable(&on_host).then_some(path),
        }
    }
    None
}

/// Removes `.` and `..` from an absolute path.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn names_of_interpreters() {
        let yes = [
            "python",
            "python2",
            "python2.7",
            "python3",
            "python3.7",
            "python3.13t",
            "python3.14td",
            "python3.11d",
            "python3.13-dbg",
            "pypy",
            "pypy3",
            "pypy3.11",
            "graalpy",
            "graalpy3.12",
        ];
        let no = [
            "python3-config",
            "python3.11-config",
            "python3.7m",
            "pythonw",
            "python3.11-gdb.py",
            "pypy3-c",
            "ipython",
            "pythont",
            "python.",
            "python3.",
            "bpython",
            "python3.11.bak",
        ];
        for name in yes {
            assert!(is_interpreter_name(name), "{name}");
        }
        for name in no {
            assert!(!is_interpreter_name(name), "{name}");
        }
    }

    fn program(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn links_and_their_target_are_one_program() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        program(&folder.join("python3.12"));
        symlink("python3.12", folder.join("python3")).unwrap();
        symlink(folder.join("python3"), folder.join("python")).unwrap();
        symlink("nowhere", folder.join("pypy3")).unwrap();
        std::fs::write(folder.join("python3.9"), "not executable").unwrap();
        program(&folder.join("tool"));
        symlink("tool", folder.join("graalpy")).unwrap();
        let expected = [folder.join("python3.12"), folder.join("graalpy")];
        assert_eq!(on_host(&folder), expected);
    }

    #[test]
    fn links_in_a_root_stay_in_it() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        program(&root.join("usr/lib/pypy3.11/bin/pypy3.11"));
        program(&root.join("usr/bin/python3.15"));
        program(&root.join("opt/gp/bin/graalpy"));
        symlink("/etc/alternatives/python", root.join("usr/bin/python3")).unwrap();
        std::fs::create_dir_all(root.join("etc/alternatives")).unwrap();
        symlink("/usr/bin/python3.15", root.join("etc/alternatives/python")).unwrap();
        symlink("../lib/pypy3.11/bin/pypy3.11", root.join("usr/bin/pypy3")).unwrap();
        symlink("python", root.join("usr/bin/python")).unwrap();
        let expected =
            ["/usr/bin/python3.15", "/usr/lib/pypy3.11/bin/pypy3.11", "/opt/gp/bin/graalpy"];
        assert_eq!(in_root(root), expected.map(PathBuf::from));
    }
}
