//! Finds an address for every row.

use everypy_ffi::{self as ffi, Name};

use crate::data::{self, DenyList};
use crate::error::LoadError;
use crate::fallbacks;
use crate::find::Python;
use crate::runtime::Runtime;

/// What stands for the rows on one interpreter.
pub struct Resolution {
    /// An address per row.
    pub addresses: [*const (); ffi::LEN],
    /// How many rows the interpreter itself has.
    pub real: usize,
    /// How many rows have a fallback of ours.
    pub fallbacks: usize,
    /// How many rows have nothing: a stub, or null for data.
    pub missing: usize,
}

/// What the interpreter has for a row.
#[cfg(not(feature = "linked"))]
fn address(python: &Python, _row: usize, name: Name<'_>) -> Option<*const ()> {
    python.named(name)
}

/// What the linker has bound a row to, or else what the interpreter has.
#[cfg(feature = "linked")]
fn address(python: &Python, row: usize, name: Name<'_>) -> Option<*const ()> {
    crate::linked::find(row).or_else(|| python.named(name))
}

/// Finds an address for every row on `python`, without touching the table.
///
/// # Errors
///
/// [`LoadError::MissingRow`] for the first row that is not there although it must be.
pub fn resolve(python: &Python, runtime: &Runtime) -> Result<Resolution, LoadError> {
    let denied = DenyList::of(runtime);
    let mut resolution =
        Resolution { addresses: [core::ptr::null(); ffi::LEN], real: 0, fallbacks: 0, missing: 0 };
    let mut names = ffi::Names::new();
    let mut stubs = 0;
    for row in 0..ffi::LEN {
        let Some((name, _)) = names.advance() else { break };
        let traits = ffi::traits(row);
        let data = traits.failure == ffi::Failure::Data;
        let exported =
            if denied.has(row, traits.since) { None } else { address(python, row, name) };
        let stub = stubs;
        stubs += usize::from(traits.has_stub());
        let usable =
            exported.filter(|address| !data || data::is_initialised(runtime, name.text, *address));
        resolution.addresses[row] = if let Some(address) = usable {
            resolution.real += 1;
            address
        } else if let Some(fallback) = fallbacks::find(row) {
            resolution.fallbacks += 1;
            fallback
        } else if let Some(address) = data::elsewhere(python, name.text) {
            resolution.fallbacks += 1;
            address
        } else if traits.required && exported.is_none() {
            let name = name.text.to_string_lossy().into_owned();
            return Err(LoadError::MissingRow { name, running: runtime.to_string() });
        } else {
            resolution.missing += 1;
            if data { core::ptr::null() } else { ffi::stub(row, stub) }
        };
    }
    Ok(resolution)
}
