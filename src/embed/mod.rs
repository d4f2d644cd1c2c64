//! Runs a Python inside of this program: whichever there is, or the one that is asked for.
//!
//! The program is built without a Python and linked to none. When it starts one, it looks for an interpreter, asks
//! it what it is, opens its shared library, and fills the table as a module does. So one program embeds CPython from
//! 3.7 on, with the GIL and without, and PyPy.
//!
//! With the feature `auto-initialize` the first [`Python::attach`] does that, and `EVERYPY_PYTHON` in the
//! environment chooses the interpreter:
//!
//! | `EVERYPY_PYTHON` | what is embedded |
//! |---|---|
//! | not set, `any` | the active virtual environment; `python3`, `python`, `python3.13`, `pypy3` on `PATH`; pyenv's; those in the usual places; uv's |
//! | `3.13`, `3.13t`, `>=3.9,<3.13` | the newest that there is; `t` is a build without the GIL |
//! | `pypy`, `pypy3.9`, `cpython>=3.9`, `cp311`, `pypy311-8.0.1` | that implementation |
//! | `python3.11` | that executable on `PATH` |
//! | `./.venv`, `/usr/bin/python3`, `/usr/lib/libpython3.11.so.1.0` | that virtual environment, executable or library |
//!
//! [`start`] takes the request from the program and returns an error instead of panicking:
//!
//! ```
//! use everypy::embed;
//! use everypy::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! embed::start(&">=3.7".parse()?)?;
//! let sum: i32 = Python::attach(|py| py.eval(c"1 + 2", None, None)?.extract())?;
//! assert_eq!(sum, 3);
//!
//! // A process can have one Python only.
//! let error = embed::start(&"<3.7".parse()?).unwrap_err();
//! assert!(error.to_string().contains("can have one Python only"));
//! # Ok(())
//! # }
//! ```
//!
//! The interpreter is not finalized when the program ends, but what Python code has printed is flushed. It installs no
//! signal handlers. Starting it sets the program's locale to that of the environment (`LC_CTYPE`), as Python does, and
//! should take place before other threads use it.

mod binary;
mod candidates;
mod error;
mod library;
mod probe;
mod request;
mod version;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use everypy_shims as shims;

use crate::marker::Python;
use crate::runtime::Runtime;
use crate::state;

pub use candidates::Source;
pub use error::{Error, Refusal};
pub use request::{Request, VARIABLE};
pub use version::VersionRequest;

/// An interpreter that can be embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    source: Source,
    executable: Option<PathBuf>,
    library: PathBuf,
    runtime: Option<Runtime>,
}

