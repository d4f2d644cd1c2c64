//! Finds the Python that this code runs in and fills the table of `everypy-ffi` for it.
//!
//! [`load`] does all of it, once per process: find the interpreter's library (`find.rs`), tell what it is
//! ([`Runtime`]), read how it lays out its objects ([`Layout`]), resolve every row, put a fallback or a self-naming
//! stub where the interpreter has nothing, and freeze the table. What differs between interpreters ends here: above
//! this crate there are only rows and the functions of [`object`].
//!
//! A program that embeds has no Python yet: it opens a library ([`Python::open`]) and starts what is in it
//! ([`Python::start`]), which ends with the same loading.

pub mod class;
mod data;
mod error;
mod fallbacks;
mod fast;
mod find;
pub mod function;
mod instruments;
mod layout;
#[cfg(feature = "linked")]
mod linked;
pub mod lock;
mod missing;
pub mod module;
pub mod object;
mod references;
mod resolve;
mod runtime;
mod start;
mod thread;

pub use error::{LoadError, StartError};
pub use find::Python;
pub use layout::{Layout, layout, several_interpreters};
pub use resolve::{Resolution, resolve};
pub use runtime::{Implementation, Runtime, Version, runtime};

use std::sync::OnceLock;

/// How loading went; set once per process.
static LOADED: OnceLock<Result<(), LoadError>> = OnceLock::new();

/// Fills the table for the Python that is running in this process, if that has not been done yet.
///
/// The first call decides: later ones return its result, unless there was no Python yet.
///
/// # Errors
///
/// There is no Python in the process, it is too old, or it lacks an entry that everything needs.
pub fn load() -> Result<(), &'static LoadError> {
    static NO_PYTHON: LoadError = LoadError::NoPython;
    match LOADED.get() {
        Some(loaded) => loaded.as_ref().copied(),
        None => load_once(&Python::find().map_err(|_| &NO_PYTHON)?),
    }
}

fn load_once(python: &Python) -> Result<(), &'static LoadError> {
    LOADED.get_or_init(|| load_from(python)).as_ref().copied()
}

/// Whether the table is filled.
pub fn is_loaded() -> bool {
    matches!(LOADED.get(), Some(Ok(())))
}

/// Reports why loading failed to the Python that asked for it, as an `ImportError`, or to stderr where there is none.
pub fn raise_load_error(error: &LoadError) {
    match Python::find() {
        Ok(python) if python.raise_import_error(error) => {}
        // Nobody else is there to be told.
        _ => report(&format!("ImportError: {error}\n")),
    }
}

/// Writes to stderr: what the standard library has for it is made for many writers, and large.
#[cold]
fn report(line: &str) {
    #[cfg(unix)]
    // SAFETY: a text of this length.
    let _ = unsafe { libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), line.len()) };
    #[cfg(not(unix))]
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

fn load_from(python: &Python) -> Result<(), LoadError> {
    let instruments = instruments::wanted();
    let mut runtime = Runtime::identify(python)?;
    // What is read in place is no call, so that nobody would see it.
    runtime.fast &= instruments.is_none();
    let mut resolution = resolve(python, &runtime)?;
    let layout = Layout::read(python, &runtime)?;
    fast::set(python, &runtime);
    runtime::set(runtime);
    layout::set(layout);
    if let Some(instruments) = instruments {
        instruments.install(python, &mut resolution.addresses);
    }
    // SAFETY: `LOADED` lets one thread come here, once, before anybody can use the table; `resolve` found each address
    // under the row's own name, or chose the row's fallback or stub; instruments put code before it that calls it.
    unsafe { everypy_ffi::fill(&resolution.addresses, missing::raise) };
    Ok(())
}
