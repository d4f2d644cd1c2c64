//! `#[pyfunction]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{
    FnArg, GenericArgument, GenericParam, Ident, ItemFn, Pat, PathArguments, Result, Type,
    ext::IdentExt as _, spanned::Spanned,
};

use crate::options::{Macro, Options, take_from_py_with};
use crate::signature::{Parameter, Signature};
use crate::text::{c_string, doc};

/// What a parameter of the Rust function is filled with.
enum Source {
    /// The token.
    Python,
    /// The module that the function belongs to.
    Module,
    /// What was passed, maybe converted by a function of the user's.
    Passed { name: Ident, convert: Option<TokenStream> },
}

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let mut function: ItemFn = syn::parse2(item)?;
    let options = Options::take(Macro::Function, tokens, &mut function.attrs)?;
    refuse(&function)?;
    let sources = sources(&mut function, options.pass_module)?;
    let definition = Definition::new(&function, &options, sources)?.tokens()?;
    Ok(quote! {
        #function
        #definition
    })
}

/// What a function must not be.
fn refuse(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    if let Some(keyword) = &signature.asyncness {
        let message = "`async fn` is not supported by `#[pyfunction]` yet; block on the future inside of a `fn`";
        return Err(syn::Error::new(keyword.span(), message));
    }
    for parameter in &signature.generics.params {
        let message = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(_) => {
                "a `#[pyfunction]` cannot have type parameters; Python calls one function, so name the types"
            }
            GenericParam::Const(_) => {
                "a `#[pyfunction]` cannot have const parameters; Python calls one function, so name the values"
            }
        };
        return Err(syn::Error::new(parameter.span(), message));
    }
    Ok(())
}

fn sources(function: &mut ItemFn, pass_module: bool) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut module_due = pass_module;
    for argument in &mut function.sig.inputs {
        let argument = match argument {
            FnArg::Typed(argument) => argument,
            FnArg::Receiver(receiver) => {
                let message = "a `#[pyfunction]` has no `self`; methods belong in `#[pymethods]`";
                return Err(syn::Error::new(receiver.span(), message));
            }
        };
        if let Type::ImplTrait(ty) = &*argument.ty {
            let message = "a `#[pyfunction]` cannot take `impl Trait`; name the type to convert to";
            return Err(syn::Error::new(ty.span(), message));
        }
        let convert = take_from_py_with(&mut argument.attrs)?;
        if is_python(&argument.ty) {
            sources.push(Source::Python);
        } else if core::mem::take(&mut module_due) {
            sources.push(Source::Module);
        } else {
            let Pat::Ident(name) = &*argument.pat else {
                let message = "a parameter of a `#[pyfunction]` needs a plain name, which callers can use as keyword";
                return Err(syn::Error::new(argument.pat.span(), message));
            };
            sources.push(Source::Passed { name: name.ident.clone(), convert });
        }
    }
    if module_due {
        let message = "`pass_module` needs a first parameter for the module, as `module: &Bound<'_, PyModule>`";
        return Err(syn::Error::new(function.sig.ident.span(), message));
    }
    Ok(sources)
}

/// Whether a type is the token, whatever path it is written with.
pub(crate) fn is_python(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|segment| segment.ident == "Python")
        }
        _ => false,
    }
}

/// Whether a type is known to hold nothing of Python's: numbers, text and containers of these.
fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 21] = [
        "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
        "f32", "f64", "bool", "char", "str", "String", "OsString", "PathBuf", "Duration",
    ];
    const CONTAINERS: [&str; 7] =
        ["Option", "Vec", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "Cow"];
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
            let is_in = |names: &[&str]| names.iter().any(|name| segment.ident == name);
            match &segment.arguments {
                PathArguments::None => is_in(&PLAIN),
                PathArguments::AngleBracketed(arguments) => {
                    is_in(&CONTAINERS)
                        && arguments.args.iter().all(|argument| match argument {
                            GenericArgument::Type(ty) => is_plain(ty),
                            GenericArgument::Lifetime(_) => true,
                            _ => false,
                        })
                }
                PathArguments::Parenthesized(_) => false,
            }
        }),
        Type::Reference(reference) => is_plain(&reference.elem),
        Type::Slice(slice) => is_plain(&slice.elem),
        Type::Array(array) => is_plain(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        Type::Paren(inner) => is_plain(&inner.elem),
        Type::Group(inner) => is_plain(&inner.elem),
        _ => false,
    }
}

/// The four calling conventions that are used, by what a function takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Convention {
    NoArguments,
    OneArgument,
    Fast,
    FastKeywords,
}

struct Definition<'a> {
    function: &'a ItemFn,
    sources: Vec<Source>,
    signature: Signature,
    krate: syn::Path,
    name: String,
    doc: String,
    span: Span,
}

