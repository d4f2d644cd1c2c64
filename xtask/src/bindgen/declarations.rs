//! What the headers of one CPython declare, as bindgen reads them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, bail};
use bindgen::callbacks::{DiscoveredItem, DiscoveredItemId, ParseCallbacks, SourceLocation, Token};

use super::search::Headers;

/// A function's parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    /// Its name, or `None` if the header gives none.
    pub(crate) name: Option<String>,
    /// Its Rust type.
    pub(crate) ty: String,
}

/// A function or a variable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Signature {
    /// A function.
    Function {
        /// Its parameters.
        parameters: Vec<Parameter>,
        /// Its return type, `()` for nothing.
        returns: String,
        /// Whether `...` comes after the parameters.
        variadic: bool,
    },
    /// A variable or an object of this type.
    Data(String),
}

impl Signature {
    /// The signature without what does not matter to a caller.
    pub(crate) fn types(&self) -> String {
        match self {
            Signature::Data(ty) => ty.clone(),
            Signature::Function { parameters, returns, variadic } => {
                let mut types: Vec<_> =
                    parameters.iter().map(|parameter| parameter.ty.as_str()).collect();
                if *variadic {
                    types.push("...");
                }
                format!("fn({}) -> {returns}", types.join(", "))
            }
        }
    }

    /// Whether Clippy finds that it has too many parameters.
    pub(crate) fn has_many_parameters(&self) -> bool {
        matches!(self, Signature::Function { parameters, variadic: false, .. } if parameters.len() > 7)
    }

    /// Takes over the names of parameters that have none here but had one in an older version.
    pub(crate) fn take_names(&mut self, older: &Signature) {
        if let (
            Signature::Function { parameters, .. },
            Signature::Function { parameters: older, .. },
        ) = (self, older)
            && parameters.len() == older.len()
        {
            for (parameter, older) in parameters.iter_mut().zip(older) {
                if parameter.name.is_none() {
                    parameter.name.clone_from(&older.name);
                }
            }
        }
    }
}

/// What is declared, by name, with the stem of the header that does it.
#[derive(Default)]
pub(crate) struct Declarations {
    /// Functions, variables and objects.
    pub(crate) symbols: BTreeMap<String, (String, Signature)>,
    /// Integer constants.
    pub(crate) constants: BTreeMap<String, (String, Constant)>,
}

/// An integer constant: a macro or a member of an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constant {
    /// Its value.
    pub(crate) value: i128,
    /// The name of its enumeration, if it has one.
    pub(crate) ty: Option<String>,
}

/// Which part of the headers to read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Api {
    /// The limited API of the headers' own version.
    Limited,
    /// The same, with the spelling that `PyArg_Parse` and the like had for `Py_ssize_t` until 3.12.
    SizeT,
    /// Everything that an extension may include.
    Full,
}

/// Headers with limited-API declarations that `Python.h` of some version does not include.
const ALSO_INCLUDED: [&str; 5] =
    ["structmember.h", "structseq.h", "frameobject.h", "pythread.h", "marshal.h"];

/// Reads what the headers declare, all of it or `only` some names.
pub(crate) fn read(
    headers: &Headers,
    api: Api,
    only: Option<&[String]>,
) -> anyhow::Result<Declarations> {
    let mut source = String::from("#include <Python.h>\n");
    for header in ALSO_INCLUDED {
        if headers.folder.join(header).is_file() {
            source += &format!("#include <{header}>\n");
        }
    }
    let files = Files::default();
    let folder = headers.folder.to_str().context("the path of the headers is not UTF-8")?;
    let beside = headers
        .folder
        .parent()
        .and_then(Path::to_str)
        .context("the headers are in the root folder")?;
    let mut builder = bindgen::Builder::default()
        .header_contents("limited.h", &source)
        .clang_arg(format!("-I{folder}"))
        // Debian keeps `pyconfig.h` beside the headers' folder; after the system's own headers, to hide none of them.
        .clang_arg(format!("-idirafter{beside}"))
        .blocklist_type("FILE|wchar_t|va_list|__va_list_tag")
        .use_core()
        .layout_tests(false)
        .generate_comments(false)
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .formatter(bindgen::Formatter::None)
        .parse_callbacks(Box::new(files.clone()));
    builder = match only {
        Some(names) => builder.allowlist_item(names.join("|")),
        None => builder.allowlist_file(format!("{}/.*", escape(folder))),
    };
    if api != Api::Full {
        builder = builder.clang_arg(format!("-DPy_LIMITED_API=0x03{:02x}0000", headers.minor));
    }
    if api == Api::SizeT {
        builder = builder.clang_arg("-DPY_SSIZE_T_CLEAN");
    }
    let bindings = builder.generate().with_context(|| {
        format!("bindgen failed on the headers of 3.{} in {folder}", headers.minor)
    })?;
    let file = syn::parse_file(&bindings.to_string()).context("cannot parse what bindgen wrote")?;
    let found = files.0.borrow();
    Reader::new(&file, &found).read(&file)
}

