//! Slots that come from traits of the struct: `eq`, `ord`, `hash` and `str`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Fields, Ident, LitStr, Member, Result, ext::IdentExt as _};

use super::options::Options;
use crate::callable::at;

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
    if let Some(eq) = &options.eq {
        let compare = match &options.ord {
            Some(ord) => Ident::new("ordered", at(ord)),
            None => Ident::new("equal", at(eq)),
        };
        slot("tp_richcompare", richcompare(class, &compare));
    }
    if let Some(option) = &options.hash {
        slot("tp_hash", hash(class, option));
    }
    if let Some((option, format)) = &options.str {
        slot("tp_str", text(class, fields, option, format.as_ref())?);
    }
    Ok(slots)
}

/// The class, where the option is written that needs something of it.
pub(super) fn class_at(class: &Ident, option: &Ident) -> Ident {
    let mut class = class.clone();
    class.set_span(option.span());
    class
}

/// `compare` is the function that does it, where the option is written that asks for it.
fn richcompare(class: &Ident, compare: &Ident) -> TokenStream {
    let here = class_at(class, compare);
    let answer = quote_spanned! {compare.span()=>
        __door::slots::#compare::<#here>(__op, __left.get(), __right.get())
    };
    quote! {
        unsafe extern "C" fn __tp_richcompare(
            __slf: *mut __door::PyObject,
            __other: *mut __door::PyObject,
            __op: __door::c_int,
        ) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    if !__door::slots::is_instance::<#class>(__py, __other) {
                        return ::core::result::Result::Ok(__door::slots::not_implemented());
                    }
                    let __left = __door::class::Shared::<#class>::new(__slf)?;
                    let __right = __door::class::Shared::<#class>::new(__other)?;
                    match #answer {
                        ::core::option::Option::Some(__answer) => {
                            __door::slots::boolean(__py, __answer)
                        }
                        ::core::option::Option::None => {
                            ::core::result::Result::Ok(__door::slots::not_implemented())
                        }
                    }
                })
            }
        }
    }
}

fn hash(class: &Ident, option: &Ident) -> TokenStream {
    let here = class_at(class, option);
    let hash = quote_spanned!(at(option)=> __door::slots::hash_of::<#here>(__self.get()));
    quote! {
        unsafe extern "C" fn __tp_hash(__slf: *mut __door::PyObject) -> __door::Py_ssize_t {
            unsafe {
                __door::trampoline::trampoline(|_| {
                    let __self = __door::class::Shared::<#class>::new(__slf)?;
                    __door::slots::hash(#hash)
                })
            }
        }
    }
}

fn text(
    class: &Ident,
    fields: &Fields,
    option: &Ident,
    format: Option<&LitStr>,
) -> Result<TokenStream> {
    let text = match format {
        None => {
            let here = class_at(class, option);
            quote_spanned!(at(option)=> __door::slots::displayed::<#here>(__self.get()))
        }
        Some(format) => formatted(fields, format)?,
    };
    Ok(quote! {
        unsafe extern "C" fn __tp_str(__slf: *mut __door::PyObject) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    let __self = __door::class::Shared::<#class>::new(__slf)?;
                    __door::slots::text(__py, &#text)
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
            return Err(syn::Error::new(
                format.span(),
                "a brace without its other half; write `{{` or `}}` for one as it is",
            ));
        };
        let (name, how) = match rest[at + 1..end].split_once(':') {
            Some((name, how)) => (name, format!("{{:{how}}}")),
            None => (&rest[at + 1..end], "{}".to_owned()),
        };
        let name = name.trim();
        let named = |member: &Member| match member {
            Member::Named(field) => field.unraw() == name,
            Member::Unnamed(index) => index.index.to_string() == name,
        };
        let Some(member) = fields.members().find(named) else {
            let message = format!("the struct has no field `{name}`; write `{{field}}`");
            return Err(syn::Error::new(format.span(), message));
        };
        arguments.push(quote!(__self.get().#member));
        plain.push_str(&how);
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    let plain = LitStr::new(&plain, format.span());
    Ok(quote!(::std::format!(#plain, #(#arguments),*)))
}