impl Interpreter {
    /// Finds the first interpreter that satisfies the request.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] with a reason for every candidate.
    pub fn find(request: &Request) -> Result<Self, Error> {
        let mut refusals = Vec::new();
        for candidate in Self::all(request) {
            match candidate {
                Ok(interpreter) => return Ok(interpreter),
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(Error::NotFound { request: request.clone(), refusals })
    }

    /// Every candidate for the request, in the order of preference: an interpreter, or why it is refused. Each is asked
    /// when the iterator comes to it.
    pub fn all(request: &Request) -> impl Iterator<Item = Result<Self, Refusal>> {
        let request = request.clone();
        let candidates = match request {
            // Its candidates are the executables that may belong to it.
            Request::Library(_) => Vec::new(),
            _ => candidates::of(&request),
        };
        let by_library = match &request {
            Request::Library(path) => Some(path.clone()),
            _ => None,
        };
        let asked = candidates.into_iter().map(move |candidate| {
            let interpreter = probe::ask(&candidate)?;
            match (&request, &interpreter.runtime) {
                (Request::Version(version), Some(runtime)) if !version.accepts(runtime) => {
                    Err(Refusal::new(&candidate.path, format!("it is {runtime}, not `{version}`")))
                }
                _ => Ok(interpreter),
            }
        });
        by_library.into_iter().map(|path| library::ask(&path)).chain(asked)
    }

    /// Where it was found.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Its executable, which may be that of a virtual environment.
    pub fn executable(&self) -> Option<&Path> {
        self.executable.as_deref()
    }

    /// The library that is opened.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// What it says of itself; `None` for a library that no executable uses.
    pub fn runtime(&self) -> Option<&Runtime> {
        self.runtime.as_ref()
    }

    /// Does what the interpreter's own program does with a command line (`-c CODE`, `-m MODULE`, `FILE`, …), and
    /// returns its exit status. The process should end with it: the interpreter is finalized.
    ///
    /// C API: [`Py_BytesMain`](https://docs.python.org/3/c-api/interp-lifecycle.html#c.Py_BytesMain).
    ///
    /// # Errors
    ///
    /// The process has a Python already, the library cannot be opened, or an argument contains a NUL.
    #[doc(alias = "Py_BytesMain")]
    pub fn run_command_line(
        &self,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<i32, Error> {
        let mut embedded = lock();
        if let Some(running) = running() {
            return Err(Error::Second { request: self.to_string(), running });
        }
        let program = self.executable.clone().unwrap_or_default().into_os_string();
        let arguments: Vec<OsString> = std::iter::once(program).chain(arguments).collect();
        let python = self.open().map_err(Error::Start)?;
        *embedded = Embedded::Used(self.refuse("its command line has been run"));
        // Python code runs from here on, and may end the process.
        drop(embedded);
        python.run_command_line(&arguments).map_err(|error| Error::Start(self.refuse(error)))
    }

    fn open(&self) -> Result<shims::Python, Refusal> {
        shims::Python::open(&self.library).map_err(|error| self.refuse(error))
    }

    /// What a user knows it by.
    fn named(&self) -> &Path {
        match (&self.executable, &self.runtime) {
            (Some(executable), Some(_)) => executable,
            _ => &self.library,
        }
    }

    fn refuse(&self, reason: impl fmt::Display) -> Refusal {
        Refusal::new(self.named(), reason.to_string())
    }

    /// Whether both are one installation, or one virtual environment.
    fn is(&self, other: &Self) -> bool {
        let identity = |path: &PathBuf| candidates::identity(path);
        library::same_file(&self.library, &other.library)
            && self.executable.as_ref().map(identity) == other.executable.as_ref().map(identity)
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.named().display();
        match &self.runtime {
            Some(runtime) => write!(f, "{runtime} at {path}"),
            None => write!(f, "{path}"),
        }
    }
}

/// What this process has done so far.
enum Embedded {
    /// Nothing.
    No,
    /// It runs this one.
    Yes(Interpreter),
    /// An interpreter that cannot be used any more; there is no place for another one.
    Used(Refusal),
}

static EMBEDDED: Mutex<Embedded> = Mutex::new(Embedded::No);

fn lock() -> std::sync::MutexGuard<'static, Embedded> {
    // What is in it is written last.
    EMBEDDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What runs in this process, if anything does.
fn running() -> Option<String> {
    if shims::is_loaded() {
        return Some(shims::runtime().to_string());
    }
    let python = shims::Python::find().ok()?;
    Some(match python.file() {
        Some(file) => format!("the Python of `{}`", file.display()),
        None => "another Python".to_owned(),
    })
}

/// Starts the first interpreter that satisfies the request, so that [`Python::attach`] works in every thread.
///
/// Where a Python is in the process already, it is used if it satisfies the request. A process that runs it needs
/// microseconds for that.
///
/// C API: [`Py_InitializeEx`](https://docs.python.org/3/c-api/interp-lifecycle.html#c.Py_InitializeEx).
///
/// # Errors
///
/// There is none, with the reason for every candidate; the one that is running is another one; or it does not start.
#[doc(alias = "Py_InitializeEx")]
pub fn start(request: &Request) -> Result<(), Error> {
    // Held while Python starts: nothing of ours can be called by it yet, and other threads must wait.
    let mut embedded = lock();
    if shims::is_loaded() {
        return check_running(request, &embedded);
    }
    if let Embedded::Used(refusal) = &*embedded {
        return Err(Error::Start(refusal.clone()));
    }
    if let Ok(python) = shims::Python::find() {
        let name = python.file().unwrap_or_else(|| "the Python of this process".into());
        start_opened(&python, None)
            .map_err(|error| Error::Start(Refusal::new(&name, error.to_string())))?;
        return check_running(request, &embedded);
    }
    let mut refusals = Vec::new();
    for candidate in Interpreter::all(request) {
        let opened = candidate.and_then(|interpreter| Ok((interpreter.open()?, interpreter)));
        let (python, interpreter) = match opened {
            Ok(opened) => opened,
            Err(refusal) => {
                refusals.push(refusal);
                continue;
            }
        };
        return match start_opened(&python, interpreter.executable()) {
            Ok(()) => {
                *embedded = Embedded::Yes(interpreter);
                Ok(())
            }
            Err(error) => {
                let refusal = interpreter.refuse(error);
                *embedded = Embedded::Used(refusal.clone());
                Err(Error::Start(refusal))
            }
        };
    }
    Err(Error::NotFound { request: request.clone(), refusals })
}

fn start_opened(python: &shims::Python, program: Option<&Path>) -> Result<(), shims::StartError> {
    python.start(program)?;
    // Fails only without memory. Then nothing tells when this Python ends, which matters if it is started again.
    let _ = Python::try_attach(state::enter);
    Ok(())
}

/// Whether the interpreter that is running is what is asked for.
fn check_running(request: &Request, embedded: &Embedded) -> Result<(), Error> {
    let satisfied = match request {
        Request::Any => true,
        Request::Version(version) => version.accepts(shims::runtime()),
        _ => {
            let asked = Interpreter::find(request)?;
            match (request, embedded) {
                (
                    Request::Executable(_) | Request::Environment(_) | Request::Name(_),
                    Embedded::Yes(own),
                ) => own.is(&asked),
                _ => shims::Python::find()
                    .ok()
                    .and_then(|python| python.file())
                    .is_some_and(|file| library::same_file(&file, &asked.library)),
            }
        }
    };
    let running = || shims::runtime().to_string();
    let second = || Error::Second { request: request.to_string(), running: running() };
    if satisfied { Ok(()) } else { Err(second()) }
}

/// Starts what `EVERYPY_PYTHON` asks for, unless a Python runs.
///
/// # Panics
///
/// With the error and the hint.
#[cold]
#[track_caller]
pub(crate) fn initialize() {
    if shims::is_loaded() {
        return;
    }
    if let Err(error) = Request::from_environment().and_then(|request| start(&request)) {
        panic!("{error}\nhint: {}", error.hint());
    }
}
