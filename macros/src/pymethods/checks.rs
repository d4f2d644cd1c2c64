//! What does not go with what a method is.

use syn::{FnArg, Ident, ReceiverKind, Result, Signature, spanned::Spanned};

use super::kind::Kind;
use super::slots::Shape;
use crate::callable::is_python;
use crate::options::Options;

/// Refuses options that mean nothing for a method of its kind.
pub(super) fn options(kind: &Kind, options: &Options) -> Result<()> {
    if matches!(kind, Kind::New { .. }) {
        let message = "a constructor is called by the name of its class; drop `name`";
        options.keys.refuse("name", message)?;
    }
    let Some((attribute, name)) = kind.attribute() else { return Ok(()) };
    for key in ["signature", "text_signature"] {
        let message = format!("a `#[{attribute}]` is not called; drop `{key}`");
        options.keys.refuse(key, message)?;
    }
    if let Some(name) = name {
        let message = format!("`#[{attribute}({name})]` is a name already; keep one");
        options.keys.refuse("name", message)?;
    }
    Ok(())
}

/// Refuses a name that nothing is left of.
pub(super) fn name(name: &str, ident: &Ident) -> Result<()> {
    if !name.is_empty() {
        return Ok(());
    }
    let message = format!(
        "nothing is left of `{ident}` for the attribute; name it, as in `#[getter(value)]`"
    );
    Err(syn::Error::new(ident.span(), message))
}

/// Refuses what a slot cannot be called with.
pub(super) fn signature(shape: Shape, signature: &Signature) -> Result<()> {
    match shape {
        Shape::Traverse => traverse(signature),
        Shape::GetBuffer | Shape::ReleaseBuffer
            if !matches!(signature.safety, syn::Safety::Unsafe(_)) =>
        {
            let ident = &signature.ident;
            let message = format!(
                "`{ident}` is passed a pointer that it must trust; write `unsafe fn {ident}`"
            );
            Err(syn::Error::new(ident.span(), message))
        }
        _ => Ok(()),
    }
}

/// `__traverse__` runs in the middle of a garbage collection: no Python, and no counting of borrows.
fn traverse(signature: &Signature) -> Result<()> {
    let mut inputs = signature.inputs.iter();
    let reads =
        |receiver: &syn::Receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
    match inputs.next() {
        Some(FnArg::Receiver(receiver)) if reads(receiver) => {}
        first => {
            let message =
                "`__traverse__` runs during a garbage collection, and only reads: write `&self`";
            let span = first.map_or(signature.ident.span(), Spanned::span);
            return Err(syn::Error::new(span, message));
        }
    }
    for input in inputs {
        if let FnArg::Typed(argument) = input
            && is_python(&argument.ty)
        {
            let message = "`__traverse__` runs during a garbage collection, and must not use Python: drop this";
            return Err(syn::Error::new(argument.span(), message));
        }
    }
    Ok(())
}
