//! An interpreter that is named by its library.

use std::env;
use std::path::Path;

use super::binary::Machine;
use super::candidates::{self, Candidate, Source};
use super::error::Refusal;
use super::{Interpreter, Request, probe};

/// Finds out whose library this is: an executable is asked if there is one that uses it.
pub(super) fn ask(library: &Path) -> Result<Interpreter, Refusal> {
    if !library.is_file() {
        return Err(Refusal::new(library, "there is no such file"));
    }
    if let Some(mismatch) = Machine::mismatch(library) {
        return Err(probe::wrong_machine(library, &mismatch));
    }
    let users = candidates::of(&Request::Library(library.to_path_buf())).into_iter();
    let mut answers = users.filter_map(|candidate: Candidate| probe::ask(&candidate).ok());
    match answers.find(|interpreter| same_file(&interpreter.library, library)) {
        Some(interpreter) => Ok(interpreter),
        None => without_executable(library),
    }
}

/// Whether two paths lead to one file.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    real(one) == real(other)
}

/// A library that no executable uses is taken if its standard library is there. Without one a CPython would end the
/// process.
fn without_executable(library: &Path) -> Result<Interpreter, Refusal> {
    let hint = "name the interpreter's executable, or its folder";
    let Some(name) = name_of(library) else {
        let reason = "no executable uses it, and its name does not tell whose it is";
        return Err(Refusal::new(library, reason).with_hint(hint));
    };
    if let Some((minor @ ..7, _)) = candidates::version_in(&name) {
        let reason = format!("it is the library of a Python 3.{minor}, which is older than 3.7");
        return Err(Refusal::new(library, reason));
    }
    // The folder of 3.7 does not have the `m` of its library.
    let standard = Path::new("lib").join(name.trim_end_matches(['m', 'd'])).join("os.py");
    let mut above = library.ancestors().skip(1).take(candidates::LEVELS);
    let Some(prefix) = above.find(|folder| folder.join(&standard).is_file()) else {
        let reason =
            format!("no executable uses it, and no folder above it has `{}`", standard.display());
        return Err(Refusal::new(library, reason).with_hint(hint));
    };
    Ok(Interpreter {
        source: Source::Request,
        executable: Some(prefix.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX))),
        library: library.to_path_buf(),
        runtime: None,
    })
}

/// `libpython3.13t.so.1.0` belongs to `python3.13t`, and `libpypy3.9-c.so` to `pypy3.9`.
fn name_of(library: &Path) -> Option<String> {
    let file = library.file_name()?.to_str()?.strip_prefix("lib")?;
    let end = [".so", ".dylib", "-c."].iter().filter_map(|end| file.find(end)).min()?;
    let name = &file[..end];
    let is_known = ["python3.", "pypy3."].iter().any(|start| name.starts_with(start));
    is_known.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_libraries() {
        #[track_caller]
        fn check(library: &str, expected: Option<&str>) {
            let path = Path::new("/usr/lib").join(library);
            assert_eq!(name_of(&path).as_deref(), expected, "{library}");
        }
        check("libpython3.13t.so.1.0", Some("python3.13t"));
        check("libpython3.7m.so.1.0", Some("python3.7m"));
        check("libpython3.11.dylib", Some("python3.11"));
        check("libpypy3.9-c.so", Some("pypy3.9"));
        check("libpython3.so", None);
        check("libm.so.6", None);
    }
}
