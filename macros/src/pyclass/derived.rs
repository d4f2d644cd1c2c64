//! Slots that come from traits of the struct: `eq`, `ord`, `hash` and `str`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Fields, Ident, Index, LitStr, Result};

use super::options::Options;

/// The slots; their functions are added to `functions`.
pub(super) fn slots(
    class: &Ident,
    fields: &Fields,
    options: &Options,
    functions: &mut Vec<TokenStream>,
) -> Result<Vec<TokenStream>> {
    let mut slots = Vec::new();
    let mut slot = |slot: &str, function: TokenStream| {
        let id = format_ident!("Py_{slot}");
        let name = format_ident!("__{slot}");
        functions.push(function);
        slots.push(quote! {
            __door::class::Slot::new(__door::ffi::#id, #name as *const ())
        });
    };
    if options.eq {
        slot("tp_richcompare", richcompare(class, options));
    }
    if options.hash.is_some() {
        slot("tp_hash", hash(class));
    }
    if let Some(format) = &options.str {
        slot("tp_str", text(class, fields, format.as_ref())?);
    }
    Ok(slots)
}

fn richcompare(class: &Ident, options: &Options) -> TokenStream {
    let ordered = options.ord.as_ref().map(|ord| {
        quote_spanned! {ord.span()=>
            Lt => __left.get() < __right.get(),
            Le => __left.get() <= __right.get(),
            Gt => __left.get() > __right.get(),
            Ge => __left.get() >= __right.get(),
        }
    });
    let unordered = options.ord.is_none().then(|| {
        quote! {
            _ => return ::core::result::Result::Ok(__door::slots::not_implemented()),
        }
    });
    quote! {
        unsafe extern "C" fn __tp_richcompare(
            __slf: *mut __door::PyObject,
            __other: *mut __door::PyObject,
            __op: __door::c_int,
        ) -> *mut __door::PyObject {
            use __door::pyclass::CompareOp::*;
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    if !__door::slots::is_instance::<#class>(__py, __other) {
                        return ::core::result::Result::Ok(__door::slots::not_implemented());
                    }
                    let __left = __door::class::Shared::<#class>::new(__slf)?;
                    let __right = __door::class::Shared::<#class>::new(__other)?;
                    __door::slots::boolean(__py, match __door::slots::compare_op(__op) {
                        Eq => __left.get() == __right.get(),
                        Ne => __left.get() != __right.get(),
                        #ordered
                        #unordered
                    })
                })
            }
        }
    }
}

fn hash(class: &Ident) -> TokenStream {
    quote! {
        unsafe extern "C" fn __tp_hash(__slf: *mut __door::PyObject) -> __door::Py_ssize_t {
            unsafe {
                __door::trampoline::trampoline(|_| {
                    let __self = __door::class::Shared::<#class>::new(__slf)?;
                    __door::slots::hash(__door::slots::hash_of(__self.get()))
                })
            }
        }
    }
}

fn text(class: &Ident, fields: &Fields, format: Option<&LitStr>) -> Result<TokenStream> {
    let format = match format {
        None => quote!(::std::format!("{}", __self.get())),
        Some(format) => formatted(fields, format)?,
    };
    Ok(quote! {
        unsafe extern "C" fn __tp_str(__slf: *mut __door::PyObject) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    let __self = __door::class::Shared::<#class>::new(__slf)?;
                    __door::slots::text(__py, &#format)
                })
            }
        }
    })
}

/// A text whose `{field:…}` stand for fields.
fn formatted(fields: &Fields, format: &LitStr) -> Result<TokenStream> {
    let text = format.value();
    let mut plain = String::new();
    let mut arguments = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        if rest[at + 1..].starts_with(brace) {
            plain.push_str(brace);
            plain.push_str(brace);
            rest = &rest[at + 2..];
            continue;
        }
        let end = rest[at..].find('}').map(|end| at + end);
        let (Some(end), "{") = (end, brace) else {
            return Err(syn::Error::new(format.span(), "a brace without its other half"));
        };
        let (name, how) = match rest[at + 1..end].split_once(':') {
            Some((name, how)) => (name, format!("{{:{how}}}")),
            None => (&rest[at + 1..end], "{}".to_owned()),
        };
        let name = name.trim();
        let number: Option<usize> = name.parse().ok();
        let known = match number {
            Some(number) => number < fields.len() && !matches!(fields, Fields::Named(_)),
            None => fields.iter().any(|field| field.ident.as_ref().is_some_and(|it| it == name)),
        };
        if !known {
            let message = format!("the struct has no field `{name}`");
            return Err(syn::Error::new(format.span(), message));
        }
        arguments.push(match number {
            Some(number) => {
                let index = Index::from(number);
                quote!(__self.get().#index)
            }
            None => {
                let field = Ident::new(name, format.span());
                quote!(__self.get().#field)
            }
        });
        plain.push_str(&how);
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    let plain = LitStr::new(&plain, format.span());
    Ok(quote!(::std::format!(#plain, #(#arguments),*)))
}
