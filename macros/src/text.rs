//! Texts that go into C strings.

use std::ffi::CString;

use proc_macro2::{Literal, Span};
use syn::{Attribute, Expr, Lit, Meta, Result};

/// The text of the doc comments.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let Expr::Lit(literal) = &meta.value
            && let Lit::Str(text) = &literal.lit
        {
            let text = text.value();
            lines.extend(
                text.split('\n').map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()),
            );
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// A literal of a C string.
pub(crate) fn c_string(text: String, span: Span) -> Result<Literal> {
    let text =
        CString::new(text).map_err(|_| syn::Error::new(span, "a NUL cannot be in this text"))?;
    let mut literal = Literal::c_string(&text);
    literal.set_span(span);
    Ok(literal)
}