impl<'a> Definition<'a> {
    fn new(function: &'a ItemFn, options: &Options, sources: Vec<Source>) -> Result<Self> {
        let ident = &function.sig.ident;
        let span = ident.span();
        let name = match &options.name {
            Some(name) => name.value(),
            None => ident.unraw().to_string(),
        };
        let passed = || {
            sources.iter().filter_map(|source| match source {
                Source::Passed { name, .. } => Some(name.clone()),
                Source::Python | Source::Module => None,
            })
        };
        let signature = match &options.signature {
            Some(signature) => {
                check_names(signature, &passed().collect::<Vec<_>>(), span)?;
                clone_signature(signature)
            }
            None => Signature::plain(passed()),
        };
        let text = match &options.text_signature {
            Some(None) => None,
            Some(Some(text)) => Some(text.value()),
            None => Some(signature.text(None)),
        };
        let doc = doc(&function.attrs);
        // CPython takes the signature off the text when it finds this form.
        let doc = match text {
            Some(text) => format!("{name}{text}\n--\n\n{doc}"),
            None => doc,
        };
        Ok(Self { function, sources, signature, krate: options.krate(), name, doc, span })
    }

    fn convention(&self) -> Convention {
        let Signature { positional, positional_only, varargs, keyword_only, varkeywords } =
            &self.signature;
        let by_position = varargs.is_none() && varkeywords.is_none() && keyword_only.is_empty();
        if by_position && positional.is_empty() {
            Convention::NoArguments
        } else if by_position && *positional_only == positional.len() {
            match &positional[..] {
                [Parameter { default: None, .. }] => Convention::OneArgument,
                _ => Convention::Fast,
            }
        } else {
            Convention::FastKeywords
        }
    }

