//! What functions, methods and constructors have in common: parameters, and how arguments get to them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    FnArg, GenericArgument, GenericParam, Ident, Pat, PatType, PathArguments, Result, ReturnType,
    Type, ext::IdentExt as _, spanned::Spanned,
};

use crate::options::take_from_py_with;
use crate::signature::{Parameter, Signature};
use crate::text::c_string;

/// What a parameter of the Rust function is filled with.
pub(crate) enum Source {
    /// The token.
    Python,
    /// Something that the caller of this module knows how to make: the module, `self`, the class.
    Given(TokenStream),
    /// What was passed, maybe converted by a function of the user's.
    Passed { name: Ident, convert: Option<TokenStream> },
}

/// Where something of the user's is, for our code that an error of the compiler is about.
pub(crate) fn at(place: &impl Spanned) -> Span {
    place.span().resolved_at(Span::call_site())
}

/// What a function must not be; `what` says what it would be.
pub(crate) fn refuse(signature: &syn::Signature, what: &str) -> Result<()> {
    if let Some(keyword) = &signature.asyncness {
        let message = format!(
            "`async fn` is not supported for a {what} yet; block on the future inside of a `fn`"
        );
        return Err(syn::Error::new(keyword.span(), message));
    }
    for parameter in &signature.generics.params {
        let kind = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(_) => {
                "type parameters; Python calls one function, so name the types"
            }
            GenericParam::Const(_) => {
                "const parameters; Python calls one function, so name the values"
            }
        };
        return Err(syn::Error::new(parameter.span(), format!("a {what} cannot have {kind}")));
    }
    Ok(())
}

/// What one parameter, which is not `self`, is filled with. Takes `#[pyo3(…)]` off it.
pub(crate) fn source(argument: &mut PatType, what: &str) -> Result<Source> {
    if let Type::ImplTrait(ty) = &*argument.ty {
        let message = format!("a {what} cannot take `impl Trait`; name the type to convert to");
        return Err(syn::Error::new(ty.span(), message));
    }
    let convert = take_from_py_with(&mut argument.attrs)?;
    if is_python(&argument.ty) {
        return Ok(Source::Python);
    }
    let Pat::Ident(name) = &*argument.pat else {
        let message =
            format!("a parameter of a {what} needs a plain name, which callers can use as keyword");
        return Err(syn::Error::new(argument.pat.span(), message));
    };
    Ok(Source::Passed { name: name.ident.clone(), convert })
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

/// Types of which nobody makes others: numbers and owned text.
const PLAIN: [&str; 20] = [
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64", "bool", "char", "String", "OsString", "PathBuf", "Duration",
];

/// Whether a type is known to borrow nothing: plain ones, and those or errors.
fn borrows_nothing(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
            let arguments = match &segment.arguments {
                PathArguments::None => return PLAIN.iter().any(|name| segment.ident == name),
                PathArguments::AngleBracketed(arguments) => &arguments.args,
                PathArguments::Parenthesized(_) => return false,
            };
            use GenericArgument::Type as Of;
            match (segment.ident.to_string().as_str(), arguments.first(), arguments.get(1)) {
                ("Option" | "Vec" | "PyResult" | "Result", Some(Of(ty)), None) => {
                    borrows_nothing(ty)
                }
                ("Result", Some(Of(ty)), Some(Of(Type::Path(error)))) => {
                    error.path.is_ident("PyErr") && borrows_nothing(ty)
                }
                _ => false,
            }
        }),
        Type::Tuple(tuple) => tuple.elems.iter().all(borrows_nothing),
        Type::Paren(inner) => borrows_nothing(&inner.elem),
        Type::Group(inner) => borrows_nothing(&inner.elem),
        _ => false,
    }
}

