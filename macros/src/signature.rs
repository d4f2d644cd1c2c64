//! `signature = (a, /, b = 1, *args, c, **kwargs)`.

use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, Lit, Result, Token, UnOp, ext::IdentExt as _, parenthesized};

/// A parameter with its default.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) default: Option<Expr>,
}

impl Parameter {
    /// Its name in Python.
    pub(crate) fn python_name(&self) -> String {
        self.name.unraw().to_string()
    }
}

/// How a function is called.
#[derive(Default)]
pub(crate) struct Signature {
    pub(crate) positional: Vec<Parameter>,
    /// How many of the positional ones come before a `/`.
    pub(crate) positional_only: usize,
    pub(crate) varargs: Option<Ident>,
    pub(crate) keyword_only: Vec<Parameter>,
    pub(crate) varkeywords: Option<Ident>,
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        parenthesized!(content in input);
        let mut signature = Self::default();
        let mut slash = false;
        let mut star = false;
        while !content.is_empty() {
            if let Some(rest) = &signature.varkeywords {
                let message = format!("nothing can follow `**{rest}`");
                return Err(content.error(message));
            }
            if content.peek(Token![/]) {
                if slash || star {
                    return Err(content.error("only one `/` is possible, and only before a `*`"));
                }
                if signature.positional.is_empty() {
                    return Err(content.error("`/` needs a parameter before it"));
                }
                content.parse::<Token![/]>()?;
                slash = true;
                signature.positional_only = signature.positional.len();
            } else if content.peek(Token![*]) {
                let first: Token![*] = content.parse()?;
                if content.peek(Token![*]) {
                    content.parse::<Token![*]>()?;
                    signature.varkeywords = Some(content.call(Ident::parse_any)?);
                } else {
                    if star {
                        return Err(syn::Error::new(first.span, "only one `*` is possible"));
                    }
                    star = true;
                    if !content.is_empty() && !content.peek(Token![,]) {
                        signature.varargs = Some(content.call(Ident::parse_any)?);
                    }
                }
            } else {
                let parameter = parameter(&content)?;
                if star {
                    signature.keyword_only.push(parameter);
                } else {
                    let after_default =
                        signature.positional.last().is_some_and(|last| last.default.is_some());
                    if after_default && parameter.default.is_none() {
                        let message =
                            "a parameter without a default cannot follow one that has a default";
                        return Err(syn::Error::new(parameter.name.span(), message));
                    }
                    signature.positional.push(parameter);
                }
            }
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        if star && signature.varargs.is_none() && signature.keyword_only.is_empty() {
            return Err(content.error("a bare `*` needs a parameter after it"));
        }
        Ok(signature)
    }
}

fn parameter(input: ParseStream<'_>) -> Result<Parameter> {
    let name = input.call(Ident::parse_any)?;
    // A type hint is for tools, and ignored here.
    if input.peek(Token![:]) {
        input.parse::<Token![:]>()?;
        input.parse::<Lit>()?;
    }
    let default = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Some(input.parse()?)
    } else {
        None
    };
    Ok(Parameter { name, default })
}

impl Signature {
    /// Every parameter positional or by keyword, and required.
    pub(crate) fn plain(names: impl Iterator<Item = Ident>) -> Self {
        let positional = names.map(|name| Parameter { name, default: None }).collect();
        Self { positional, ..Self::default() }
    }

    /// The names in the order in which the Rust function takes them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.positional
            .iter()
            .map(|parameter| &parameter.name)
            .chain(&self.varargs)
            .chain(self.keyword_only.iter().map(|parameter| &parameter.name))
            .chain(&self.varkeywords)
    }

    /// How many positional parameters have no default.
    pub(crate) fn required(&self) -> usize {
        self.positional.iter().take_while(|parameter| parameter.default.is_none()).count()
    }

    /// What `inspect.signature` reads: `(a, /, b=1, *args, c, **kwargs)`, with `...` for what is no literal.
    pub(crate) fn text(&self, receiver: Option<&str>) -> String {
        let mut parts: Vec<String> = receiver.map(str::to_owned).into_iter().collect();
        for (index, parameter) in self.positional.iter().enumerate() {
            parts.push(parameter_text(parameter));
            if index + 1 == self.positional_only {
                parts.push("/".to_owned());
            }
        }
        if let Some(name) = &self.varargs {
            parts.push(format!("*{name}"));
        } else if !self.keyword_only.is_empty() {
            parts.push("*".to_owned());
        }
        parts.extend(self.keyword_only.iter().map(parameter_text));
        if let Some(name) = &self.varkeywords {
            parts.push(format!("**{name}"));
        }
        format!("({})", parts.join(", "))
    }
}

fn parameter_text(parameter: &Parameter) -> String {
    let name = parameter.python_name();
    match &parameter.default {
        None => name,
        Some(default) => format!("{name}={}", default_text(default)),
    }
}

/// A default in Python's notation.
fn default_text(default: &Expr) -> String {
    match default {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(value) => if value.value { "True" } else { "False" }.to_owned(),
            Lit::Int(value) => value.base10_digits().to_owned(),
            Lit::Float(value) => value.base10_digits().to_owned(),
            Lit::Str(value) => python_string(&value.value()),
            Lit::Char(value) => python_string(&value.value().to_string()),
            _ => "...".to_owned(),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            match default_text(&unary.expr).as_str() {
                "..." => "...".to_owned(),
                text => format!("-{text}"),
            }
        }
        Expr::Path(path) if path.path.is_ident("None") => "None".to_owned(),
        _ => "...".to_owned(),
    }
}

fn python_string(text: &str) -> String {
    let mut quoted = "'".to_owned();
    for character in text.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            character => quoted.push(character),
        }
    }
    quoted + "'"
}
