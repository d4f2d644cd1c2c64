//! How long the table of C-API entries takes to fill.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use everypy_matrix::environment::Environment;
use everypy_matrix::found::Interpreter;
use everypy_matrix::place::Place;
use serde::{Deserialize, Serialize};

use super::cargo::Crate;
use super::interpreters::Interpreters;
use super::table::Table;
use super::{Folders, programs};

/// What filling may take, in microseconds.
const LIMIT: f64 = 200.0;

/// In how many processes, of which the best counts.
const PROCESSES: usize = 5;

/// How many libraries are loaded besides, in half of the cases.
const LIBRARIES: usize = 100;

/// Filling the table in every interpreter.
#[derive(Serialize)]
pub(super) struct Loads(Vec<Load>);

/// Filling the table in one interpreter.
#[derive(Serialize)]
struct Load {
    interpreter: String,
    label: String,
    bare: Times,
    /// With [`LIBRARIES`] other libraries in the process.
    beside: Times,
}

/// Microseconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Times {
    /// The first filling of a process, with all that belongs to it: find, identify, resolve, read the layouts.
    first: f64,
    /// The best of many later ones: find and resolve.
    best: f64,
}

/// Measures all.
pub(super) fn measure(folders: &Folders, interpreters: &Interpreters) -> anyhow::Result<Loads> {
    let build = |name: &str| {
        let folder = folders.benches.join(name);
        Crate { folder, target: folders.target.join(name), variables: Vec::new() }.build()
    };
    eprintln!("building the table");
    let files = Files {
        script: folders.benches.join("load.py"),
        library: build("table-load")?.library,
        module: build("everypy-form")?.library,
        neighbour: neighbour(folders)?,
    };
    let mut loads = Vec::new();
    for interpreter in interpreters.loaded()? {
        eprintln!("filling the table in {}", interpreter.name);
        let stage = Stage::new(&interpreter, &files)?;
        loads.push(Load {
            bare: stage.times(&interpreter, false)?,
            beside: stage.times(&interpreter, true)?,
            interpreter: interpreter.name.clone(),
            label: interpreter.facts.label(),
        });
    }
    Ok(Loads(loads))
}

/// What an interpreter needs.
struct Files {
    script: PathBuf,
    library: PathBuf,
    module: PathBuf,
    neighbour: PathBuf,
}

/// Builds a library with some symbols.
fn neighbour(folders: &Folders) -> anyhow::Result<PathBuf> {
    let source: String = (0..200)
        .map(|number| {
            format!("int everypy_bench_neighbour_{number}(void) {{ return {number}; }}\n")
        })
        .collect();
    let file = folders.target.join("neighbour.c");
    std::fs::write(&file, source)?;
    let library = file.with_extension("so");
    let mut compiler = programs::c_compiler();
    compiler.args(["-shared", "-fPIC", "-O2"]).arg(&file).arg("-o").arg(&library);
    programs::output(&mut compiler)?;
    Ok(library)
}

/// A folder in the file system of an interpreter with everything that it needs.
struct Stage {
    /// The folder, as the interpreter sees it.
    inside: PathBuf,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(interpreter: &Interpreter, files: &Files) -> anyhow::Result<Self> {
        let (parent, seen) = match &interpreter.place {
            Place::Host => (std::env::temp_dir(), std::env::temp_dir()),
            Place::Root(root) => (root.join("tmp"), PathBuf::from("/tmp")),
        };
        let folder = tempfile::Builder::new()
            .prefix("everypy-bench-")
            .tempdir_in(&parent)
            .with_context(|| format!("cannot create a folder in `{}`", parent.display()))?;
        let bring = |file: &Path, name: &str| std::fs::copy(file, folder.path().join(name));
        bring(&files.script, "load.py")?;
        bring(&files.library, "table.so")?;
        bring(&files.module, "module.so")?;
        std::fs::create_dir(folder.path().join("libraries"))?;
        for number in 0..LIBRARIES {
            // A file of its own each, or the loader takes them for one.
            bring(&files.neighbour, &format!("libraries/{number}.so"))?;
        }
        let inside = seen.join(folder.path().file_name().expect("made with a name"));
        Ok(Self { inside, _folder: folder })
    }

    fn times(&self, interpreter: &Interpreter, beside: bool) -> anyhow::Result<Times> {
        // GraalPy takes seconds to start.
        let processes = if interpreter.facts.implementation == "graalpy" { 3 } else { PROCESSES };
        let mut best = Times { first: f64::INFINITY, best: f64::INFINITY };
        for _ in 0..processes {
            let times = self.run(interpreter, beside)?;
            best.first = best.first.min(times.first);
            best.best = best.best.min(times.best);
        }
        Ok(best)
    }

    fn run(&self, interpreter: &Interpreter, beside: bool) -> anyhow::Result<Times> {
        let place = &interpreter.place;
        let environment = Environment::of_caller(place);
        let mut command =
            place.command(&interpreter.command, &self.inside, environment.variables());
        command.args(["-S", "-E", "-s", "-B", "load.py"]);
        command.arg(self.inside.join("table.so")).arg("--wake").arg(self.inside.join("module.so"));
        if beside {
            command.arg("--beside").arg(self.inside.join("libraries"));
        }
        let printed = programs::output(&mut command)?;
        serde_json::from_str(&printed).with_context(|| format!("`load.py` has printed {printed:?}"))
    }
}

impl fmt::Display for Loads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Filling the table\n")?;
        writeln!(
            f,
            "Microseconds to fill the whole table of C-API entries, at most {LIMIT}: for the first time in a process, with"
        )?;
        writeln!(
            f,
            "everything that belongs to loading; and again, finding the library and resolving all rows. In a bare interpreter"
        )?;
        writeln!(f, "and with {LIBRARIES} other libraries loaded (`RTLD_GLOBAL`).\n")?;
        let libraries = format!(">first, {LIBRARIES} libraries");
        let mut table = Table::new(&["Python", ">first", ">again", &libraries, ">again"]);
        let cell = |time: f64| {
            if time > LIMIT { format!("**{time:.0}**") } else { format!("{time:.0}") }
        };
        for Load { label, bare, beside, .. } in &self.0 {
            let times = [bare.first, bare.best, beside.first, beside.best].map(cell);
            table.row([vec![label.clone()], times.into()].concat());
        }
        write!(f, "{table}")
    }
}
