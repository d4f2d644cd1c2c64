//! `#[pymethods]`.

mod checks;
mod kind;
mod plain;
mod slots;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{
    FnArg, Ident, ImplItem, ImplItemFn, Item, ReceiverKind, Result, Type, ext::IdentExt as _,
    spanned::Spanned,
};

use crate::callable::{Callable, Source, at, refuse, source};
use crate::options::{Macro, Options};
use crate::text::doc;
use kind::Kind;

pub(crate) const WHAT: &str = "method";

/// What the block makes of its methods.
#[derive(Default)]
pub(crate) struct Items {
    /// Functions beside the user's own.
    pub(crate) functions: Vec<TokenStream>,
    pub(crate) methods: Vec<TokenStream>,
    pub(crate) properties: Vec<Property>,
    pub(crate) slots: Vec<TokenStream>,
    pub(crate) attributes: Vec<TokenStream>,
    /// Fields of `Buffer`.
    pub(crate) buffer: Vec<(Ident, TokenStream)>,
    /// Fields of `Items` that are there once: `traverse`, `clear`, `signature`, `vectorcall`.
    pub(crate) single: Vec<(Ident, TokenStream)>,
}

/// A computed attribute.
pub(crate) struct Property {
    pub(crate) name: String,
    /// A function of C.
    pub(crate) get: Option<Ident>,
    /// Functions of Rust, which one function of C calls.
    pub(crate) set: Option<Ident>,
    pub(crate) delete: Option<Ident>,
    pub(crate) doc: String,
    pub(crate) conditions: Vec<syn::Attribute>,
    pub(crate) span: proc_macro2::Span,
}

/// A method as the user wrote it.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    /// What it is called in Python.
    pub(crate) name: String,
    pub(crate) callable: Callable,
    /// What was chosen in `#[pyo3(…)]`.
    pub(crate) options: Options,
    pub(crate) doc: String,
    pub(crate) conditions: Vec<syn::Attribute>,
    /// A number that no other method of the block has.
    pub(crate) index: usize,
}

