//! The options in the brackets of the attributes.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, LitBool, LitStr, Path, Result, Token, ext::IdentExt as _};

use crate::signature::Signature;

/// One option, as written.
enum Option_ {
    Name(LitStr),
    Crate(Path),
    Signature(Signature),
    TextSignature(Option<LitStr>),
    PassModule,
    GilUsed(LitBool),
    MultipleInterpreters,
    Submodule,
    Module,
}

/// What was said in the attribute and in `#[pyo3(…)]`.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) krate: Option<Path>,
    pub(crate) signature: Option<Signature>,
    /// `Some(None)` for `text_signature = None`.
    pub(crate) text_signature: Option<Option<LitStr>>,
    pub(crate) pass_module: bool,
    pub(crate) gil_used: Option<bool>,
    pub(crate) multiple_interpreters: bool,
    pub(crate) submodule: bool,
}

/// Which macro it is, and so which options there are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macro {
    Function,
    Module,
    /// A block of methods, or an associated constant.
    Methods,
    /// A method.
    Method,
}

impl Macro {
    fn known(self) -> &'static str {
        match self {
            Self::Function => "`name`, `signature`, `text_signature`, `pass_module` or `crate`",
            Self::Module => {
                "`name`, `gil_used`, `multiple_interpreters`, `submodule`, `module` or `crate`"
            }
            Self::Methods => "`name` or `crate`",
            Self::Method => "`name`, `signature` or `text_signature`",
        }
    }
}

impl Options {
    /// Reads the attribute's own tokens, and takes `#[pyo3(…)]` out of `attributes`.
    pub(crate) fn take(
        of: Macro,
        tokens: TokenStream,
        attributes: &mut Vec<Attribute>,
    ) -> Result<Self> {
        let mut options = Self::default();
        options.add(of, tokens)?;
        let mut failed = None;
        attributes.retain(|attribute| {
            if !attribute.path().is_ident("pyo3") {
                return true;
            }
            let added =
                attribute.meta.require_list().and_then(|list| options.add(of, list.tokens.clone()));
            if let Err(error) = added {
                failed.get_or_insert(error);
            }
            false
        });
        failed.map_or(Ok(options), Err)
    }

    fn add(&mut self, of: Macro, tokens: TokenStream) -> Result<()> {
        let parser = |input: ParseStream<'_>| {
            let mut options = Vec::new();
            while !input.is_empty() {
                options.push(option(of, input)?);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(options)
        };
        for (key, option) in parser.parse2(tokens)? {
            let twice = match option {
                Option_::Name(name) => self.name.replace(name).is_some(),
                Option_::Crate(path) => self.krate.replace(path).is_some(),
                Option_::Signature(signature) => self.signature.replace(signature).is_some(),
                Option_::TextSignature(text) => self.text_signature.replace(text).is_some(),
                Option_::PassModule => core::mem::replace(&mut self.pass_module, true),
                Option_::GilUsed(used) => self.gil_used.replace(used.value).is_some(),
                Option_::MultipleInterpreters => {
                    core::mem::replace(&mut self.multiple_interpreters, true)
                }
                Option_::Submodule => core::mem::replace(&mut self.submodule, true),
                Option_::Module => false,
            };
            if twice {
                return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
            }
        }
        Ok(())
    }

    /// Where the crate is.
    pub(crate) fn krate(&self) -> Path {
        self.krate.clone().unwrap_or_else(crate::krate::path)
    }
}

fn option(of: Macro, input: ParseStream<'_>) -> Result<(Ident, Option_)> {
    let key = input.call(Ident::parse_any)?;
    let function = of == Macro::Function;
    let callable = function || of == Macro::Method;
    let module = of == Macro::Module;
    let option = match key.to_string().as_str() {
        "name" => Option_::Name(value(input)?),
        "crate" => {
            let path: LitStr = value(input)?;
            Option_::Crate(path.parse()?)
        }
        "signature" if callable => Option_::Signature(value(input)?),
        "text_signature" if callable => {
            input.parse::<Token![=]>()?;
            if input.peek(LitStr) {
                Option_::TextSignature(Some(input.parse()?))
            } else {
                let none: Ident = input.parse()?;
                if none != "None" {
                    return Err(syn::Error::new(none.span(), "expected a string or `None`"));
                }
                Option_::TextSignature(None)
            }
        }
        "pass_module" if function => Option_::PassModule,
        "gil_used" if module => Option_::GilUsed(value(input)?),
        "multiple_interpreters" if module => Option_::MultipleInterpreters,
        "submodule" if module => Option_::Submodule,
        "module" if module => {
            let _: LitStr = value(input)?;
            Option_::Module
        }
        _ => {
            let message = format!("unknown option `{key}`, expected {}", of.known());
            return Err(syn::Error::new(key.span(), message));
        }
    };
    Ok((key, option))
}

fn value<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// Takes `#[pyo3(from_py_with = f)]` off a parameter.
pub(crate) fn take_from_py_with(attributes: &mut Vec<Attribute>) -> Result<Option<TokenStream>> {
    let mut convert = None;
    let mut failed = None;
    attributes.retain(|attribute| {
        if !attribute.path().is_ident("pyo3") {
            return true;
        }
        let parsed = attribute.parse_args_with(|input: ParseStream<'_>| {
            let key: Ident = input.parse()?;
            if key != "from_py_with" {
                let message = format!("unknown option `{key}`, expected `from_py_with`");
                return Err(syn::Error::new(key.span(), message));
            }
            input.parse::<Token![=]>()?;
            input.parse::<syn::Expr>()
        });
        match parsed {
            Ok(expression) => convert = Some(expression.into_token_stream()),
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
        false
    });
    failed.map_or(Ok(convert), Err)
}
