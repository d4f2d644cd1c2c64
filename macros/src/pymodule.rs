//! `#[pymodule]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, Ident, Item, ItemFn, Result, ext::IdentExt as _, spanned::Spanned};

use crate::callable::is_python;
use crate::options::{Macro, Options};
use crate::text::{c_string, doc};

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> Result<TokenStream> {
    match syn::parse2(item)? {
        Item::Fn(function) => expand_function(tokens, function),
        item => Err(syn::Error::new(
            item.span(),
            "`#[pymodule]` needs a function: `fn name(m: &Bound<'_, PyModule>) -> PyResult<()>`",
        )),
    }
}

fn expand_function(tokens: TokenStream, mut function: ItemFn) -> Result<TokenStream> {
    let options = Options::take(Macro::Module, tokens, &mut function.attrs)?;
    let krate = options.krate();
    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let span = ident.span();
    let name = match &options.name {
        Some(name) => name.value(),
        None => ident.unraw().to_string(),
    };
    let arguments = arguments(&function)?;
    if !options.submodule && syn::parse_str::<Ident>(&format!("PyInit_{name}")).is_err() {
        let span = options.name.as_ref().map_or(span, syn::LitStr::span);
        let message = format!("`import` needs an identifier, and `{name}` is none; write one");
        return Err(syn::Error::new(span, message));
    }
    let entry_points = (!options.submodule).then(|| {
        let init = format_ident!("PyInit_{name}");
        let export = format_ident!("PyModExport_{name}");
        quote! {
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn #init() -> *mut __door::PyObject {
                unsafe { __MODULE.init() }
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn #export() -> *mut __door::PySlot {
                unsafe { __MODULE.export() }
            }
        }
    });
    let gil_used = options.gil_used.unwrap_or(false);
    let multiple_interpreters = options.multiple_interpreters;
    let name = c_string(name, span)?;
    let doc = c_string(doc(&function.attrs), span)?;
    Ok(quote! {
        #function

        #[doc(hidden)]
        #[allow(unused, reason = "it is, once the module is wrapped")]
        #visibility mod #ident {
            pub enum Module {}
        }

        const _: () = {
            use #krate::impl_ as __door;

            static __MODULE: __door::pymodule::Module =
                __door::pymodule::Module::new(#name, #doc, __exec, #gil_used, #multiple_interpreters);

            impl __door::pymodule::Definition for #ident::Module {
                const DEF: &'static __door::pymodule::Module = &__MODULE;
            }

            unsafe extern "C" fn __exec(__module: *mut __door::PyObject) -> __door::c_int {
                unsafe { __door::pymodule::exec(&__MODULE, __module, |__module| #ident(#(#arguments),*)) }
            }

            #entry_points
        };
    })
}

/// What the function is called with: the module, after the token if it wants one.
fn arguments(function: &ItemFn) -> Result<Vec<TokenStream>> {
    let mut arguments = Vec::new();
    for argument in &function.sig.inputs {
        match argument {
            FnArg::Typed(argument) if arguments.is_empty() && is_python(&argument.ty) => {
                arguments.push(quote!(__module.py()));
            }
            FnArg::Typed(argument) => {
                let by_reference = matches!(&*argument.ty, syn::Type::Reference(_));
                arguments.push(if by_reference {
                    quote!(__module)
                } else {
                    quote!(::core::convert::From::from(__module))
                });
            }
            FnArg::Receiver(receiver) => {
                return Err(syn::Error::new(receiver.span(), "a module has no `self`"));
            }
        }
    }
    if arguments.is_empty() || arguments.len() > 2 {
        return Err(syn::Error::new(
            function.sig.ident.span(),
            "a module function takes the module: `fn name(m: &Bound<'_, PyModule>) -> PyResult<()>`",
        ));
    }
    Ok(arguments)
}
