//! The options of functions, modules and methods.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitBool, LitStr, Path, Result};

use crate::keys::{Keys, equals, text, value};
use crate::signature::Signature;

/// What was said in the attribute and in `#[pyo3(…)]`.
#[derive(Default)]
pub(crate) struct Options {
    /// Which were given, and where.
    pub(crate) keys: Keys,
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
    /// A block of methods.
    Methods,
    /// A method.
    Method,
    /// An associated constant.
    Constant,
}

impl Macro {
    fn known(self) -> &'static str {
        match self {
            Self::Function => "`name`, `signature`, `text_signature`, `pass_module` or `crate`",
            Self::Module => {
                "`name`, `gil_used`, `multiple_interpreters`, `submodule`, `module` or `crate`"
            }
            Self::Methods => "`crate`",
            Self::Method => "`name`, `signature` or `text_signature`",
            Self::Constant => "`name`",
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
        options.keys = Keys::take(tokens, attributes, |key, input| options.read(of, key, input))?;
        Ok(options)
    }

    fn read(&mut self, of: Macro, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        let function = of == Macro::Function;
        let callable = function || of == Macro::Method;
        let module = of == Macro::Module;
        match key.to_string().as_str() {
            "name" if of != Macro::Methods => self.name = Some(text(key, input)?),
            "crate" if !matches!(of, Macro::Method | Macro::Constant) => {
                self.krate = Some(text(key, input)?.parse()?);
            }
            "signature" if callable => self.signature = Some(value(key, "(…)", input)?),
            "text_signature" if callable => {
                self.text_signature = Some(text_signature(key, input)?);
            }
            "pass_module" if function => self.pass_module = true,
            "gil_used" if module => {
                self.gil_used = Some(value::<LitBool>(key, "true", input)?.value);
            }
            "multiple_interpreters" if module => self.multiple_interpreters = true,
            "submodule" if module => self.submodule = true,
            "module" if module => drop(text(key, input)?),
            _ => {
                let message = format!("unknown option `{key}`, expected {}", of.known());
                return Err(syn::Error::new(key.span(), message));
            }
        }
        Ok(())
    }

    /// Where the crate is.
    pub(crate) fn krate(&self) -> Path {
        self.krate.clone().unwrap_or_else(crate::krate::path)
    }
}

/// A text, or `None`.
fn text_signature(key: &Ident, input: ParseStream<'_>) -> Result<Option<LitStr>> {
    let none = input.fork();
    equals(key, "\"(…)\"", &none)?;
    match none.parse::<Ident>() {
        Ok(name) if name == "None" => {
            equals(key, "\"(…)\"", input)?;
            input.parse::<Ident>().map(|_| None)
        }
        Ok(name) => Err(syn::Error::new(name.span(), "expected a string or `None`")),
        Err(_) => text(key, input).map(Some),
    }
}

/// Takes `#[pyo3(from_py_with = f)]` off a parameter.
pub(crate) fn take_from_py_with(attributes: &mut Vec<Attribute>) -> Result<Option<TokenStream>> {
    let mut convert = None;
    Keys::take(TokenStream::new(), attributes, |key, input| {
        if key != "from_py_with" {
            let message = format!("unknown option `{key}`, expected `from_py_with`");
            return Err(syn::Error::new(key.span(), message));
        }
        convert = Some(value::<syn::Expr>(key, "function", input)?.into_token_stream());
        Ok(())
    })?;
    Ok(convert)
}
