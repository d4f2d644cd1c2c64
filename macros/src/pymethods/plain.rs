//! What is in the class by its name: methods, computed attributes, class attributes, and the constructor.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{ImplItemConst, Result, Type, ext::IdentExt as _};

use super::{Items, Method, Property};
use crate::callable::{Source, at, documentation};
use crate::options::{Macro, Options};

/// A method; `receiver` is what its signature starts with.
pub(super) fn method(
    method: &Method,
    kind: TokenStream,
    receiver: Option<&str>,
    class: &Type,
    items: &mut Items,
) -> Result<()> {
    let doc = documentation(
        &method.callable,
        method.options.text_signature.as_ref(),
        receiver,
        &method.doc,
    );
    let function = method.function("method");
    let constant = method.function("definition");
    let (code, definition) =
        method.callable.definition(&function, &quote!(Self::#function), &doc)?;
    let conditions = &method.conditions;
    // The definition is a constant of the class, since it names functions of it.
    items.functions.push(quote! {
        #(#conditions)*
        #code
    });
    items.functions.push(quote! {
        #(#conditions)*
        const #constant: &'static __door::function::FunctionDef = &#definition;
    });
    items.methods.push(quote! {
        #(#conditions)*
        __door::class::Method { function: <#class>::#constant, kind: #kind }
    });
    Ok(())
}

fn passed(method: &Method) -> usize {
    method.callable.sources.iter().filter(|source| matches!(source, Source::Passed { .. })).count()
}

/// The attribute of a name, new if there is none.
fn property<'a>(method: &Method, items: &'a mut Items) -> &'a mut Property {
    let at = items.properties.iter().position(|known| known.name == method.name);
    let at = at.unwrap_or_else(|| {
        items.properties.push(Property {
            name: method.name.clone(),
            get: None,
            set: None,
            delete: None,
            doc: String::new(),
            conditions: method.conditions.clone(),
            span: method.ident.span(),
        });
        items.properties.len() - 1
    });
    &mut items.properties[at]
}

pub(super) fn getter(method: &Method, items: &mut Items) -> Result<()> {
    if passed(method) != 0 {
        let message = "a `#[getter]` takes `&self`, and `py: Python<'_>` if it wants it; to take more, write a method";
        return Err(syn::Error::new(method.ident.span(), message));
    }
    let function = method.function("get");
    let result = method.callable.result();
    let converted = method.callable.converted();
    let conditions = &method.conditions;
    items.functions.push(quote! {
        #(#conditions)*
        unsafe extern "C" fn #function(
            __slf: *mut __door::PyObject,
            _: *mut ::core::ffi::c_void,
        ) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    #result
                    #converted
                })
            }
        }
    });
    let property = property(method, items);
    if property.get.is_some() {
        let message = format!("there is another `#[getter]` of `{}`; drop one", method.name);
        return Err(syn::Error::new(method.ident.span(), message));
    }
    property.get = Some(function);
    property.doc.clone_from(&method.doc);
    Ok(())
}

pub(super) fn setter(method: &Method, items: &mut Items) -> Result<()> {
    if passed(method) != 1 {
        let message = "a `#[setter]` takes `&mut self` and one value";
        return Err(syn::Error::new(method.ident.span(), message));
    }
    let function = writer(method, "set", items);
    let property = property(method, items);
    if property.set.is_some() {
        let message = format!("there is another `#[setter]` of `{}`; drop one", method.name);
        return Err(syn::Error::new(method.ident.span(), message));
    }
    property.set = Some(function);
    if property.doc.is_empty() {
        property.doc.clone_from(&method.doc);
    }
    Ok(())
}

pub(super) fn deleter(method: &Method, items: &mut Items) -> Result<()> {
    if passed(method) != 0 {
        let message = "a `#[deleter]` takes `&mut self`, and `py: Python<'_>` if it wants it";
        return Err(syn::Error::new(method.ident.span(), message));
    }
    let function = writer(method, "delete", items);
    let property = property(method, items);
    if property.delete.is_some() {
        let message = format!("there is another `#[deleter]` of `{}`; drop one", method.name);
        return Err(syn::Error::new(method.ident.span(), message));
    }
    property.delete = Some(function);
    Ok(())
}

/// A function that sets or deletes.
fn writer(method: &Method, prefix: &str, items: &mut Items) -> syn::Ident {
    let function = method.function(prefix);
    let result = method.callable.result();
    let nothing = quote_spanned!(method.callable.output=> __door::slots::nothing(__result));
    let conditions = &method.conditions;
    items.functions.push(quote! {
        #(#conditions)*
        unsafe fn #function(
            __py: __door::Python<'_>,
            __slf: *mut __door::PyObject,
            __value: *mut __door::PyObject,
        ) -> __door::PyResult<__door::c_int> {
            unsafe {
                let (__places, __given) = (&raw const __value, 1_usize);
                #result
                #nothing
            }
        }
    });
    function
}

