//! The options of `#[pyclass]` and of its fields.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Path, Result, Token, ext::IdentExt as _};

/// What was said in `#[pyclass(…)]` and in `#[pyo3(…)]` on the struct.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) module: Option<LitStr>,
    pub(crate) krate: Option<Path>,
    pub(crate) extends: Option<Path>,
    pub(crate) frozen: Option<Ident>,
    pub(crate) subclass: bool,
    pub(crate) dict: bool,
    pub(crate) weakref: bool,
    pub(crate) unsendable: bool,
    pub(crate) sequence: bool,
    pub(crate) mapping: bool,
    pub(crate) get_all: bool,
    pub(crate) set_all: Option<Ident>,
    pub(crate) rename_all: Option<Rule>,
    pub(crate) eq: bool,
    pub(crate) ord: Option<Ident>,
    pub(crate) hash: Option<Ident>,
    /// `str`, or the text in `str = "…"`.
    pub(crate) str: Option<Option<LitStr>>,
    pub(crate) skip_from_py_object: bool,
}

const KNOWN: &str = "`name`, `module`, `crate`, `extends`, `frozen`, `subclass`, `dict`, `weakref`, `unsendable`, \
     `sequence`, `mapping`, `get_all`, `set_all`, `rename_all`, `eq`, `ord`, `hash`, `str`, `from_py_object` or \
     `skip_from_py_object`";

impl Options {
    /// Reads the attribute's own tokens, and takes `#[pyo3(…)]` out of `attributes`.
    pub(crate) fn take(tokens: TokenStream, attributes: &mut Vec<Attribute>) -> Result<Self> {
        let mut options = Self::default();
        let mut seen = Vec::new();
        options.add(tokens, &mut seen)?;
        for attribute in take_pyo3(attributes) {
            options.add(attribute.meta.require_list()?.tokens.clone(), &mut seen)?;
        }
        if let (Some(set), Some(_)) = (&options.set_all, &options.frozen) {
            let message = "a `frozen` class cannot be written to; drop `set_all` or `frozen`";
            return Err(syn::Error::new(set.span(), message));
        }
        if let (Some(ord), false) = (&options.ord, options.eq) {
            return Err(syn::Error::new(ord.span(), "`ord` needs `eq` beside it"));
        }
        if let Some(hash) = &options.hash
            && (!options.eq || options.frozen.is_none())
        {
            let message = "`hash` needs `eq` and `frozen` beside it: what is equal has the same hash, and keeps it";
            return Err(syn::Error::new(hash.span(), message));
        }
        if options.sequence && options.mapping {
            let message = "a class is a `sequence` or a `mapping`, not both";
            return Err(syn::Error::new(proc_macro2::Span::call_site(), message));
        }
        Ok(options)
    }

    fn add(&mut self, tokens: TokenStream, seen: &mut Vec<Ident>) -> Result<()> {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = input.call(Ident::parse_any)?;
                self.option(&key, input)?;
                if seen.contains(&key) {
                    return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
                }
                seen.push(key);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        parser.parse2(tokens)
    }

    fn option(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        match key.to_string().as_str() {
            "name" => self.name = Some(value(input)?),
            "module" => self.module = Some(value(input)?),
            "crate" => self.krate = Some(value::<LitStr>(input)?.parse()?),
            "extends" => self.extends = Some(value(input)?),
            "frozen" => self.frozen = Some(key.clone()),
            "subclass" => self.subclass = true,
            "dict" => self.dict = true,
            "weakref" => self.weakref = true,
            "unsendable" => self.unsendable = true,
            "sequence" => self.sequence = true,
            "mapping" => self.mapping = true,
            "get_all" => self.get_all = true,
            "set_all" => self.set_all = Some(key.clone()),
            "rename_all" => self.rename_all = Some(Rule::parse(&value(input)?)?),
            "eq" => self.eq = true,
            "ord" => self.ord = Some(key.clone()),
            "hash" => self.hash = Some(key.clone()),
            "str" if input.peek(Token![=]) => self.str = Some(Some(value(input)?)),
            "str" => self.str = Some(None),
            // What converts from Python by copying says so, or does not.
            "from_py_object" => {}
            "skip_from_py_object" => self.skip_from_py_object = true,
            _ => {
                let message = format!("unknown option `{key}`, expected {KNOWN}");
                return Err(syn::Error::new(key.span(), message));
            }
        }
        Ok(())
    }
}