    fn tokens(&self) -> Result<TokenStream> {
        let Self { function, krate, span, .. } = self;
        let ident = &function.sig.ident;
        let visibility = &function.vis;
        let name = c_string(self.name.clone(), *span)?;
        let doc = c_string(self.doc.clone(), *span)?;
        let call = self.call();
        let convention = self.convention();
        let (constructor, parameters) = match convention {
            Convention::NoArguments => ("no_arguments", quote!(_: *mut __door::PyObject)),
            Convention::OneArgument => ("one_argument", quote!(__argument: *mut __door::PyObject)),
            Convention::Fast => (
                "fast",
                quote!(
                    __args: *const *mut __door::PyObject,
                    __nargs: __door::Py_ssize_t,
                ),
            ),
            Convention::FastKeywords => (
                "fast_keywords",
                quote!(
                    __args: *const *mut __door::PyObject,
                    __nargs: __door::Py_ssize_t,
                    __kwnames: *mut __door::PyObject,
                ),
            ),
        };
        let constructor = format_ident!("{constructor}");
        let sort = self.sort(convention);
        let calls_python = self.calls_python();
        Ok(quote! {
            #[doc(hidden)]
            #[allow(unused, reason = "it is, once the function is wrapped")]
            #visibility mod #ident {
                pub enum Function {}
            }

            const _: () = {
                use #krate::impl_ as __door;
                #[allow(unused_imports, reason = "which one is needed depends on the return type")]
                use __door::returns::{ConvertResult as _, ConvertValue as _};

                impl __door::function::Definition for #ident::Function {
                    const DEF: &'static __door::function::FunctionDef =
                        &__door::function::FunctionDef::#constructor(#name, __call, #doc, #calls_python);
                }

                #[allow(unused_unsafe, clippy::all, reason = "made by a macro")]
                unsafe extern "C" fn __call(
                    __module: *mut __door::PyObject,
                    #parameters
                ) -> *mut __door::PyObject {
                    unsafe {
                        __door::trampoline::trampoline(|__py| {
                            #sort
                            let __result = #call;
                            (&__door::returns::returned(&__result)).convert(__py, __result)
                        })
                    }
                }
            };
        })
    }

    /// Whether the function may call Python before it returns: it can if it gets the token or an object.
    fn calls_python(&self) -> bool {
        let converts = |source: &Source| matches!(source, Source::Passed { convert: Some(_), .. });
        self.sources.iter().any(converts)
            || self.function.sig.inputs.iter().any(|argument| match argument {
                FnArg::Typed(argument) => !is_plain(&argument.ty),
                FnArg::Receiver(_) => true,
            })
    }

    /// Statements after which `__places` points at one place per parameter.
    fn sort(&self, convention: Convention) -> TokenStream {
        let signature = &self.signature;
        let kwnames = match convention {
            Convention::NoArguments => return TokenStream::new(),
            Convention::OneArgument => return quote!(let __places = &raw const __argument;),
            Convention::Fast => quote!(__door::null_mut::<__door::PyObject>()),
            Convention::FastKeywords => quote!(__kwnames),
        };
        let description = self.description();
        let count = signature.positional.len() + signature.keyword_only.len();
        let needs_rest = signature.varargs.is_some() || signature.varkeywords.is_some();
        let slow = quote! {
            __SIGNATURE.sort(__py, __args, __nargs, #kwnames, &mut __room)?
        };
        let body = if needs_rest {
            quote! {
                let __rest = #slow;
                let __places = __room.as_ptr();
            }
        } else {
            // Most calls pass each argument by position: then the vector is what is wanted.
            let complete = signature.positional.len() as isize;
            let all_by_position = quote!(__nargs == #complete && (#kwnames).is_null());
            let in_order = quote! {
                !(#kwnames).is_null() && __SIGNATURE.is_in_order(__py, __nargs, #kwnames)
            };
            let direct = match (convention, signature.keyword_only.is_empty()) {
                (Convention::FastKeywords, true) => quote!((#all_by_position) || (#in_order)),
                (Convention::FastKeywords, false) => in_order,
                _ => all_by_position,
            };
            quote! {
                let __places = if #direct {
                    __args
                } else {
                    #slow;
                    __room.as_ptr()
                };
            }
        };
        quote! {
            static __SIGNATURE: __door::arguments::Signature = #description;
            let mut __room = [__door::null_mut::<__door::PyObject>(); #count];
            #body
        }
    }

    fn description(&self) -> TokenStream {
        let Signature { positional, positional_only, varargs, keyword_only, varkeywords } =
            &self.signature;
        let function = &self.name;
        let names = positional.iter().chain(keyword_only).map(Parameter::python_name);
        let count = positional.len();
        let required = self.signature.required();
        let keyword_only_required =
            keyword_only.iter().map(|parameter| parameter.default.is_none());
        let varargs = varargs.is_some();
        let varkeywords = varkeywords.is_some();
        quote! {
            __door::arguments::Signature {
                function: #function,
                names: &[#(#names),*],
                positional: #count,
                positional_only: #positional_only,
                required: #required,
                keyword_only_required: &[#(#keyword_only_required),*],
                varargs: #varargs,
                varkeywords: #varkeywords,
                interned: __door::arguments::Names::new(),
            }
        }
    }

    /// The call of the user's function.
    fn call(&self) -> TokenStream {
        let ident = &self.function.sig.ident;
        let arguments = self.sources.iter().map(|source| match source {
            Source::Python => quote!(__py),
            Source::Module => {
                quote!(__door::arguments::module_argument(__py, &raw const __module)?)
            }
            Source::Passed { name, convert } => self.argument(name, convert.as_ref()),
        });
        quote!(#ident(#(#arguments),*))
    }

    fn argument(&self, name: &Ident, convert: Option<&TokenStream>) -> TokenStream {
        let signature = &self.signature;
        let text = name.unraw().to_string();
        if signature.varargs.as_ref() == Some(name) {
            return quote! {{
                let __args = __rest.args.as_ref().expect("a function with `*args` gets a tuple");
                __door::arguments::rest_argument(__args, #text)?
            }};
        }
        if signature.varkeywords.as_ref() == Some(name) {
            return quote!(__door::arguments::keywords(__rest.kwargs.as_ref(), __py, #text)?);
        }
        let mut parameters = signature.positional.iter().chain(&signature.keyword_only);
        let place = parameters
            .clone()
            .position(|parameter| parameter.name == *name)
            .expect("the names have been compared");
        let parameter = parameters.nth(place).expect("just found");
        let place = quote!(__places.add(#place));
        let span = name.span();
        match (&parameter.default, convert) {
            (None, None) => {
                quote::quote_spanned!(span=> __door::arguments::argument(__py, #place, #text)?)
            }
            (None, Some(convert)) => {
                quote!(__door::arguments::argument_with(__py, #place, #text, #convert)?)
            }
            (Some(default), None) => quote! {
                match __door::arguments::optional_argument(__py, #place, #text)? {
                    ::core::option::Option::Some(__value) => __value,
                    ::core::option::Option::None => #default,
                }
            },
            (Some(default), Some(convert)) => quote! {
                if (*#place).is_null() {
                    #default
                } else {
                    __door::arguments::argument_with(__py, #place, #text, #convert)?
                }
            },
        }
    }
}

fn clone_signature(signature: &Signature) -> Signature {
    let parameters = |list: &[Parameter]| {
        list.iter()
            .map(|parameter| Parameter {
                name: parameter.name.clone(),
                default: parameter.default.clone(),
            })
            .collect()
    };
    Signature {
        positional: parameters(&signature.positional),
        positional_only: signature.positional_only,
        varargs: signature.varargs.clone(),
        keyword_only: parameters(&signature.keyword_only),
        varkeywords: signature.varkeywords.clone(),
    }
}

/// The signature names the parameters of the function, all of them and in their order.
fn check_names(signature: &Signature, passed: &[Ident], span: Span) -> Result<()> {
    let mut given = signature.names();
    for parameter in passed {
        match given.next() {
            Some(name) if name == parameter => {}
            Some(name) => {
                let message = format!(
                    "expected `{parameter}` here: the signature names the parameters in the order in which the function has them"
                );
                return Err(syn::Error::new(name.span(), message));
            }
            None => {
                let message = format!("the signature does not name the parameter `{parameter}`");
                return Err(syn::Error::new(parameter.span(), message));
            }
        }
    }
    match given.next() {
        Some(name) => {
            Err(syn::Error::new(name.span(), format!("the function has no parameter `{name}`")))
        }
        None => {
            let _ = span;
            Ok(())
        }
    }
}