/// Makes a regular expression that matches `text`.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if !character.is_alphanumeric() && character != '/' {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Collects which header declares what.
#[derive(Clone, Debug, Default)]
struct Files(Rc<RefCell<BTreeMap<String, String>>>);

impl ParseCallbacks for Files {
    /// Reads `_Py_SLOT_COMPAT_VALUE(OLD, NEW)` of 3.15 as `NEW`, since bindgen expands no macros with arguments.
    fn modify_macro(&self, _name: &str, tokens: &mut Vec<Token>) {
        let spelling: Vec<&[u8]> = tokens.iter().map(|token| &*token.raw).collect();
        if let [_, b"_Py_SLOT_COMPAT_VALUE", b"(", _, b",", _, b")"] = spelling[..] {
            *tokens = vec![tokens[0].clone(), tokens[5].clone()];
        }
    }

    fn new_item_found(
        &self,
        _id: DiscoveredItemId,
        item: DiscoveredItem,
        location: Option<&SourceLocation>,
    ) {
        let (DiscoveredItem::Function { final_name }
        | DiscoveredItem::Enum { final_name }
        | DiscoveredItem::Variable { final_name }
        | DiscoveredItem::Constant { final_name }) = item
        else {
            return;
        };
        let stem = location
            .and_then(|location| location.file_name.as_deref())
            .and_then(|file| Path::new(file).file_stem()?.to_str());
        if let Some(stem) = stem {
            self.0.borrow_mut().insert(final_name, stem.to_owned());
        }
    }
}

