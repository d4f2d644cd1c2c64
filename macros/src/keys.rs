//! Options as they are written: a list of `key` and of `key = value`.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Result, Token, ext::IdentExt as _};

/// The keys that were given, each once.
#[derive(Default)]
pub(crate) struct Keys(Vec<Ident>);

impl Keys {
    /// Reads the attribute's own `tokens`, and takes `#[pyo3(…)]` out of `attributes`. `read` reads what follows a key.
    pub(crate) fn take(
        tokens: TokenStream,
        attributes: &mut Vec<Attribute>,
        mut read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
    ) -> Result<Self> {
        let mut keys = Self::default();
        keys.read(tokens, &mut read)?;
        let all = core::mem::take(attributes);
        let (ours, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|it| it.path().is_ident("pyo3"));
        *attributes = others;
        for attribute in ours {
            keys.read(attribute.meta.require_list()?.tokens.clone(), &mut read)?;
        }
        Ok(keys)
    }

    fn read(
        &mut self,
        tokens: TokenStream,
        read: &mut impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
    ) -> Result<()> {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = input.call(Ident::parse_any)?;
                read(&key, input)?;
                if self.0.contains(&key) {
                    return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
                }
                self.0.push(key);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        parser.parse2(tokens)
    }

    /// Where a key was given.
    pub(crate) fn span(&self, key: &str) -> Option<Span> {
        self.0.iter().find(|known| *known == key).map(Ident::span)
    }

    /// Refuses a key, if it was given.
    pub(crate) fn refuse(&self, key: &str, message: impl core::fmt::Display) -> Result<()> {
        self.span(key).map_or(Ok(()), |span| Err(syn::Error::new(span, message)))
    }
}

/// The value after a key; `form` shows what it looks like.
pub(crate) fn value<T: Parse>(key: &Ident, form: &str, input: ParseStream<'_>) -> Result<T> {
    equals(key, form, input)?;
    input.parse()
}

/// The text after a key. Python's names and texts are C strings.
pub(crate) fn text(key: &Ident, input: ParseStream<'_>) -> Result<LitStr> {
    equals(key, "\"…\"", input)?;
    if !input.peek(LitStr) {
        return Err(input.error(format!("expected a string, as in `{key} = \"…\"`")));
    }
    let text: LitStr = input.parse()?;
    if text.value().contains('\0') {
        return Err(syn::Error::new(text.span(), format!("`{key}` cannot contain a NUL; drop it")));
    }
    Ok(text)
}

/// The `=` after a key, and that something follows it.
pub(crate) fn equals(key: &Ident, form: &str, input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if !input.is_empty() {
            return Ok(());
        }
    }
    Err(syn::Error::new(key.span(), format!("`{key}` needs a value: `{key} = {form}`")))
}
