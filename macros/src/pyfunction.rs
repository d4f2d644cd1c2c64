//! `#[pyfunction]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, ItemFn, Result, ext::IdentExt as _, spanned::Spanned};

use crate::callable::{Callable, Source, documentation, is_python, refuse, source};
use crate::options::{Macro, Options};
use crate::text::doc;

const WHAT: &str = "`#[pyfunction]`";

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let mut function: ItemFn = syn::parse2(item)?;
    let mut options = Options::take(Macro::Function, tokens, &mut function.attrs)?;
    refuse(&function.sig, WHAT)?;
    let sources = sources(&mut function, options.pass_module)?;
    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let name = match &options.name {
        Some(name) => name.value(),
        None => ident.unraw().to_string(),
    };
    let callable =
        Callable::new(quote!(#ident), sources, options.signature.take(), name, &function.sig)?;
    let doc =
        documentation(&callable, options.text_signature.as_ref(), None, &doc(&function.attrs));
    let (code, definition) =
        callable.definition(&format_ident!("__call"), &quote!(__call), &doc)?;
    let krate = options.krate();
    Ok(quote! {
        #function

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
                const DEF: &'static __door::function::FunctionDef = &#definition;
            }

            #code
        };
    })
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
        sources.push(if module_due && !is_python(&argument.ty) {
            module_due = false;
            Source::Given(quote!(__door::arguments::module_argument(__py, &raw const __slf)?))
        } else {
            source(argument, WHAT)?
        });
    }
    if module_due {
        let message = "`pass_module` needs a first parameter for the module, as `module: &Bound<'_, PyModule>`";
        return Err(syn::Error::new(function.sig.ident.span(), message));
    }
    Ok(sources)
}
