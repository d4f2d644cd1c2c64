//! `#[pyclass]`.

mod derived;
mod options;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Field, Fields, Ident, Item, ItemStruct, Member, Result, ext::IdentExt as _, spanned::Spanned,
};

use crate::callable::at;
use crate::text::{c_string, doc};
use options::{FieldOptions, Options};

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> Result<TokenStream> {
    match syn::parse2(item)? {
        Item::Struct(class) => expand_struct(tokens, class),
        Item::Enum(class) => Err(syn::Error::new(
            class.enum_token.span(),
            "`#[pyclass]` is not supported on an `enum` yet; use a struct with class attributes",
        )),
        item => Err(syn::Error::new(item.span(), "`#[pyclass]` goes on a `struct`")),
    }
}

fn expand_struct(tokens: TokenStream, mut class: ItemStruct) -> Result<TokenStream> {
    let options = Options::take(tokens, &mut class.attrs)?;
    if let Some(parameter) = class.generics.params.first() {
        let message = "a `#[pyclass]` cannot have type, const or lifetime parameters; Python has one class, so name \
                       the types, and hold what is borrowed by value, `Py<T>` or `Arc<T>`";
        return Err(syn::Error::new(parameter.span(), message));
    }
    let ident = class.ident.clone();
    let krate = options.krate.clone().unwrap_or_else(crate::krate::path);
    let name = match &options.name {
        Some(name) => name.value(),
        None => ident.unraw().to_string(),
    };
    let module = match &options.module {
        Some(module) => {
            let module = module.value();
            quote!(::core::option::Option::Some(#module))
        }
        None => quote!(::core::option::Option::None),
    };
    // A class needs the name of a module; without one Python calls it built in.
    let module_text = options.module.as_ref().map_or("builtins".to_owned(), syn::LitStr::value);
    let full_name = c_string(format!("{module_text}.{name}"), ident.span())?;
    let doc = doc(&class.attrs);
    let (mut functions, properties) = fields(&mut class.fields, &ident, &options)?;
    let slots = derived::slots(&ident, &class.fields, &options, &mut functions)?;
    let by_clone = (!options.skip_from_py_object)
        .then(|| quote!(impl __door::pyclass::ExtractPyClassWithClone for #ident {}));
    let can_be_copied = options.from_py_object.as_ref().map(|option| {
        let here = derived::class_at(&ident, option);
        quote_spanned! {option.span()=>
            const _: () = __door::class::can_be_copied::<#here>();
        }
    });
    let base = match &options.extends {
        Some(base) => quote!(#base),
        None => quote!(__door::PyAny),
    };
    let frozen = boolean(options.frozen);
    let thread = format_ident!("{}", if options.unsendable { "OneThread" } else { "AnyThread" });
    let Options { subclass, dict, weakref, sequence, mapping, .. } = options;
    // What extends another class needs its part, too, so a value alone is no instance.
    let into = options.extends.is_none().then(|| {
        quote! {
            impl<'py> __door::IntoPyObject<'py> for #ident {
                type Target = Self;
                type Output = __door::Bound<'py, Self>;
                type Error = __door::PyErr;

                fn into_pyobject(
                    self,
                    py: __door::Python<'py>,
                ) -> ::core::result::Result<Self::Output, Self::Error> {
                    __door::Bound::new(py, self)
                }
            }
        }
    });
    let as_base = subclass.then(|| as_base(&ident));
    let sendable = (!options.unsendable).then(|| {
        quote_spanned! {ident.span()=>
            const _: () = __door::class::can_be_sent::<#ident>();
        }
    });
    Ok(quote! {
        #class

        const _: () = {
            use #krate::impl_ as __door;
            #[allow(unused_imports, reason = "which one is needed depends on the types of the fields")]
            use __door::class::{FieldByClone as _, FieldByReference as _, FieldOfNoObject as _, OnePymethodsBlock as _};

            static __CELL: __door::pyclass::ClassCell = __door::pyclass::ClassCell::new();

            unsafe impl __door::PyTypeInfo for #ident {
                const NAME: &'static str = #name;
                const MODULE: ::core::option::Option<&'static str> = #module;

                #[inline]
                fn type_object_raw(py: __door::Python<'_>) -> *mut __door::PyTypeObject {
                    __CELL.get::<#ident>(py)
                }

                #[inline]
                fn is_type_of(object: &__door::Bound<'_, __door::PyAny>) -> bool {
                    unsafe { __door::slots::is_instance::<#ident>(object.py(), object.as_ptr()) }
                }
            }

            impl __door::DerefToPyAny for #ident {}

            impl __door::pyclass::PyClass for #ident {
                type Frozen = __door::pyclass::boolean_struct::#frozen;
            }

            impl __door::pyclass::PyClassImpl for #ident {
                type BaseType = #base;
                type Thread = __door::pyclass::#thread;

                const FULL_NAME: &'static ::core::ffi::CStr = #full_name;
                const DOC: &'static str = #doc;
                const CHOICES: __door::pyclass::Choices = __door::pyclass::Choices {
                    subclass: #subclass,
                    dict: #dict,
                    weakref: #weakref,
                    sequence: #sequence,
                    mapping: #mapping,
                };

                fn cell() -> &'static __door::pyclass::ClassCell {
                    &__CELL
                }

                fn items() -> [&'static __door::class::Items; 2] {
                    static __FIELDS: __door::class::Items = __door::class::Items {
                        properties: &[#(#properties),*],
                        slots: &[#(#slots),*],
                        ..__door::class::Items::NONE
                    };
                    [&__FIELDS, __door::class::Collector::<#ident>::new().items()]
                }
            }

            #into
            #by_clone
            #can_be_copied
            #as_base
            #sendable

            #(#functions)*
        };
    })
}

fn boolean(value: bool) -> Ident {
    format_ident!("{}", if value { "True" } else { "False" })
}

/// What others need who extend the class.
fn as_base(ident: &Ident) -> TokenStream {
    quote! {
        impl __door::pyclass::PyClassBaseType for #ident {
            type Initializer = __door::pyclass::PyClassInitializer<Self>;
            type Native =
                <<Self as __door::pyclass::PyClassImpl>::BaseType as __door::pyclass::PyClassBaseType>::Native;

            const IS_OBJECT: bool =
                <<Self as __door::pyclass::PyClassImpl>::BaseType as __door::pyclass::PyClassBaseType>::IS_OBJECT;
            const IS_OURS: bool = true;
            const COUNTS: bool = __door::class::counts::<Self>();

            #[inline(always)]
            unsafe fn users(
                object: *mut __door::PyObject,
            ) -> ::core::option::Option<*const ::core::sync::atomic::AtomicUsize> {
                unsafe { __door::class::users_of::<Self>(object) }
            }

            unsafe fn drop_contents(py: __door::Python<'_>, object: *mut __door::PyObject) {
                unsafe { __door::class::drop_contents::<Self>(py, object) }
            }

            unsafe fn visit_contents(
                object: *mut __door::PyObject,
                visit: __door::visitproc,
                arg: *mut ::core::ffi::c_void,
            ) -> __door::c_int {
                unsafe { __door::class::visit_contents::<Self>(object, visit, arg) }
            }

            unsafe fn clear_contents(
                py: __door::Python<'_>,
                object: *mut __door::PyObject,
            ) -> __door::PyResult<()> {
                unsafe { __door::class::clear_contents::<Self>(py, object) }
            }
        }
    }
}

/// The functions that read and write fields, and the attributes that are made of them.
fn fields(
    fields: &mut Fields,
    class: &Ident,
    options: &Options,
) -> Result<(Vec<TokenStream>, Vec<TokenStream>)> {
    let mut functions = Vec::new();
    let mut properties = Vec::new();
    for (index, field) in fields.iter_mut().enumerate() {
        let FieldOptions { get, set, name } = FieldOptions::take(&mut field.attrs, options)?;
        if !get && !set {
            continue;
        }
        let span = field.span();
        let name = match (name, &field.ident) {
            (Some(name), _) => name.value(),
            (None, Some(ident)) => {
                let name = ident.unraw().to_string();
                options.rename_all.map_or(name.clone(), |rule| rule.apply(&name))
            }
            (None, None) => {
                let message =
                    "a field without a name needs one for Python: `#[pyo3(get, name = \"…\")]`";
                return Err(syn::Error::new(span, message));
            }
        };
        let member = match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(index.into()),
        };
        let conditions: Vec<_> =
            field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
        let getter = format_ident!("__get_{index}");
        let setter = format_ident!("__set_{index}");
        let option = |wanted: bool, function: &Ident| {
            if wanted {
                quote!(::core::option::Option::Some(#function))
            } else {
                quote!(::core::option::Option::None)
            }
        };
        if get {
            functions.push(getter_of(field, class, &getter, &member, &conditions));
        }
        if set {
            functions.push(setter_of(field, class, &setter, &member, &name, &conditions));
        }
        let (get, set) = (option(get, &getter), option(set, &setter));
        let text = c_string(doc(&field.attrs), span)?;
        let name = c_string(name, span)?;
        properties.push(quote! {
            #(#conditions)*
            __door::class::Property { name: #name, get: #get, set: #set, doc: #text }
        });
    }
    Ok((functions, properties))
}

fn getter_of(
    field: &Field,
    class: &Ident,
    function: &Ident,
    member: &Member,
    conditions: &[&syn::Attribute],
) -> TokenStream {
    let read = quote_spanned! {at(&field.ty)=>
        (&&&__door::class::Field(&__self.get().#member)).read(__py)
    };
    quote! {
        #(#conditions)*
        unsafe extern "C" fn #function(
            __slf: *mut __door::PyObject,
            _: *mut ::core::ffi::c_void,
        ) -> *mut __door::PyObject {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    let __self = __door::class::Shared::<#class>::new(__slf)?;
                    #read
                })
            }
        }
    }
}

fn setter_of(
    field: &Field,
    class: &Ident,
    function: &Ident,
    member: &Member,
    name: &str,
    conditions: &[&syn::Attribute],
) -> TokenStream {
    let ty = &field.ty;
    let convert = quote_spanned! {at(ty)=>
        __door::arguments::argument(__py, &raw const __value, &mut __holder, #name)?
    };
    quote! {
        #(#conditions)*
        unsafe extern "C" fn #function(
            __slf: *mut __door::PyObject,
            __value: *mut __door::PyObject,
            _: *mut ::core::ffi::c_void,
        ) -> __door::c_int {
            unsafe {
                __door::trampoline::trampoline(|__py| {
                    __door::slots::not_deleted(__value)?;
                    let mut __holder = ::core::default::Default::default();
                    let __value: #ty = #convert;
                    let mut __self = __door::class::Exclusive::<#class>::new(__slf)?;
                    let __old = ::core::mem::replace(&mut __self.get().#member, __value);
                    // What was there goes after the right to write: that may run code which uses the instance.
                    ::core::mem::drop(__self);
                    ::core::mem::drop(__old);
                    ::core::result::Result::Ok(0)
                })
            }
        }
    }
}