impl Method {
    /// A name for a function of ours.
    pub(crate) fn function(&self, prefix: &str) -> Ident {
        format_ident!("__{prefix}_{}_{}", self.index, self.ident.unraw())
    }
}

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let Item::Impl(mut block) = syn::parse2(item.clone())? else {
        let message = "`#[pymethods]` goes on an `impl` block of a `#[pyclass]`";
        return Err(syn::Error::new_spanned(item, message));
    };
    let options = Options::take(Macro::Methods, tokens, &mut block.attrs)?;
    if let Some((path, _)) = &block.trait_ {
        let message = "`#[pymethods]` cannot be used on the implementation of a trait; call the trait's methods from methods of the class";
        return Err(syn::Error::new(path.span(), message));
    }
    if let Some(parameter) = block.generics.params.first() {
        let message = "a `#[pymethods]` block cannot have parameters; Python has one class, so name the types";
        return Err(syn::Error::new(parameter.span(), message));
    }
    let class = block.self_ty.clone();
    let krate = options.krate();
    let mut items = Items::default();
    let mut special = slots::Slots::default();
    let mut failed: Option<syn::Error> = None;
    let mut fail = |error: syn::Error| match &mut failed {
        Some(all) => all.combine(error),
        None => failed = Some(error),
    };
    for (index, item) in block.items.iter_mut().enumerate() {
        let done = match item {
            ImplItem::Fn(function) => method(function, &class, index, &mut items, &mut special),
            ImplItem::Const(constant) => plain::constant(constant, &class, index, &mut items),
            _ => Ok(()),
        };
        if let Err(error) = done {
            fail(error);
        }
    }
    if let Err(error) = special.finish(&class, &mut items) {
        fail(error);
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let Items { functions, methods, slots, attributes, single, .. } = &items;
    let setters = items.properties.iter().filter_map(Property::setter).collect::<Vec<_>>();
    let properties = items
        .properties
        .iter()
        .map(|property| property.tokens(&class))
        .collect::<Result<Vec<_>>>()?;
    let buffer = (!items.buffer.is_empty()).then(|| {
        let fields = ["get", "release"].map(|name| {
            let found = items.buffer.iter().find(|(field, _)| field == name);
            let value = found.map_or(quote!(::core::option::Option::None), |(_, it)| it.clone());
            let name = format_ident!("{name}");
            quote!(#name: #value)
        });
        quote!(buffer: __door::class::Buffer { #(#fields),* },)
    });
    let single = single.iter().map(|(name, value)| quote!(#name: #value));
    // A second block is an error at the name of the class, so all of this is there.
    let items_of_class = quote_spanned! {class.span()=>
        impl __door::class::OnePymethodsBlock<#class> for __door::class::Collector<#class> {
            fn items(self) -> &'static __door::class::Items {
                static __ITEMS: __door::class::Items = __door::class::Items {
                    methods: &[#(#methods),*],
                    properties: &[#(#properties),*],
                    slots: &[#(#slots),*],
                    attributes: &[#(#attributes),*],
                    #(#single,)*
                    #buffer
                    ..__door::class::Items::NONE
                };
                &__ITEMS
            }
        }
    };
    Ok(quote! {
        #block

        const _: () = {
            use #krate::impl_ as __door;
            #[allow(unused_imports, reason = "which one is needed depends on the return types")]
            use __door::construct::NewValue as _;
            #[allow(unused_imports, reason = "as above")]
            use __door::returns::{ConvertResult as _, ConvertValue as _};
            #[allow(unused_imports, reason = "as above")]
            use __door::slots::{EndlessResult as _, EndlessValue as _};

            #[doc(hidden)]
            #[allow(nonstandard_style, unused, clippy::all, reason = "made by a macro")]
            impl #class {
                #(#functions)*
                #(#setters)*
            }

            #items_of_class
        };
    })
}

impl Property {
    fn is_writable(&self) -> bool {
        self.set.is_some() || self.delete.is_some()
    }

    fn setter_name(&self) -> Ident {
        let functions = [&self.set, &self.delete];
        let own = functions.into_iter().flatten().next().expect("it can be set or deleted");
        format_ident!("__c_{own}")
    }

    /// The function of C that sets and deletes.
    fn setter(&self) -> Option<TokenStream> {
        if !self.is_writable() {
            return None;
        }
        let name = self.setter_name();
        let half = |function: &Option<Ident>, text: &str| match function {
            Some(function) => quote!(Self::#function(__py, __slf, __value)),
            None => quote!(::core::result::Result::Err(__door::slots::attribute_error(#text))),
        };
        let set = half(&self.set, "can't set attribute");
        let delete = half(&self.delete, "can't delete attribute");
        let conditions = &self.conditions;
        Some(quote! {
            #(#conditions)*
            unsafe extern "C" fn #name(
                __slf: *mut __door::PyObject,
                __value: *mut __door::PyObject,
                _: *mut ::core::ffi::c_void,
            ) -> __door::c_int {
                unsafe {
                    __door::trampoline::trampoline(|__py| {
                        if __value.is_null() { #delete } else { #set }
                    })
                }
            }
        })
    }

    fn tokens(&self, class: &Type) -> Result<TokenStream> {
        let name = crate::text::c_string(self.name.clone(), self.span)?;
        let doc = crate::text::c_string(self.doc.clone(), self.span)?;
        let option = |function: &Option<Ident>| match function {
            Some(function) => quote!(::core::option::Option::Some(<#class>::#function)),
            None => quote!(::core::option::Option::None),
        };
        let setter = self.is_writable().then(|| self.setter_name());
        let (get, set) = (option(&self.get), option(&setter));
        let conditions = &self.conditions;
        Ok(quote! {
            #(#conditions)*
            __door::class::Property { name: #name, get: #get, set: #set, doc: #doc }
        })
    }
}

/// Takes one method apart, and does with it what its attributes and its name say.
fn method(
    function: &mut ImplItemFn,
    class: &Type,
    index: usize,
    items: &mut Items,
    special: &mut slots::Slots,
) -> Result<()> {
    let kind = Kind::take(function)?;
    let mut options = Options::take(Macro::Method, TokenStream::new(), &mut function.attrs)?;
    refuse(&function.sig, WHAT)?;
    let ident = function.sig.ident.clone();
    let name = match (&options.name, kind.name(&ident)) {
        (Some(name), _) => name.value(),
        (None, name) => name,
    };
    let slot = matches!(kind, Kind::Method).then(|| slots::find(&name)).flatten();
    checks::options(&kind, &options)?;
    checks::name(&name, &ident)?;
    if let Some(slot) = &slot {
        checks::signature(slot.shape, &function.sig)?;
    }
    let (prelude, sources) = sources(function, class, &kind)?;
    let signature = options.signature.take();
    let mut callable =
        Callable::new(quote!(<#class>::#ident), sources, signature, name.clone(), &function.sig)?;
    callable.prelude = prelude;
    callable.class = Some(class.clone());
    // Methods are found in the class by descriptors, which check and count on their own.
    callable.calls_python = true;
    let conditions = function
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .cloned()
        .collect();
    let method =
        Method { ident, name, callable, options, doc: doc(&function.attrs), conditions, index };
    match (kind, slot) {
        (Kind::New { .. }, _) => plain::new(&method, class, items),
        (Kind::Method, Some(slot)) => special.add(slot, method, class, items),
        (Kind::Method | Kind::Static | Kind::Class(_), _) if method.name == "__new__" => {
            let message = "a constructor is marked `#[new]`, whatever its name";
            Err(syn::Error::new(method.ident.span(), message))
        }
        (Kind::Method, None) => plain::method(&method, quote!(0), Some("$self"), class, items),
        (Kind::Static, _) => {
            plain::method(&method, quote!(__door::ffi::METH_STATIC), None, class, items)
        }
        (Kind::Class(_), _) => {
            plain::method(&method, quote!(__door::ffi::METH_CLASS), Some("$cls"), class, items)
        }
        (Kind::Getter(_), _) => plain::getter(&method, items),
        (Kind::Setter(_), _) => plain::setter(&method, items),
        (Kind::Deleter(_), _) => plain::deleter(&method, items),
        (Kind::ClassAttribute, _) => plain::class_attribute(&method, class, items),
    }
}

/// The statements that get `self`, and what the parameters are filled with.
fn sources(
    function: &mut ImplItemFn,
    class: &Type,
    kind: &Kind,
) -> Result<(TokenStream, Vec<Source>)> {
    let mut prelude = TokenStream::new();
    let mut sources = Vec::new();
    let signature_span = function.sig.ident.span();
    let mut receiver_due = kind.receiver();
    for argument in &mut function.sig.inputs {
        match argument {
            FnArg::Receiver(receiver) => {
                if receiver_due != kind::Receiver::Instance {
                    let message = kind.no_self();
                    return Err(syn::Error::new(receiver.span(), message));
                }
                let ReceiverKind::Reference(_, _, mutability) = &receiver.kind else {
                    let message = "Python keeps the instance, so a method cannot take `self` by value; write `&self`, \
                                   `&mut self` or `slf: PyRef<'_, Self>`";
                    return Err(syn::Error::new(receiver.span(), message));
                };
                receiver_due = kind::Receiver::None;
                let span = at(receiver);
                if mutability.is_some() {
                    prelude = quote_spanned! {span=>
                        let mut __self = __door::class::Exclusive::<#class>::new(__slf)?;
                    };
                } else {
                    prelude = quote_spanned! {span=>
                        let __self = __door::class::Shared::<#class>::new(__slf)?;
                    };
                }
                sources.push(Source::Given(quote!(__self.get())));
            }
            FnArg::Typed(argument) => {
                let is_python = crate::callable::is_python(&argument.ty);
                match receiver_due {
                    kind::Receiver::Instance if !is_python => {
                        receiver_due = kind::Receiver::None;
                        let span = at(&argument.ty);
                        sources.push(Source::Given(quote_spanned! {span=>
                            __door::class::receiver::<#class, _>(__py, &raw const __slf)?
                        }));
                    }
                    kind::Receiver::Class if !is_python => {
                        receiver_due = kind::Receiver::None;
                        let span = at(&argument.ty);
                        sources.push(Source::Given(quote_spanned! {span=>
                            __door::class::class_receiver(__py, &raw const __slf)?
                        }));
                    }
                    _ => sources.push(source(argument, WHAT)?),
                }
            }
        }
    }
    match receiver_due {
        kind::Receiver::None => Ok((prelude, sources)),
        kind::Receiver::Instance => {
            let message = "a method needs `&self`, `&mut self` or `slf: PyRef<'_, Self>`; without it is a \
                           `#[staticmethod]`";
            Err(syn::Error::new(signature_span, message))
        }
        kind::Receiver::Class => {
            let message = "a `#[classmethod]` needs the class: `cls: &Bound<'_, PyType>`";
            Err(syn::Error::new(signature_span, message))
        }
    }
}
