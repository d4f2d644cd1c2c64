//! What the search found: every interpreter once, under its own name.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr as _;

use pep440_rs::Version;
use serde::Serialize;

use crate::facts::Facts;
use crate::name;
use crate::place::Place;
use crate::source::Source;

/// One interpreter that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Its name here, different from that of every other one: `cp313t`.
    pub name: String,
    /// Where it was found.
    pub source: Source,
    /// The file system that it lives in.
    pub place: Place,
    /// What to run, as a path of that file system.
    pub command: PathBuf,
    /// What it says about itself.
    pub facts: Facts,
}

impl Interpreter {
    /// Returns where this machine sees the interpreter.
    pub fn path(&self) -> PathBuf {
        self.place.on_host(&self.facts.executable)
    }

    /// The same installation, whatever symbolic links and wrappers lead there.
    fn identity(&self) -> (&Place, &PathBuf, &str, &str, &str, bool, bool, Option<&PathBuf>) {
        let facts = &self.facts;
        (
            &self.place,
            &facts.base_prefix,
            &facts.implementation,
            &facts.implementation_version,
            &facts.python_version,
            facts.free_threaded,
            facts.debug,
            facts.virtual_environment.then_some(&facts.prefix),
        )
    }

    /// The name that only one interpreter of a matrix may have. Several PyPys
    /// that implement one Python are different interpreters; two CPythons with
    /// the same name differ in their last digit only.
    fn slot(&self) -> String {
        let name = self.facts.name();
        if self.facts.implementation == "cpython" { name.short } else { name.exact }
    }

    fn version(&self) -> Option<Version> {
        Version::from_str(&self.facts.implementation_version).ok()
    }
}

/// An interpreter whose name another one has.
#[derive(Clone, Debug)]
pub struct Shadowed {
    /// The interpreter; its name is the exact one.
    pub interpreter: Interpreter,
    /// The name that the other one has.
    pub by: String,
}

/// Something that looks like an interpreter and did not answer.
#[derive(Clone, Debug, Serialize)]
pub struct Unusable {
    /// The program, or the root file system.
    pub path: PathBuf,
    /// Where it was found.
    pub source: Source,
    /// Why it cannot be used.
    pub reason: String,
}

/// Everything that a search found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What can be run, by name.
    pub interpreters: Vec<Interpreter>,
    /// What could be run too, but its name is taken.
    pub shadowed: Vec<Shadowed>,
    /// What our modules do not run on; [`Facts::refused`] says why.
    pub refused: Vec<Interpreter>,
    /// What did not answer.
    pub unusable: Vec<Unusable>,
}

impl Found {
    /// Merges duplicates, sorts out what is refused or shadowed, and names the
    /// rest. The names in `all` are overwritten.
    pub fn from_candidates(mut all: Vec<Interpreter>, unusable: Vec<Unusable>) -> Self {
        let mut found = Self { unusable, ..Self::default() };
        // The preferred one first; the sort is stable, so the search order counts.
        all.sort_by(|a, b| a.source.cmp(&b.source).then_with(|| b.version().cmp(&a.version())));
        let mut distinct: Vec<Interpreter> = Vec::new();
        for mut interpreter in all {
            interpreter.name = interpreter.facts.name().exact;
            if !distinct.iter().any(|other| other.identity() == interpreter.identity()) {
                distinct.push(interpreter);
            }
        }
        let mut taken: Vec<Interpreter> = Vec::new();
        for interpreter in distinct {
            let rival = taken.iter().find(|other| other.slot() == interpreter.slot());
            if interpreter.facts.refused.is_some() {
                found.refused.push(interpreter);
            } else if interpreter.source == Source::CommandLine || rival.is_none() {
                taken.push(interpreter);
            } else {
                let by = interpreter.slot();
                found.shadowed.push(Shadowed { interpreter, by });
            }
        }
        give_names(&mut taken);
        found.interpreters = taken;
        found.sort();
        found
    }