/// The names of structs that the API knows by a typedef: `_object` is `PyObject`.
fn typedef_names(file: &syn::File) -> BTreeMap<String, String> {
    let structs: Vec<String> = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Struct(item) => Some(item.ident.to_string()),
            syn::Item::Union(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut names = BTreeMap::new();
    for item in &file.items {
        if let syn::Item::Type(alias) = item
            && let Some(target) = last_segment(&alias.ty)
            && structs.contains(&target)
        {
            names.insert(target, alias.ident.to_string());
        }
    }
    names
}

/// Turns what bindgen wrote into [`Declarations`].
struct Reader<'a> {
    files: &'a BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    function_types: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(file: &syn::File, files: &'a BTreeMap<String, String>) -> Self {
        let function_types = file
            .items
            .iter()
            .filter_map(|item| match item {
                syn::Item::Type(alias) if last_segment(&alias.ty)? == "Option" => {
                    Some(alias.ident.to_string())
                }
                _ => None,
            })
            .collect();
        Reader { files, names: typedef_names(file), function_types }
    }

    fn read(&self, file: &syn::File) -> anyhow::Result<Declarations> {
        let mut declarations = Declarations::default();
        for item in &file.items {
            match item {
                syn::Item::ForeignMod(block) => {
                    for item in &block.items {
                        let (name, signature) = match item {
                            syn::ForeignItem::Fn(item) => {
                                (item.sig.ident.to_string(), self.function(&item.sig))
                            }
                            syn::ForeignItem::Static(item) => {
                                (item.ident.to_string(), self.ty(&item.ty).map(Signature::Data))
                            }
                            _ => continue,
                        };
                        let signature =
                            signature.with_context(|| format!("cannot express `{name}`"))?;
                        let header = self.header(&name)?;
                        declarations.symbols.insert(name, (header, signature));
                    }
                }
                syn::Item::Const(item) => {
                    let name = item.ident.to_string();
                    if let Some(value) = integer(&item.expr) {
                        let ty = last_segment(&item.ty).unwrap_or_default();
                        // bindgen tells where an enumeration is, not where its members are.
                        let header = self.header(&name).or_else(|_| self.header(&ty))?;
                        let named = !matches!(ty.as_str(), "u32" | "i32" | "u64" | "i64")
                            && !ty.starts_with("_bindgen_ty_");
                        let constant = Constant { value, ty: named.then_some(ty) };
                        declarations.constants.insert(name, (header, constant));
                    }
                }
                _ => {}
            }
        }
        Ok(declarations)
    }

    fn header(&self, name: &str) -> anyhow::Result<String> {
        self.files.get(name).cloned().with_context(|| format!("which header declares `{name}`?"))
    }

    fn function(&self, signature: &syn::Signature) -> anyhow::Result<Signature> {
        let mut parameters = Vec::new();
        for (place, argument) in signature.inputs.iter().enumerate() {
            let syn::FnArg::Typed(argument) = argument else { bail!("it has a receiver") };
            let syn::Pat::Ident(pattern) = &*argument.pat else { bail!("an unknown pattern") };
            let name = pattern.ident.to_string();
            parameters.push(Parameter {
                // What bindgen calls a parameter without a name.
                name: (name != format!("arg{}", place + 1)).then_some(name),
                ty: self.ty(&argument.ty)?,
            });
        }
        Ok(Signature::Function {
            parameters,
            returns: self.returned(&signature.output)?,
            variadic: signature.variadic.is_some(),
        })
    }

    fn returned(&self, output: &syn::ReturnType) -> anyhow::Result<String> {
        match output {
            syn::ReturnType::Default => Ok("()".to_owned()),
            syn::ReturnType::Type(_, ty) => self.ty(ty),
        }
    }

    fn ty(&self, ty: &syn::Type) -> anyhow::Result<String> {
        Ok(match ty {
            // A function that never returns: the same as one that returns nothing, to a caller of a stub.
            syn::Type::Never(_) => "()".to_owned(),
            syn::Type::Ptr(pointer) => {
                let inner = self.ty(&pointer.elem)?;
                match (inner.as_str(), &pointer.mutability) {
                    // How x86-64 passes a `va_list`.
                    ("__va_list_tag", _) => "VaList".to_owned(),
                    (_, mutability) => {
                        let kind = match mutability {
                            syn::PointerMutability::Const(_) => "const",
                            syn::PointerMutability::Mut(_) => "mut",
                        };
                        format!("*{kind} {inner}")
                    }
                }
            }
            syn::Type::Array(array) => {
                let length = integer(&array.len).context("an array of unknown length")?;
                format!("[{}; {length}]", self.ty(&array.elem)?)
            }
            syn::Type::FnPtr(function) => {
                let arguments = function
                    .inputs
                    .iter()
                    .map(|argument| self.ty(&argument.ty))
                    .collect::<anyhow::Result<Vec<_>>>()?;
                let returns = match self.returned(&function.output)?.as_str() {
                    "()" => String::new(),
                    other => format!(" -> {other}"),
                };
                format!("unsafe extern \"C\" fn({}){returns}", arguments.join(", "))
            }
            syn::Type::Path(path) => {
                let segment = path.path.segments.last().context("an empty path")?;
                let name = segment.ident.to_string();
                match &segment.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => {
                        let Some(syn::GenericArgument::Type(inner)) = arguments.args.first() else {
                            bail!("a generic type")
                        };
                        format!("{name}<{}>", self.ty(inner)?)
                    }
                    _ if name == "va_list" => "VaList".to_owned(),
                    _ if name == "f64" => "c_double".to_owned(),
                    _ if self.function_types.contains(&name) => format!("Option<{name}>"),
                    _ => self.names.get(&name).cloned().unwrap_or(name),
                }
            }
            _ => bail!("an unexpected type"),
        })
    }
}

/// The last part of a path, as `c_int` of `::core::ffi::c_int`.
fn last_segment(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

/// The value of an integer literal, negated or not.
fn integer(expression: &syn::Expr) -> Option<i128> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(literal), .. }) => {
            literal.base10_parse().ok()
        }
        syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => {
            integer(expr).map(|value| -value)
        }
        _ => None,
    }
}
