//! Where the crate is that the macros' output uses.

use std::sync::OnceLock;

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::Span;
use syn::{Ident, Path, parse_quote};

/// The path of the crate, whatever a user's manifest calls it: `everypy`, or `pyo3` by renaming or by a crate of that
/// name that re-exports this one.
pub(crate) fn path() -> Path {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    let found = NAME.get_or_init(|| {
        ["everypy", "pyo3"].into_iter().find_map(|package| match crate_name(package) {
            Ok(FoundCrate::Name(name)) => Some(name),
            // The crate itself, whose examples and tests see it under its own name.
            Ok(FoundCrate::Itself) => Some(package.to_owned()),
            Err(_) => None,
        })
    });
    let name = Ident::new(found.as_deref().unwrap_or("pyo3"), Span::call_site());
    parse_quote!(::#name)
}