    fn sort(&mut self) {
        self.interpreters.sort_by(|a, b| name::compare(&a.name, &b.name));
        self.refused.sort_by(|a, b| name::compare(&a.name, &b.name));
        self.shadowed.sort_by(|a, b| name::compare(&a.interpreter.name, &b.interpreter.name));
        self.unusable.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// Gives the short name to whoever has it alone, else the exact one, else the
/// exact one with a number.
fn give_names(interpreters: &mut [Interpreter]) {
    let mut short: BTreeMap<String, usize> = BTreeMap::new();
    for interpreter in interpreters.iter() {
        *short.entry(interpreter.facts.name().short).or_default() += 1;
    }
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    for interpreter in interpreters.iter_mut() {
        let name = interpreter.facts.name();
        let name = if short[&name.short] == 1 { name.short } else { name.exact };
        let count = given.entry(name.clone()).or_default();
        *count += 1;
        interpreter.name = if *count == 1 { name } else { format!("{name}-{count}") };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::example;

    fn interpreter(describe: &str, source: Source) -> Interpreter {
        let facts = example(describe);
        Interpreter {
            name: String::new(),
            source,
            place: Place::Host,
            command: facts.executable.clone(),
            facts,
        }
    }

    fn names(found: &Found) -> Vec<&str> {
        found.interpreters.iter().map(|i| &*i.name).collect()
    }

    #[test]
    fn each_name_is_unique() {
        let all = [
            "cpython 3.13.5t",
            "cpython 3.13.0",
            "cpython 3.9.18",
            "pypy 7.3.11 3.9.16",
            "pypy 8.0.1 3.11.17",
            "pypy 7.3.19 3.11.11",
            "graalpy 25.0.2 3.12.8",
        ];
        let all = all.map(|describe| interpreter(describe, Source::Provided)).to_vec();
        let found = Found::from_candidates(all, Vec::new());
        let expected =
            ["cp39", "cp313", "cp313t", "pypy39", "pypy311-7.3.19", "pypy311-8.0.1", "graalpy312"];
        assert_eq!(names(&found), expected);
        assert!(found.shadowed.is_empty());
    }

    #[test]
    fn one_installation_is_listed_once() {
        let first = interpreter("cpython 3.11.7", Source::SearchPath);
        let mut wrapper = interpreter("cpython 3.11.7", Source::Pyenv);
        wrapper.command = "/usr/local/bin/wrapper".into();
        let found = Found::from_candidates(vec![first, wrapper], Vec::new());
        assert_eq!(names(&found), ["cp311"]);
        assert_eq!(found.interpreters[0].source, Source::Pyenv);
        assert!(found.shadowed.is_empty());
    }

    #[test]
    fn the_same_prefix_in_another_root_is_another_installation() {
        let host = interpreter("cpython 3.14.0", Source::SearchPath);
        let mut root = interpreter("cpython 3.14.0", Source::Root);
        root.place = Place::Root("/srv/sid".into());
        let found = Found::from_candidates(vec![host, root], Vec::new());
        assert_eq!(names(&found), ["cp314"]);
        assert_eq!(found.interpreters[0].source, Source::Root);
        assert_eq!(found.shadowed[0].interpreter.place, Place::Host);
    }

    #[test]
    fn the_preferred_place_wins_then_the_newer_version() {
        let all = vec![
            interpreter("cpython 3.11.2", Source::UsualPlace),
            interpreter("cpython 3.11.7", Source::Pyenv),
            interpreter("cpython 3.11.9", Source::Pyenv),
            interpreter("cpython 3.11.10", Source::Pyenv),
            interpreter("cpython 3.11.30", Source::Conda),
        ];
        let found = Found::from_candidates(all, Vec::new());
        assert_eq!(found.interpreters[0].facts.python_version, "3.11.10");
        let shadowed: Vec<_> = found.shadowed.iter().map(|s| &*s.interpreter.name).collect();
        assert_eq!(shadowed, ["cp311-3.11.2", "cp311-3.11.7", "cp311-3.11.9", "cp311-3.11.30"]);
        assert!(found.shadowed.iter().all(|s| s.by == "cp311"));
    }

    #[test]
    fn everything_named_on_the_command_line_is_kept() {
        let mut copy = interpreter("cpython 3.11.7", Source::CommandLine);
        copy.facts.base_prefix = "/opt/copy".into();
        let all = vec![
            interpreter("cpython 3.11.2", Source::CommandLine),
            interpreter("cpython 3.11.7", Source::CommandLine),
            copy,
            interpreter("cpython 3.11.9", Source::Pyenv),
        ];
        let found = Found::from_candidates(all, Vec::new());
        assert_eq!(names(&found), ["cp311-3.11.2", "cp311-3.11.7", "cp311-3.11.7-2"]);
        assert_eq!(found.shadowed.len(), 1);
    }

    #[test]
    fn the_refused_are_listed_apart() {
        let mut old = interpreter("cpython 3.6.15", Source::Pyenv);
        old.facts.refused = Some("too old".to_owned());
        let found = Found::from_candidates(vec![old], Vec::new());
        assert!(found.interpreters.is_empty());
        assert_eq!(found.refused[0].facts.refused.as_deref(), Some("too old"));
    }
}