/// Whether a type is known to hold nothing of Python's: numbers, text and containers of these.
fn is_plain(ty: &Type) -> bool {
    const CONTAINERS: [&str; 7] =
        ["Option", "Vec", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "Cow"];
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
            let is_in = |names: &[&str]| names.iter().any(|name| segment.ident == name);
            match &segment.arguments {
                PathArguments::None => is_in(&PLAIN) || segment.ident == "str",
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
pub(crate) enum Convention {
    NoArguments,
    OneArgument,
    Fast,
    FastKeywords,
}

/// A Rust function that Python calls.
pub(crate) struct Callable {
    /// How it is called in Rust.
    pub(crate) path: TokenStream,
    /// Its parameters.
    pub(crate) sources: Vec<Source>,
    /// How it is called in Python.
    pub(crate) signature: Signature,
    /// Its name in Python.
    pub(crate) name: String,
    /// The class that it belongs to.
    pub(crate) class: Option<Type>,
    /// Where the user wrote it.
    pub(crate) span: Span,
    /// Where the user wrote what it returns.
    pub(crate) output: Span,
    /// Whether it may call Python before it returns.
    pub(crate) calls_python: bool,
    /// Whether what it returns is known to borrow nothing.
    returns_plain: bool,
    /// Statements before the call, which may fail: the right to use `self`.
    pub(crate) prelude: TokenStream,
    /// What becomes of an argument that cannot be converted.
    pub(crate) on_error: OnError,
}

/// What becomes of an argument that cannot be converted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnError {
    /// The error is raised.
    Raise,
    /// The operator returns `NotImplemented`, so that the other operand is asked.
    NotImplemented,
}

impl Callable {
    /// Puts it together; `given` is the signature that the user wrote for Python, `rust` that of the function.
    pub(crate) fn new(
        path: TokenStream,
        sources: Vec<Source>,
        given: Option<Signature>,
        name: String,
        rust: &syn::Signature,
    ) -> Result<Self> {
        let passed: Vec<Ident> = sources
            .iter()
            .filter_map(|source| match source {
                Source::Passed { name, .. } => Some(name.clone()),
                Source::Python | Source::Given(_) => None,
            })
            .collect();
        let signature = match given {
            Some(signature) => {
                check_names(&signature, &passed)?;
                signature
            }
            None => Signature::plain(passed.into_iter()),
        };
        let converts = |source: &Source| matches!(source, Source::Passed { convert: Some(_), .. });
        let calls_python = sources.iter().any(converts)
            || rust.inputs.iter().any(|argument| match argument {
                FnArg::Typed(argument) => !is_plain(&argument.ty),
                FnArg::Receiver(_) => true,
            });
        Ok(Self {
            path,
            sources,
            signature,
            name,
            class: None,
            span: rust.ident.span(),
            output: match &rust.output {
                ReturnType::Default => at(&rust.ident),
                ReturnType::Type(_, ty) => at(ty),
            },
            calls_python,
            returns_plain: match &rust.output {
                ReturnType::Default => true,
                ReturnType::Type(_, ty) => borrows_nothing(ty),
            },
            prelude: TokenStream::new(),
            on_error: OnError::Raise,
        })
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

    /// A function of C named `function`, and the expression of the definition that has it as `path`. What it is called on
    /// is `__slf`.
    pub(crate) fn definition(
        &self,
        function: &Ident,
        path: &TokenStream,
        doc: &str,
    ) -> Result<(TokenStream, TokenStream)> {
        let name = c_string(self.name.clone(), self.span)?;
        let doc = c_string(doc.to_owned(), self.span)?;
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
        let result = self.result();
        let calls_python = self.calls_python;
        let converted = self.converted();
        let code = quote! {
            #[allow(unused_unsafe, clippy::all, reason = "made by a macro")]
            unsafe extern "C" fn #function(
                __slf: *mut __door::PyObject,
                #parameters
            ) -> *mut __door::PyObject {
                unsafe {
                    __door::trampoline::trampoline(|__py| {
                        #sort
                        #result
                        #converted
                    })
                }
            }
        };
        let definition = quote! {
            __door::function::FunctionDef::#constructor(#name, #path, #doc, #calls_python)
        };
        Ok((code, definition))
    }

    /// Statements after which `__places` points at places of parameters, for a call by the vectorcall protocol in `__args`,
    /// `__nargs` and `__kwnames`. There are `__given` of them; parameters after that were not passed.
    pub(crate) fn sort_vector(&self) -> TokenStream {
        self.sort(Convention::FastKeywords)
    }

    fn sort(&self, convention: Convention) -> TokenStream {
        let signature = &self.signature;
        let kwnames = match convention {
            Convention::NoArguments => return TokenStream::new(),
            Convention::OneArgument => {
                return quote! {
                    let __places = &raw const __argument;
                    let __given = 1_usize;
                };
            }
            Convention::Fast => quote!(__door::null_mut::<__door::PyObject>()),
            Convention::FastKeywords => quote!(__kwnames),
        };
        let description = self.description();
        let count = signature.positional.len() + signature.keyword_only.len();
        let needs_rest = signature.varargs.is_some() || signature.varkeywords.is_some();
        let slow = quote! {
            __room = [__door::null_mut::<__door::PyObject>(); #count];
            let __rest = __SIGNATURE.sort(__py, __args, __nargs, #kwnames, &mut __room)?;
        };
        let body = if needs_rest {
            quote! {
                #slow
                let (__places, __given) = (__room.as_ptr(), #count);
            }
        } else {
            // Most calls pass each argument by position, and maybe leave out what has a default: then the vector is what
            // is wanted.
            let (complete, required) = (signature.positional.len(), signature.required());
            let by_position = if complete == required {
                quote!(__nargs as usize == #complete)
            } else {
                quote!((#required..=#complete).contains(&(__nargs as usize)))
            };
            let no_names = match convention {
                Convention::FastKeywords => quote!(&&__kwnames.is_null()),
                _ => quote!(),
            };
            let by_position = match &signature.keyword_only[..] {
                keyword_only
                    if keyword_only.iter().all(|parameter| parameter.default.is_some()) =>
                {
                    quote! {
                        if #by_position #no_names {
                            (__args, __nargs as usize)
                        } else
                    }
                }
                _ => quote!(),
            };
            let in_order = match convention {
                Convention::FastKeywords => quote! {
                    if !__kwnames.is_null() && __SIGNATURE.is_in_order(__py, __nargs, __kwnames) {
                        (__args, #count)
                    } else
                },
                _ => quote!(),
            };
            quote! {
                let (__places, __given) = #by_position #in_order {
                    #slow
                    (__room.as_ptr(), #count)
                };
            }
        };
        quote! {
            static __SIGNATURE: __door::arguments::Signature = #description;
            let mut __room;
            #body
        }
    }

    fn description(&self) -> TokenStream {
        let Signature { positional, positional_only, varargs, keyword_only, varkeywords } =
            &self.signature;
        let function = &self.name;
        let class = match &self.class {
            Some(class) => quote! {
                ::core::option::Option::Some(<#class as __door::PyTypeInfo>::NAME)
            },
            None => quote!(::core::option::Option::None),
        };
        let names = positional.iter().chain(keyword_only).map(Parameter::python_name);
        let count = positional.len();
        let required = self.signature.required();
        let keyword_only_required =
            keyword_only.iter().map(|parameter| parameter.default.is_none());
        let varargs = varargs.is_some();
        let varkeywords = varkeywords.is_some();
        quote! {
            __door::arguments::Signature {
                class: #class,
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

    /// Statements that call the user's function, with the right to use `self` and what holds arguments, and leave what it
    /// returns as `__result`.
    pub(crate) fn result(&self) -> TokenStream {
        let (path, prelude) = (&self.path, &self.prelude);
        let mut holders = TokenStream::new();
        let mut arguments = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            arguments.push(match source {
                Source::Python => quote!(__py),
                Source::Given(tokens) => tokens.clone(),
                Source::Passed { name, convert } => {
                    let holder = format_ident!("__holder_{index}");
                    if convert.is_none() {
                        holders
                            .extend(quote!(let mut #holder = ::core::default::Default::default();));
                    }
                    self.argument(name, convert.as_ref(), &holder)
                }
            });
        }
        let result = quote! {
            #prelude
            #holders
            let __result = #path(#(#arguments),*);
        };
        if self.returns_plain {
            // It borrows nothing, so that all is let go of before an object is made of it.
            quote!(let __result = { #result __result };)
        } else {
            result
        }
    }

    /// The object, or the error, of `__result`.
    pub(crate) fn converted(&self) -> TokenStream {
        quote_spanned! {self.output=>
            (&__door::returns::returned(&__result)).convert(__py, __result)
        }
    }

    fn argument(&self, name: &Ident, convert: Option<&TokenStream>, holder: &Ident) -> TokenStream {
        let signature = &self.signature;
        let text = name.unraw().to_string();
        if signature.varargs.as_ref() == Some(name) {
            return quote! {{
                let __args = __rest.args.as_ref().expect("a function with `*args` gets a tuple");
                __door::arguments::rest_argument(__args, &mut #holder, #text)?
            }};
        }
        if signature.varkeywords.as_ref() == Some(name) {
            return quote! {
                __door::arguments::keywords(__rest.kwargs.as_ref(), __py, &mut #holder, #text)?
            };
        }
        let mut parameters = signature.positional.iter().chain(&signature.keyword_only);
        let number = parameters
            .clone()
            .position(|parameter| parameter.name == *name)
            .expect("the names have been compared");
        let parameter = parameters.nth(number).expect("just found");
        let place = quote!(__places.add(#number));
        let span = at(name);
        match (&parameter.default, convert) {
            (None, None) => {
                let argument = quote_spanned! {span=>
                    __door::arguments::argument(__py, #place, &mut #holder, #text)
                };
                match self.on_error {
                    OnError::Raise => quote!(#argument?),
                    OnError::NotImplemented => quote! {
                        match #argument {
                            ::core::result::Result::Ok(__value) => __value,
                            // Taken, so that the result need not be kept in memory to be dropped at the end.
                            ::core::result::Result::Err(__error) => {
                                ::core::mem::drop(__error);
                                return ::core::result::Result::Ok(__door::slots::not_implemented());
                            }
                        }
                    },
                }
            }
            (None, Some(convert)) => {
                quote!(__door::arguments::argument_with(__py, #place, #text, #convert)?)
            }
            (Some(default), None) => quote! {
                if __door::arguments::was_passed(__places, #number, __given) {
                    __door::arguments::argument(__py, #place, &mut #holder, #text)?
                } else {
                    #default
                }
            },
            (Some(default), Some(convert)) => quote! {
                if __door::arguments::was_passed(__places, #number, __given) {
                    __door::arguments::argument_with(__py, #place, #text, #convert)?
                } else {
                    #default
                }
            },
        }
    }
}

/// The signature names the parameters of the function, all of them and in their order.
fn check_names(signature: &Signature, passed: &[Ident]) -> Result<()> {
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
        None => Ok(()),
    }
}

/// The text of a function's documentation, with the signature in front in the form that CPython takes off again.
///
/// `chosen` is the user's `text_signature`, and `receiver` what the signature starts with.
pub(crate) fn documentation(
    callable: &Callable,
    chosen: Option<&Option<syn::LitStr>>,
    receiver: Option<&str>,
    doc: &str,
) -> String {
    let text = match chosen {
        Some(None) => None,
        Some(Some(text)) => Some(text.value()),
        None => Some(callable.signature.text(receiver)),
    };
    match text {
        Some(text) => format!("{}{text}\n--\n\n{doc}", callable.name),
        None => doc.to_owned(),
    }
}
