//! Runs a module that is built in another way than users do, beside its tests and not installed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use everypy_matrix::cancel::Cancel;
use everypy_matrix::found::Interpreter;
use everypy_matrix::place::Place;
use everypy_matrix::request::{Request, Selection};
use everypy_matrix::search::Search;

/// How a module is built.
pub(super) struct Build<'b> {
    /// The package, as in `everypy-suite`.
    pub(super) package: &'b str,
    /// The folder of its tests in the repository.
    pub(super) tests: &'b str,
    /// The flags of a sanitizer for the compiler, which then has to know those that are not stable.
    pub(super) flags: Option<&'b str>,
}

/// A built module in a folder with its tests.
pub(super) struct Module {
    folder: tempfile::TempDir,
}

impl Build<'_> {
    /// Builds the module without optimisation, so that reports name its functions.
    pub(super) fn run(&self) -> anyhow::Result<Module> {
        let repository = repository();
        let target = repository.join("target/instrumented");
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["build", "--quiet", "--package", self.package])
            .arg("--target-dir")
            .arg(&target);
        let mut built = target.clone();
        if let Some(flags) = self.flags {
            // With a target macros and build scripts, which run in the compiler, are built as ever.
            let triple = host()?;
            built = built.join(&triple);
            command.args(["--target", &triple]);
            command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", flags);
            // The standard library as well: its locks order what the module does.
            let source = Command::new("rustup").args(["component", "add", "rust-src"]).status();
            let provided = source.context("cannot run rustup")?.success();
            ensure!(provided, "the source of the standard library cannot be had");
            command.arg("-Zbuild-std");
        }
        let status = command.current_dir(&repository).status().context("cannot run Cargo")?;
        ensure!(status.success(), "`{}` does not build", self.package);
        let folder = tempfile::tempdir()?;
        let name = self.package.replace('-', "_");
        let library = built.join(format!(
            "debug/{}{name}{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        ));
        copy(&library, &folder.path().join(format!("{name}.so")))?;
        for entry in std::fs::read_dir(repository.join(self.tests))? {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("py")) {
                copy(&path, &folder.path().join(path.file_name().unwrap_or_default()))?;
            }
        }
        Ok(Module { folder })
    }
}

impl Module {
    /// Runs `run_tests.py`, behind the words of another program, and fails if it does.
    pub(super) fn run<W: AsRef<OsStr>>(
        &self,
        before: &[W],
        python: &Path,
        variables: &[(&str, OsString)],
    ) -> anyhow::Result<()> {
        let mut words: Vec<&OsStr> = before.iter().map(AsRef::as_ref).collect();
        words.extend([python.as_os_str(), OsStr::new("run_tests.py")]);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.folder.path());
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(variables.iter().map(|(name, value)| (name, value)));
        let status = command.status().with_context(|| format!("cannot run {:?}", words[0]))?;
        ensure!(status.success(), "{} has failed: {status}", python.display());
        Ok(())
    }
}

/// The interpreters of these names or paths, or of the names that are usual.
pub(super) fn interpreters(asked: &[String], usual: &[&str]) -> anyhow::Result<Vec<Interpreter>> {
    let names: Vec<&str> =
        if asked.is_empty() { usual.to_vec() } else { asked.iter().map(String::as_str).collect() };
    let only: Vec<Request> = names.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let selection = Selection { only, ..Selection::default() };
    let search = Search { paths: selection.paths().collect(), ..Search::default() };
    let picked = selection.apply(&search.run(&Cancel::new())?)?;
    for interpreter in &picked {
        ensure!(
            interpreter.place == Place::Host,
            "{} lives in a file system of its own",
            interpreter.facts.label()
        );
    }
    Ok(picked)
}

/// Runs one of the scripts that provide interpreters.
pub(super) fn provide(script: &str) -> anyhow::Result<()> {
    let path = repository().join("interpreter-matrix/providers").join(script);
    let status =
        Command::new(&path).status().with_context(|| format!("cannot run {}", path.display()))?;
    ensure!(status.success(), "{} has failed", path.display());
    Ok(())
}

/// The folder of what `provide` provides for these tests only.
pub(super) fn provided() -> anyhow::Result<PathBuf> {
    let folder = std::env::var_os("EVERYPY_INTERPRETERS").map(PathBuf::from);
    let folder = folder.or_else(|| Some(std::env::home_dir()?.join(".cache/everypy/interpreters")));
    Ok(folder.context("there is no home folder")?.join("debug"))
}

/// The shared library of a sanitizer, as GCC has it: the interpreter has to load it before all others.
pub(super) fn runtime(name: &str) -> anyhow::Result<PathBuf> {
    let output = Command::new("gcc")
        .arg(format!("-print-file-name={name}"))
        .output()
        .context("cannot run gcc")?;
    let path = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    // A name without a folder means that there is none.
    ensure!(path.is_absolute(), "GCC has no {name}");
    Ok(path)
}

/// The folder of the repository.
pub(super) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc")
        .args(["--version", "--verbose"])
        .output()
        .context("cannot run rustc")?;
    let text = String::from_utf8(output.stdout)?;
    let triple = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(triple.context("rustc does not tell its host")?.to_owned())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::copy(from, to).map(drop).with_context(|| format!("cannot copy {}", from.display()))
}
