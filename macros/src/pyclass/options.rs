//! The options of `#[pyclass]` and of its fields.

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitStr, Path, Result, Token};

use crate::keys::{Keys, text, value};

/// What was said in `#[pyclass(…)]` and in `#[pyo3(…)]` on the struct.
#[derive(Default)]
pub(crate) struct Options {
    /// Which were given, and where.
    pub(crate) keys: Keys,
    pub(crate) name: Option<LitStr>,
    pub(crate) module: Option<LitStr>,
    pub(crate) krate: Option<Path>,
    pub(crate) extends: Option<Path>,
    pub(crate) frozen: bool,
    pub(crate) subclass: bool,
    pub(crate) dict: bool,
    pub(crate) weakref: bool,
    pub(crate) unsendable: bool,
    pub(crate) sequence: bool,
    pub(crate) mapping: bool,
    pub(crate) get_all: bool,
    pub(crate) set_all: bool,
    pub(crate) rename_all: Option<Rule>,
    pub(crate) eq: Option<Ident>,
    pub(crate) ord: Option<Ident>,
    pub(crate) hash: Option<Ident>,
    /// `str`, maybe with the text in `str = "…"`.
    pub(crate) str: Option<(Ident, Option<LitStr>)>,
    pub(crate) from_py_object: Option<Ident>,
    pub(crate) skip_from_py_object: bool,
}

const KNOWN: &str = "`name`, `module`, `crate`, `extends`, `frozen`, `subclass`, `dict`, `weakref`, `unsendable`, \
     `sequence`, `mapping`, `get_all`, `set_all`, `rename_all`, `eq`, `ord`, `hash`, `str`, `from_py_object` or \
     `skip_from_py_object`";

/// Options of PyO3's that are not there yet, and what to do instead.
const NOT_YET: [(&str, &str); 5] = [
    ("eq_int", "give the class `__int__` and `__eq__`"),
    ("freelist", "drop it: the interpreter's allocator reuses memory, too"),
    ("generic", "write `__class_getitem__` as a `#[classmethod]`"),
    ("immutable_type", "drop it, and leave the class as it is"),
    ("new", "write a function with `#[new]`"),
];

impl Options {
    /// Reads the attribute's own tokens, and takes `#[pyo3(…)]` out of `attributes`.
    pub(crate) fn take(tokens: TokenStream, attributes: &mut Vec<Attribute>) -> Result<Self> {
        let mut options = Self::default();
        options.keys = Keys::take(tokens, attributes, |key, input| options.read(key, input))?;
        options.check()?;
        Ok(options)
    }

    /// Refuses what does not go together.
    fn check(&self) -> Result<()> {
        let keys = &self.keys;
        if self.frozen {
            let message = "a `frozen` class cannot be written to; drop `set_all` or `frozen`";
            keys.refuse("set_all", message)?;
        }
        if self.eq.is_none() {
            keys.refuse("ord", "`ord` needs `eq` beside it")?;
        }
        if self.eq.is_none() || !self.frozen {
            let message = "`hash` needs `eq` and `frozen` beside it: what is equal has the same hash, and keeps it";
            keys.refuse("hash", message)?;
        }
        if self.mapping {
            let message = "a class is a `sequence` or a `mapping`, not both; drop one";
            keys.refuse("sequence", message)?;
        }
        if self.skip_from_py_object {
            let message = "`skip_from_py_object` says the opposite; drop one";
            keys.refuse("from_py_object", message)?;
        }
        Ok(())
    }

    fn read(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        match key.to_string().as_str() {
            "name" => self.name = Some(text(key, input)?),
            "module" => self.module = Some(text(key, input)?),
            "crate" => self.krate = Some(text(key, input)?.parse()?),
            "extends" => self.extends = Some(value(key, "Base", input)?),
            "frozen" => self.frozen = true,
            "subclass" => self.subclass = true,
            "dict" => self.dict = true,
            "weakref" => self.weakref = true,
            "unsendable" => self.unsendable = true,
            "sequence" => self.sequence = true,
            "mapping" => self.mapping = true,
            "get_all" => self.get_all = true,
            "set_all" => self.set_all = true,
            "rename_all" => self.rename_all = Some(Rule::parse(&text(key, input)?)?),
            "eq" => self.eq = Some(key.clone()),
            "ord" => self.ord = Some(key.clone()),
            "hash" => self.hash = Some(key.clone()),
            "str" => {
                let given = input.peek(Token![=]);
                let format = if given { Some(value(key, "\"…\"", input)?) } else { None };
                self.str = Some((key.clone(), format));
            }
            "from_py_object" => self.from_py_object = Some(key.clone()),
            "skip_from_py_object" => self.skip_from_py_object = true,
            name => {
                let message = match NOT_YET.iter().find(|(known, _)| *known == name) {
                    Some((_, instead)) => format!("`{key}` is not supported yet; {instead}"),
                    None => format!("unknown option `{key}`, expected {KNOWN}"),
                };
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

/// What was said in `#[pyo3(…)]` on a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) get: bool,
    pub(crate) set: bool,
    pub(crate) name: Option<LitStr>,
}

impl FieldOptions {
    /// Takes `#[pyo3(…)]` out of `attributes`; `class` are the options of the whole.
    pub(crate) fn take(attributes: &mut Vec<Attribute>, class: &Options) -> Result<Self> {
        let mut options = Self::default();
        let keys = Keys::take(TokenStream::new(), attributes, |key, input| {
            match key.to_string().as_str() {
                "get" => options.get = true,
                "set" => options.set = true,
                "name" => options.name = Some(text(key, input)?),
                _ => {
                    let message = format!(
                        "unknown option `{key}` of a field, expected `get`, `set` or `name`"
                    );
                    return Err(syn::Error::new(key.span(), message));
                }
            }
            Ok(())
        })?;
        for (all, key) in [(class.get_all, "get"), (class.set_all, "set")] {
            if all {
                keys.refuse(key, format!("the class has `{key}_all`; drop this `{key}`"))?;
            }
        }
        if class.frozen {
            let message = "a `frozen` class cannot be written to; drop `set` or `frozen`";
            keys.refuse("set", message)?;
        }
        options.get |= class.get_all;
        options.set |= class.set_all;
        if !options.get && !options.set {
            keys.refuse("name", "`name` of a field needs `get` or `set` beside it")?;
        }
        Ok(options)
    }
}
