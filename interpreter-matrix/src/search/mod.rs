//! Looks for interpreters in all the usual places.

mod executables;
mod machine;
mod roots;

use std::path::PathBuf;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::found::{Found, Interpreter, Unusable};
use crate::parallel;
use crate::place::Place;
use crate::probe;
use crate::source::Source;

pub use machine::{Machine, provided_folder};
pub use roots::{RootKind, classify};

/// Something that may be an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it was found.
    pub source: Source,
    /// The file system that it lives in.
    pub place: Place,
    /// What to run, as a path of that file system.
    pub program: PathBuf,
}

/// What to look at.
#[derive(Clone, Debug)]
pub struct Search {
    /// Interpreters named on the command line.
    pub paths: Vec<PathBuf>,
    /// Folders named on the command line.
    pub roots: Vec<PathBuf>,
    /// The places of this machine; `None` looks at what is named only.
    pub machine: Option<Machine>,
    /// Whether programs called `graalpy` are asked: they take seconds to answer.
    pub graalpy: bool,
    /// How long one interpreter may take to answer.
    pub limit: Duration,
}

impl Default for Search {
    /// Everything on this machine.
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            roots: Vec::new(),
            machine: Some(Machine::this()),
            graalpy: true,
            limit: probe::LIMIT,
        }
    }
}

impl Search {
    /// Runs the probe in every candidate and returns what was found.
    pub fn run(&self, cancel: &Cancel) -> Result<Found> {
        let mut unusable = Vec::new();
        let candidates = self.candidates(&mut unusable)?;
        // Interpreters wait for the disk while they start.
        let jobs = 2 * std::thread::available_parallelism().map_or(2, usize::from);
        let answers = parallel::map(&candidates, jobs, |candidate| self.ask(candidate, cancel));
        let mut interpreters = Vec::new();
        for (candidate, answer) in candidates.iter().zip(answers) {
            match answer {
                Ok(interpreter) => interpreters.push(interpreter),
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => unusable.push(Unusable {
                    path: candidate.place.on_host(&candidate.program),
                    source: candidate.source,
                    reason: match error {
                        Error::Unusable { why, .. } => why,
                        other => other.to_string(),
                    },
                }),
            }
        }
        Ok(Found::from_candidates(interpreters, unusable))
    }

    /// Lists the candidates, those of a preferred source first.
    fn candidates(&self, unusable: &mut Vec<Unusable>) -> Result<Vec<Candidate>> {
        let mut list = List::default();
        for path in &self.paths {
            list.add(Source::CommandLine, Place::Host, crate::request::absolute(path));
        }
        for root in &self.roots {
            let before = list.0.len();
            list.add_root(root)?;
            if list.0.len() == before {
                return Err(Error::EmptyRoot(root.clone()));
            }
        }
        if let Some(machine) = &self.machine {
            for (source, folder) in machine.folders() {
                list.add_folder(source, &folder);
            }
            for root in machine.provided_roots() {
                match list.add_file_system(Source::Provided, &root) {
                    Ok(()) => {}
                    Err(error) => unusable.push(Unusable {
                        path: root,
                        source: Source::Provided,
                        reason: error.to_string(),
                    }),
                }
            }
        }
        let is_graalpy = |c: &Candidate| {
            let name = c.program.file_name().and_then(|name| name.to_str());
            c.source != Source::CommandLine && name.is_some_and(|name| name.starts_with("graalpy"))
        };
        list.0.retain(|candidate| self.graalpy || !is_graalpy(candidate));
        Ok(list.0)
    }

    /// Asks a candidate what it is. A virtual environment leads to the
    /// interpreter that it was made from, unless it was asked for by its path.
    fn ask(&self, candidate: &Candidate, cancel: &Cancel) -> Result<Interpreter> {
        let place = &candidate.place;
        let mut command = candidate.program.clone();
        let mut facts = probe::probe(place, &command, self.limit, cancel)?;
        if facts.virtual_environment && candidate.source != Source::CommandLine {
            let Some(base) = facts.base_executable.clone() else {
                let why = "it is a virtual environment of an interpreter that is gone".to_owned();
                return Err(Error::Unusable { path: place.on_host(&command), why });
            };
            facts = probe::probe(place, &base, self.limit, cancel)?;
            command = base;
        }
        let (source, place) = (candidate.source, place.clone());
        Ok(Interpreter { name: String::new(), source, place, command, facts })
    }
}

/// Candidates, each file once.
#[derive(Default)]
struct List(Vec<Candidate>);

impl List {
    fn add(&mut self, source: Source, place: Place, program: PathBuf) {
        let known = |c: &Candidate| c.place == place && c.program == program;
        if !self.0.iter().any(known) {
            self.0.push(Candidate { source, place, program });
        }
    }

    fn add_folder(&mut self, source: Source, folder: &std::path::Path) {
        for program in executables::on_host(folder) {
            self.add(source, Place::Host, program);
        }
    }

    /// Adds what is below a folder named with `--root`.
    fn add_root(&mut self, root: &std::path::Path) -> Result<()> {
        match classify(root)? {
            RootKind::FileSystem => self.add_file_system(Source::Root, root),
            RootKind::Folder => {
                for folder in roots::program_folders(root) {
                    self.add_folder(Source::Root, &folder);
                }
                Ok(())
            }
        }
    }

    fn add_file_system(&mut self, source: Source, root: &std::path::Path) -> Result<()> {
        let root = crate::request::absolute(root);
        let place = Place::Root(root.clone());
        if !place.is_open() {
            return Err(Error::RootIsClosed(root));
        }
        for program in executables::in_root(&root) {
            self.add(source, place.clone(), program);
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests;