pub(super) fn class_attribute(method: &Method, class: &Type, items: &mut Items) -> Result<()> {
    if passed(method) != 0 {
        let message = "a `#[classattr]` takes nothing, or `py: Python<'_>`";
        return Err(syn::Error::new(method.ident.span(), message));
    }
    let function = method.function("attribute");
    let result = method.callable.result();
    let converted = method.callable.converted();
    let conditions = &method.conditions;
    let name = &method.name;
    items.functions.push(quote! {
        #(#conditions)*
        fn #function(
            __py: __door::Python<'_>,
        ) -> __door::PyResult<__door::Py<__door::PyAny>> {
            #result
            #converted
                .and_then(|__object| unsafe { __door::Py::from_owned_ptr_or_err(__py, __object) })
        }
    });
    items.attributes.push(quote! {
        #(#conditions)*
        __door::class::Attribute { name: #name, value: <#class>::#function }
    });
    Ok(())
}

/// `#[classattr] const NAME: T = …;`
pub(super) fn constant(
    constant: &mut ImplItemConst,
    class: &Type,
    index: usize,
    items: &mut Items,
) -> Result<()> {
    let before = constant.attrs.len();
    constant.attrs.retain(|attribute| !attribute.path().is_ident("classattr"));
    if constant.attrs.len() == before {
        return Ok(());
    }
    let options = Options::take(Macro::Constant, TokenStream::new(), &mut constant.attrs)?;
    let ident = &constant.ident;
    let name = match &options.name {
        Some(name) => name.value(),
        None => ident.unraw().to_string(),
    };
    let function = format_ident!("__attribute_{index}_{}", ident.unraw());
    let converted = quote_spanned! {at(&constant.ty)=>
        __door::IntoPyObjectExt::into_py_any(<#class>::#ident, __py)
    };
    items.functions.push(quote! {
        fn #function(
            __py: __door::Python<'_>,
        ) -> __door::PyResult<__door::Py<__door::PyAny>> {
            #converted
        }
    });
    items.attributes.push(quote! {
        __door::class::Attribute { name: #name, value: <#class>::#function }
    });
    Ok(())
}

/// `#[new]`: `tp_new`, and calls of the class by the vectorcall protocol.
pub(super) fn new(method: &Method, class: &Type, items: &mut Items) -> Result<()> {
    if items.single.iter().any(|(name, _)| name == "signature") {
        let message =
            "a class has one `#[new]`; give its parameters defaults, or add a `#[staticmethod]`";
        return Err(syn::Error::new(method.ident.span(), message));
    }
    let construct = method.function("construct");
    let new = method.function("new");
    let vectorcall = method.function("vectorcall");
    let sort = method.callable.sort_vector();
    let result = method.callable.result();
    let initializer = quote_spanned! {method.callable.output=>
        __door::construct::new(__result).initializer::<Self>()
    };
    items.functions.push(quote! {
        unsafe extern "C" fn #construct(
            __slf: *mut __door::PyObject,
            __args: *const *mut __door::PyObject,
            __nargs: __door::Py_ssize_t,
            __kwnames: *mut __door::PyObject,
            __all_args: *mut __door::PyObject,
            __all_kwargs: *mut __door::PyObject,
        ) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    #sort
                    #result
                    let __initializer = #initializer?;
                    let __arguments = __door::construct::arguments(__all_args, __all_kwargs);
                    __door::construct::instance::<#class>(
                        __py, __slf.cast(), __initializer, __arguments,
                    )
                })
            }
        }

        unsafe extern "C" fn #new(
            __subtype: *mut __door::PyTypeObject,
            __args: *mut __door::PyObject,
            __kwargs: *mut __door::PyObject,
        ) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    __door::construct::check_subtype::<#class>(__py, __subtype)?;
                    let mut __vector = __door::construct::Vector::new();
                    __vector.lay_out(__py, __args, __kwargs)?;
                    __door::PyResult::Ok(Self::#construct(
                        __subtype.cast(),
                        __vector.args(),
                        __vector.nargs(),
                        __vector.kwnames(),
                        __args,
                        __kwargs,
                    ))
                })
            }
        }

        unsafe extern "C" fn #vectorcall(
            __class: *mut __door::PyObject,
            __args: *const *mut __door::PyObject,
            __nargsf: usize,
            __kwnames: *mut __door::PyObject,
        ) -> *mut __door::PyObject {
            unsafe {
                __door::construct::vectorcall(
                    __class, __args, __nargsf, __kwnames, Self::#new, Self::#construct,
                )
            }
        }
    });
    items.slots.push(quote! {
        __door::class::Slot::new(__door::ffi::Py_tp_new, <#class>::#new as *const ())
    });
    let signature = match &method.options.text_signature {
        Some(None) => quote!(::core::option::Option::None),
        Some(Some(text)) => quote!(::core::option::Option::Some(#text)),
        None => {
            let text = method.callable.signature.text(None);
            quote!(::core::option::Option::Some(#text))
        }
    };
    items.single.push((format_ident!("signature"), signature));
    items.single.push((
        format_ident!("vectorcall"),
        quote!(::core::option::Option::Some(<#class>::#vectorcall)),
    ));
    Ok(())
}
