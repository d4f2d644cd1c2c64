//! The interpreters that take part.

use everypy_matrix::cancel::Cancel;
use everypy_matrix::found::{Found, Interpreter};
use everypy_matrix::place::Place;
use everypy_matrix::request::{Request, Selection};
use everypy_matrix::search::Search;

/// The interpreters whose calls are counted when none are asked for.
const COUNTED: [&str; 5] = ["cp39", "cp311", "cp313", "cp313t", "pypy39"];

/// What was found on this machine, and what was asked for.
pub(crate) struct Interpreters {
    found: Found,
    asked: Vec<Request>,
}

impl Interpreters {
    /// Searches this machine, unless every interpreter that is asked for is named by its path.
    pub(crate) fn search(asked: &[Request]) -> anyhow::Result<Self> {
        let selection = Selection { only: asked.to_vec(), ..Selection::default() };
        let mut search = Search { paths: selection.paths().collect(), ..Search::default() };
        if selection.is_paths_only() {
            search.machine = None;
        }
        let found = search.run(&Cancel::new()).map_err(with_hint)?;
        Ok(Self { found, asked: selection.only })
    }

    /// The interpreters whose calls are counted: those asked for, else [`COUNTED`].
    pub(super) fn counted(&self) -> anyhow::Result<Vec<Interpreter>> {
        let requests = if self.asked.is_empty() {
            COUNTED.map(|name| Request::Short(name.to_owned())).to_vec()
        } else {
            self.asked.clone()
        };
        let picked = self.pick(requests)?;
        match picked.iter().find(|interpreter| interpreter.place != Place::Host) {
            Some(elsewhere) => anyhow::bail!(
                "cannot count the calls of {}: it lives in a file system of its own",
                elsewhere.facts.label()
            ),
            None => Ok(picked),
        }
    }

    /// The interpreters that the table is filled in: those asked for, else all.
    pub(crate) fn loaded(&self) -> anyhow::Result<Vec<Interpreter>> {
        self.pick(self.asked.clone())
    }

    /// The interpreter that a PyO3 module is built for where one is enough: the newest CPython with a GIL of those
    /// counted.
    pub(super) fn newest(&self) -> anyhow::Result<Interpreter> {
        let counted = self.counted()?;
        let newest = counted.into_iter().rfind(|interpreter| {
            interpreter.facts.implementation == "cpython" && !interpreter.facts.free_threaded
        });
        newest.ok_or_else(|| anyhow::anyhow!("a CPython is needed to build PyO3's module for"))
    }

    fn pick(&self, only: Vec<Request>) -> anyhow::Result<Vec<Interpreter>> {
        let selection = Selection { only, ..Selection::default() };
        selection.apply(&self.found).map_err(with_hint)
    }
}

/// Puts the advice that comes with an error below it.
fn with_hint(error: everypy_matrix::Error) -> anyhow::Error {
    match error.hint() {
        Some(hint) => anyhow::anyhow!("{error}\nhint: {hint}"),
        None => error.into(),
    }
}