/// How the names of fields are written in Python.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// How the first word, and how the others are written.
    words: (Case, Case),
    between: &'static str,
}

#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
    Title,
}

impl Rule {
    fn parse(name: &LitStr) -> Result<Self> {
        use Case::{Lower, Title, Upper};
        let (words, between) = match name.value().as_str() {
            "camelCase" => ((Lower, Title), ""),
            "PascalCase" => ((Title, Title), ""),
            "lowercase" => ((Lower, Lower), ""),
            "UPPERCASE" => ((Upper, Upper), ""),
            "snake_case" => ((Lower, Lower), "_"),
            "SCREAMING_SNAKE_CASE" => ((Upper, Upper), "_"),
            "kebab-case" => ((Lower, Lower), "-"),
            "SCREAMING-KEBAB-CASE" => ((Upper, Upper), "-"),
            _ => {
                let message = "expected \"camelCase\", \"kebab-case\", \"lowercase\", \"PascalCase\", \
                               \"SCREAMING-KEBAB-CASE\", \"SCREAMING_SNAKE_CASE\", \"snake_case\" or \"UPPERCASE\"";
                return Err(syn::Error::new(name.span(), message));
            }
        };
        Ok(Self { words, between })
    }

    /// The name of a field.
    pub(crate) fn apply(self, name: &str) -> String {
        let words = name.split('_').filter(|word| !word.is_empty()).enumerate();
        let words =
            words.map(|(index, word)| match if index == 0 { self.words.0 } else { self.words.1 } {
                Case::Lower => word.to_lowercase(),
                Case::Upper => word.to_uppercase(),
                Case::Title => {
                    let mut characters = word.chars();
                    let first = characters.next().into_iter().flat_map(char::to_uppercase);
                    first.chain(characters.flat_map(char::to_lowercase)).collect()
                }
            });
        words.collect::<Vec<_>>().join(self.between)
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// Takes the attributes `#[pyo3(…)]` out.
pub(crate) fn take_pyo3(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (ours, others) = core::mem::take(attributes)
        .into_iter()
        .partition(|attribute| attribute.path().is_ident("pyo3"));
    *attributes = others;
    ours
}

/// What was said in `#[pyo3(…)]` on a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) get: bool,
    pub(crate) set: Option<Ident>,
    pub(crate) name: Option<LitStr>,
}

impl FieldOptions {
    /// Takes `#[pyo3(…)]` out of `attributes`. `all` says that every field can be read or written.
    pub(crate) fn take(attributes: &mut Vec<Attribute>, all: bool) -> Result<Self> {
        let mut options = Self::default();
        for attribute in take_pyo3(attributes) {
            attribute.parse_args_with(|input: ParseStream<'_>| {
                while !input.is_empty() {
                    let key = input.call(Ident::parse_any)?;
                    match key.to_string().as_str() {
                        "get" => options.get = true,
                        "set" => options.set = Some(key.clone()),
                        "name" => options.name = Some(value(input)?),
                        _ => {
                            let message = format!(
                                "unknown option `{key}` of a field, expected `get`, `set` or `name`"
                            );
                            return Err(syn::Error::new(key.span(), message));
                        }
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            })?;
        }
        if let Some(name) = &options.name
            && !all
            && !options.get
            && options.set.is_none()
        {
            let message = "`name` of a field needs `get` or `set` beside it";
            return Err(syn::Error::new(name.span(), message));
        }
        Ok(options)
    }
}
