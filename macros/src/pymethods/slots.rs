//! Methods that are slots: `__repr__`, `__add__` and their like.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Result, Type};

use super::{Items, Method};
use crate::callable::{OnError, Source};

/// How a slot is called and what it returns. Where more than one method makes up a slot, the method's part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// `f(self) -> object`.
    Unary,
    /// `f(self) -> int`, as `__hash__`.
    Hash,
    /// `f(self) -> length`.
    Length,
    /// `f(self) -> bool`.
    Truth,
    /// `__next__`.
    Next,
    /// `__anext__`.
    NextAwaitable,
    /// `f(self, x) -> object`, which raises.
    Binary,
    /// `f(self, index) -> object`.
    Repeat,
    /// `f(self, x) -> bool`.
    Contains,
    /// `__get__`.
    Get,
    /// `f(self, key, value)` of a slot that also deletes.
    Set,
    /// `f(self, key)` of a slot that also sets.
    Delete,
    /// `__add__` and its like.
    Operator,
    /// `__radd__` and its like.
    Reflected,
    /// `__pow__`.
    Power,
    /// `__rpow__`.
    ReflectedPower,
    /// `__iadd__` and its like.
    InPlace,
    /// `__ipow__`.
    InPlacePower,
    /// `__lt__` and its like.
    Compare,
    /// `__richcmp__`.
    RichCompare,
    /// `__getattribute__`.
    GetAttribute,
    /// `__getattr__`.
    GetMissingAttribute,
    /// `__call__`.
    Call,
    /// `__init__`.
    Init,
    /// `__traverse__`.
    Traverse,
    /// `__clear__`.
    Clear,
    /// `__getbuffer__`.
    GetBuffer,
    /// `__releasebuffer__`.
    ReleaseBuffer,
}

/// A method that is (part of) a slot: the slot's name in C, without `Py_`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    slot: &'static str,
    pub(super) shape: Shape,
}

/// The slot of a method's name in Python.
pub(super) fn find(name: &str) -> Option<Slot> {
    use Shape as S;
    let inner = name.strip_prefix("__")?.strip_suffix("__")?;
    let of = |slot, shape| Some(Slot { slot, shape });
    match inner {
        "repr" => of("tp_repr", S::Unary),
        "str" => of("tp_str", S::Unary),
        "iter" => of("tp_iter", S::Unary),
        "await" => of("am_await", S::Unary),
        "aiter" => of("am_aiter", S::Unary),
        "anext" => of("am_anext", S::NextAwaitable),
        "neg" => of("nb_negative", S::Unary),
        "pos" => of("nb_positive", S::Unary),
        "abs" => of("nb_absolute", S::Unary),
        "invert" => of("nb_invert", S::Unary),
        "int" => of("nb_int", S::Unary),
        "float" => of("nb_float", S::Unary),
        "index" => of("nb_index", S::Unary),
        "hash" => of("tp_hash", S::Hash),
        "len" => of("mp_length", S::Length),
        "bool" => of("nb_bool", S::Truth),
        "next" => of("tp_iternext", S::Next),
        "getitem" => of("mp_subscript", S::Binary),
        "concat" => of("sq_concat", S::Binary),
        "inplace_concat" => of("sq_inplace_concat", S::Binary),
        "repeat" => of("sq_repeat", S::Repeat),
        "inplace_repeat" => of("sq_inplace_repeat", S::Repeat),
        "contains" => of("sq_contains", S::Contains),
        "get" => of("tp_descr_get", S::Get),
        "setitem" => of("mp_ass_subscript", S::Set),
        "delitem" => of("mp_ass_subscript", S::Delete),
        "setattr" => of("tp_setattro", S::Set),
        "delattr" => of("tp_setattro", S::Delete),
        "set" => of("tp_descr_set", S::Set),
        "delete" => of("tp_descr_set", S::Delete),
        "pow" => of("nb_power", S::Power),
        "rpow" => of("nb_power", S::ReflectedPower),
        "ipow" => of("nb_inplace_power", S::InPlacePower),
        "lt" | "le" | "eq" | "ne" | "gt" | "ge" => of("tp_richcompare", S::Compare),
        "richcmp" => of("tp_richcompare", S::RichCompare),
        "getattribute" => of("tp_getattro", S::GetAttribute),
        "getattr" => of("tp_getattro", S::GetMissingAttribute),
        "call" => of("tp_call", S::Call),
        "init" => of("tp_init", S::Init),
        "traverse" => of("tp_traverse", S::Traverse),
        "clear" => of("tp_clear", S::Clear),
        "getbuffer" => of("bf_getbuffer", S::GetBuffer),
        "releasebuffer" => of("bf_releasebuffer", S::ReleaseBuffer),
        _ => {
            let find = |name: &str| OPERATORS.iter().find(|(operator, ..)| *operator == name);
            if let Some((_, slot, _)) = find(inner) {
                return of(slot, S::Operator);
            }
            if let Some((_, slot, _)) = inner.strip_prefix('r').and_then(find) {
                return of(slot, S::Reflected);
            }
            let (_, _, slot) = inner.strip_prefix('i').and_then(find)?;
            if slot.is_empty() { None } else { of(slot, S::InPlace) }
        }
    }
}

/// Operators with their slots, and those for working in place.
const OPERATORS: [(&str, &str, &str); 13] = [
    ("add", "nb_add", "nb_inplace_add"),
    ("sub", "nb_subtract", "nb_inplace_subtract"),
    ("mul", "nb_multiply", "nb_inplace_multiply"),
    ("matmul", "nb_matrix_multiply", "nb_inplace_matrix_multiply"),
    ("truediv", "nb_true_divide", "nb_inplace_true_divide"),
    ("floordiv", "nb_floor_divide", "nb_inplace_floor_divide"),
    ("mod", "nb_remainder", "nb_inplace_remainder"),
    ("divmod", "nb_divmod", ""),
    ("lshift", "nb_lshift", "nb_inplace_lshift"),
    ("rshift", "nb_rshift", "nb_inplace_rshift"),
    ("and", "nb_and", "nb_inplace_and"),
    ("or", "nb_or", "nb_inplace_or"),
    ("xor", "nb_xor", "nb_inplace_xor"),
];

impl Shape {
    /// How many parameters the method has beside `self`; nothing for any number.
    fn parameters(self) -> Option<usize> {
        use Shape as S;
        Some(match self {
            S::Unary | S::Hash | S::Length | S::Truth | S::Next | S::NextAwaitable | S::Clear => 0,
            S::Binary
            | S::Repeat
            | S::Contains
            | S::Delete
            | S::Operator
            | S::Reflected
            | S::InPlace
            | S::Compare
            | S::GetAttribute
            | S::GetMissingAttribute
            | S::Traverse
            | S::ReleaseBuffer => 1,
            S::Set
            | S::Get
            | S::Power
            | S::ReflectedPower
            | S::InPlacePower
            | S::RichCompare
            | S::GetBuffer => 2,
            S::Call | S::Init => return None,
        })
    }

    fn on_error(self) -> OnError {
        use Shape as S;
        match self {
            S::Operator
            | S::Reflected
            | S::Power
            | S::ReflectedPower
            | S::InPlace
            | S::InPlacePower
            | S::Compare
            | S::RichCompare => OnError::NotImplemented,
            _ => OnError::Raise,
        }
    }
}

/// The methods of a block that are parts of slots.
#[derive(Default)]
pub(super) struct Slots(Vec<Part>);

/// A method, and the function of ours that calls it.
struct Part {
    slot: &'static str,
    shape: Shape,
    /// The name in Python.
    name: String,
    function: Ident,
    span: Span,
    conditions: Vec<syn::Attribute>,
}

impl Slots {
    /// Adds a method.
    pub(super) fn add(
        &mut self,
        Slot { slot, shape }: Slot,
        mut method: Method,
        class: &Type,
        items: &mut Items,
    ) -> Result<()> {
        let span = method.ident.span();
        let name = method.name.clone();
        let is_passed = |source: &&Source| matches!(source, Source::Passed { .. });
        let passed = method.callable.sources.iter().filter(is_passed).count();
        if let Some(wanted) = shape.parameters() {
            for key in ["signature", "text_signature"] {
                let message = format!("Python calls `{name}` in one way; drop its `{key}`");
                method.options.keys.refuse(key, message)?;
            }
            if passed != wanted {
                let plural = if wanted == 1 { "" } else { "s" };
                let message = format!(
                    "`{name}` takes {wanted} parameter{plural} beside `self`, not {passed}"
                );
                return Err(syn::Error::new(span, message));
            }
        }
        if let Some(known) = self.0.iter().find(|part| part.name == name) {
            let message = format!("there is another `{}`; drop one", known.name);
            return Err(syn::Error::new(span, message));
        }
        method.callable.on_error = shape.on_error();
        let number = match shape {
            Shape::RichCompare => Some(quote!(__door::slots::compare_op(__number))),
            Shape::Repeat => Some(quote!(__number)),
            _ => None,
        };
        if let (Some(number), Some(last)) = (number, method.callable.sources.last_mut()) {
            *last = Source::Given(number);
        }
        let function = method.function("slot");
        let code = code(shape, &method, &function, class);
        let conditions = method.conditions.clone();
        items.functions.push(quote! {
            #(#conditions)*
            #code
        });
        self.0.push(Part { slot, shape, name, function, span, conditions });
        Ok(())
    }

    /// Makes the slots of all that was added.
    pub(super) fn finish(mut self, class: &Type, items: &mut Items) -> Result<()> {
        while let Some(first) = self.0.first() {
            let slot = first.slot;
            let (parts, others) = self.0.into_iter().partition(|part| part.slot == slot);
            self.0 = others;
            finish(slot, parts, class, items)?;
        }
        Ok(())
    }
}

/// The function of ours that calls a method: what the slot passes, as C has it, and a result.
fn code(shape: Shape, method: &Method, function: &Ident, class: &Type) -> TokenStream {
    use Shape as S;
    let prelude = &method.callable.prelude;
    let called = method.callable.result();
    // What comes as a number is not converted from an object.
    let (count, number) = match shape {
        S::RichCompare => (1, quote!(, __number: __door::c_int)),
        S::Repeat => (0, quote!(, __number: __door::Py_ssize_t)),
        _ => (shape.parameters().unwrap_or(0), quote!()),
    };
    let names: Vec<_> = (0..count).map(|index| format_ident!("__a{index}")).collect();
    let places = (count != 0).then(|| {
        quote! {
            let __all = [#(#names),*];
            let (__places, __given) = (__all.as_ptr(), #count);
        }
    });
    let pointer = quote!(*mut __door::PyObject);
    let int = quote!(__door::c_int);
    let size = quote!(__door::Py_ssize_t);
    let output = method.callable.output;
    let by = |function: &str| {
        let function = Ident::new(function, output);
        quote_spanned!(output=> __door::slots::#function(__result))
    };
    let next = quote_spanned! {output=>
        (&__door::slots::next_of(&__result)).next(__py, __result)
    };
    let (result, convert) = match shape {
        S::Hash => (size, by("hash")),
        S::Length => (size, by("length")),
        S::Truth | S::Contains => (int, by("truth")),
        S::Set | S::Delete | S::Init | S::GetBuffer | S::ReleaseBuffer => (int, by("nothing")),
        S::Clear => {
            let nothing = by("nothing");
            (quote!(()), quote!(#nothing.map(|_| ())))
        }
        S::Next => (pointer, next),
        S::NextAwaitable => (pointer, quote!(__door::slots::or_stop_async_iteration(__py, #next))),
        S::InPlace | S::InPlacePower => {
            let nothing = by("nothing");
            (
                pointer,
                quote! {{
                    #nothing?;
                    ::core::result::Result::Ok(__door::slots::itself(__slf))
                }},
            )
        }
        _ => (pointer, method.callable.converted()),
    };
    match shape {
        S::Call | S::Init => {
            let sort = method.callable.sort_vector();
            quote! {
                unsafe fn #function(
                    __py: __door::Python<'_>,
                    __slf: *mut __door::PyObject,
                    __all_args: *mut __door::PyObject,
                    __all_kwargs: *mut __door::PyObject,
                ) -> __door::PyResult<#result> {
                    unsafe {
                        let mut __vector = __door::construct::Vector::new();
                        __vector.lay_out(__py, __all_args, __all_kwargs)?;
                        let (__args, __nargs, __kwnames) =
                            (__vector.args(), __vector.nargs(), __vector.kwnames());
                        #sort
                        #called
                        #convert
                    }
                }
            }
        }
        S::Traverse => {
            let ident = &method.ident;
            let visit = quote_spanned!(output=> __self.#ident(__visit));
            quote! {
                unsafe fn #function(
                    __slf: *mut __door::PyObject,
                    __visit: __door::pyclass::PyVisit<'_>,
                ) -> ::core::result::Result<(), __door::pyclass::PyTraverseError> {
                    unsafe {
                        __door::slots::traverse::<#class>(__slf, |__self| #visit)
                    }
                }
            }
        }
        S::Clear => quote! {
            unsafe fn #function(
                __py: __door::Python<'_>,
                __slf: *mut __door::PyObject,
            ) -> __door::PyResult<#result> {
                unsafe {
                    #called
                    #convert
                }
            }
        },
        S::GetBuffer | S::ReleaseBuffer => {
            // What is passed are pointers, as they are.
            let given: Vec<_> = method
                .callable
                .sources
                .iter()
                .scan(0_usize, |next, source| {
                    Some(match source {
                        Source::Given(tokens) => tokens.clone(),
                        Source::Python => quote!(__py),
                        Source::Passed { .. } => {
                            let name = format_ident!("__a{}", *next);
                            *next += 1;
                            quote!(#name)
                        }
                    })
                })
                .collect();
            let ident = &method.ident;
            let flags = (shape == S::GetBuffer).then(|| quote!(__a1: __door::c_int,));
            quote! {
                unsafe fn #function(
                    __py: __door::Python<'_>,
                    __slf: *mut __door::PyObject,
                    __a0: *mut __door::ffi::Py_buffer,
                    #flags
                ) -> __door::PyResult<#result> {
                    unsafe {
                        #prelude
                        let __result = <#class>::#ident(#(#given),*);
                        #convert
                    }
                }
            }
        }
        _ => quote! {
            unsafe fn #function(
                __py: __door::Python<'_>,
                __slf: *mut __door::PyObject
                #(, #names: *mut __door::PyObject)*
                #number
            ) -> __door::PyResult<#result> {
                unsafe {
                    #places
                    #called
                    #convert
                }
            }
        },
    }
}

/// Makes one slot of its parts.
fn finish(slot: &'static str, parts: Vec<Part>, class: &Type, items: &mut Items) -> Result<()> {
    use Shape as S;
    let first = &parts[0];
    let part = |shape: Shape| parts.iter().find(|part| part.shape == shape);
    let path = |part: &Part| {
        let function = &part.function;
        quote!(<#class>::#function)
    };
    let own = path(first);
    let function = format_ident!("__c_{slot}");
    let conditions = if parts.len() == 1 { first.conditions.clone() } else { Vec::new() };
    match first.shape {
        S::Traverse | S::Clear => {
            let field = format_ident!("{}", slot.trim_start_matches("tp_"));
            items.single.push((field, quote!(::core::option::Option::Some(#own))));
            return Ok(());
        }
        S::GetBuffer | S::ReleaseBuffer => {
            buffer(first, &own, class, items);
            return Ok(());
        }
        _ => {}
    }
    let object = quote!(*mut __door::PyObject);
    let (parameters, result, body) = match first.shape {
        S::Unary | S::Next | S::NextAwaitable => {
            (quote!(), object.clone(), quote!(#own(__py, __slf)))
        }
        S::Hash | S::Length => (quote!(), quote!(__door::Py_ssize_t), quote!(#own(__py, __slf))),
        S::Truth => (quote!(), quote!(__door::c_int), quote!(#own(__py, __slf))),
        S::Binary | S::InPlace => {
            (quote!(__a0: #object), object.clone(), quote!(#own(__py, __slf, __a0)))
        }
        S::Contains => {
            (quote!(__a0: #object), quote!(__door::c_int), quote!(#own(__py, __slf, __a0)))
        }
        S::Repeat => (
            quote!(__number: __door::Py_ssize_t),
            object.clone(),
            quote!(#own(__py, __slf, __number)),
        ),
        S::InPlacePower => (
            quote!(__a0: #object, __a1: #object),
            object.clone(),
            quote!(#own(__py, __slf, __a0, __a1)),
        ),
        S::Get => (
            quote!(__a0: #object, __a1: #object),
            object.clone(),
            quote! {
                #own(__py, __slf, __door::slots::or_none(__a0), __door::slots::or_none(__a1))
            },
        ),
        S::Call => (
            quote!(__a0: #object, __a1: #object),
            object.clone(),
            quote!(#own(__py, __slf, __a0, __a1)),
        ),
        S::Init => (
            quote!(__a0: #object, __a1: #object),
            quote!(__door::c_int),
            quote!(#own(__py, __slf, __a0, __a1)),
        ),
        S::Set | S::Delete => {
            let set = half(part(S::Set).map(path), &quote!((__py, __slf, __a0, __a1)), slot, "set");
            let delete =
                half(part(S::Delete).map(path), &quote!((__py, __slf, __a0)), slot, "delete");
            (
                quote!(__a0: #object, __a1: #object),
                quote!(__door::c_int),
                quote!(if __a1.is_null() { #delete } else { #set }),
            )
        }
        S::Operator | S::Reflected => {
            let forward = part(S::Operator).map(path);
            let reflected = part(S::Reflected).map(path);
            (quote!(__a0: #object), object.clone(), operator(class, forward, reflected, &quote!()))
        }
        S::Power | S::ReflectedPower => {
            let forward = part(S::Power).map(path);
            let reflected = part(S::ReflectedPower).map(path);
            (
                quote!(__a0: #object, __a1: #object),
                object.clone(),
                operator(class, forward, reflected, &quote!(, __a1)),
            )
        }
        S::Compare => {
            if let Some(other) = part(S::RichCompare) {
                let message = "`__richcmp__` does what the six comparisons do; keep it or them";
                return Err(syn::Error::new(other.span, message));
            }
            (quote!(__a0: #object, __op: __door::c_int), object.clone(), compare(&parts, class))
        }
        S::RichCompare => {
            if let Some(other) = parts.get(1) {
                let message = "`__richcmp__` does what the six comparisons do; keep it or them";
                return Err(syn::Error::new(other.span, message));
            }
            (
                quote!(__a0: #object, __op: __door::c_int),
                object.clone(),
                quote!(#own(__py, __slf, __a0, __op)),
            )
        }
        S::GetAttribute | S::GetMissingAttribute => {
            let always = part(S::GetAttribute).map(path);
            let body = match (part(S::GetMissingAttribute).map(path), always) {
                (None, _) => quote!(#own(__py, __slf, __a0)),
                (Some(missing), always) => {
                    let found = match always {
                        Some(always) => quote!(#always(__py, __slf, __a0)),
                        None => quote!(__door::slots::generic_getattr(__py, __slf, __a0)),
                    };
                    quote! {
                        match __door::slots::unless_missing(__py, #found)? {
                            ::core::option::Option::Some(__found) => {
                                ::core::result::Result::Ok(__found)
                            }
                            ::core::option::Option::None => #missing(__py, __slf, __a0),
                        }
                    }
                }
            };
            (quote!(__a0: #object), object.clone(), body)
        }
        S::Traverse | S::Clear | S::GetBuffer | S::ReleaseBuffer => {
            unreachable!("these are no slots in the table")
        }
    };
    items.functions.push(quote! {
        #(#conditions)*
        unsafe extern "C" fn #function(__slf: *mut __door::PyObject, #parameters) -> #result {
            unsafe { __door::trampoline::trampoline(|__py| #body) }
        }
    });
    let id = format_ident!("Py_{slot}");
    items.slots.push(quote! {
        #(#conditions)*
        __door::class::Slot::new(__door::ffi::#id, <#class>::#function as *const ())
    });
    Ok(())
}

/// One half of a slot that sets and deletes, or the error of a class that has only the other.
fn half(path: Option<TokenStream>, arguments: &TokenStream, slot: &str, verb: &str) -> TokenStream {
    if let Some(path) = path {
        return quote!(#path #arguments);
    }
    let (error, what) = match slot {
        "mp_ass_subscript" => ("not_implemented_error", "item"),
        "tp_descr_set" => ("not_implemented_error", "descriptor"),
        _ => ("attribute_error", "attribute"),
    };
    let error = format_ident!("{error}");
    let text = format!("can't {verb} {what}");
    quote!(::core::result::Result::Err(__door::slots::#error(#text)))
}

/// An operator, which is called with the instance on either side. `more` is a further argument.
fn operator(
    class: &Type,
    forward: Option<TokenStream>,
    reflected: Option<TokenStream>,
    more: &TokenStream,
) -> TokenStream {
    let is = |operand: &TokenStream| quote!(__door::slots::is_instance::<#class>(__py, #operand));
    let (left, right) = (quote!(__slf), quote!(__a0));
    let forward = forward.map(|forward| {
        let is = is(&left);
        if reflected.is_none() {
            return quote! {
                if #is {
                    return #forward(__py, __slf, __a0 #more);
                }
            };
        }
        quote! {
            if #is {
                let __answer = #forward(__py, __slf, __a0 #more)?;
                if __door::slots::answered(__answer) {
                    return ::core::result::Result::Ok(__answer);
                }
            }
        }
    });
    let reflected = reflected.map(|reflected| {
        let is = is(&right);
        quote! {
            if #is {
                return #reflected(__py, __a0, __slf #more);
            }
        }
    });
    quote! {{
        #forward
        #reflected
        ::core::result::Result::Ok(__door::slots::not_implemented())
    }}
}

/// The six comparisons.
fn compare(parts: &[Part], class: &Type) -> TokenStream {
    let arm = |operator: &str, name: &str| {
        let operator = format_ident!("{operator}");
        let part = parts.iter().find(|part| part.name == name);
        part.map(|part| {
            let function = &part.function;
            let conditions = &part.conditions;
            quote! {
                #(#conditions)*
                __door::pyclass::CompareOp::#operator => <#class>::#function(__py, __slf, __a0),
            }
        })
    };
    let arms = [
        ("Lt", "__lt__"),
        ("Le", "__le__"),
        ("Eq", "__eq__"),
        ("Ne", "__ne__"),
        ("Gt", "__gt__"),
        ("Ge", "__ge__"),
    ]
    .map(|(operator, name)| arm(operator, name));
    let has = |name: &str| parts.iter().any(|part| part.name == name);
    // What is equal is not unequal.
    let inverted = (has("__eq__") && !has("__ne__")).then(|| {
        let eq = &parts.iter().find(|part| part.name == "__eq__").expect("just found").function;
        quote! {
            __door::pyclass::CompareOp::Ne => {
                let __equal = <#class>::#eq(__py, __slf, __a0)?;
                __door::slots::inverted(__py, __equal)
            }
        }
    });
    quote! {
        match __door::slots::compare_op(__op) {
            #(#arms)*
            #inverted
            #[allow(unreachable_patterns, reason = "a class may have all six")]
            _ => ::core::result::Result::Ok(__door::slots::not_implemented()),
        }
    }
}

/// The functions of the buffer protocol, which are no slots on old versions.
fn buffer(part: &Part, own: &TokenStream, class: &Type, items: &mut Items) {
    let function = format_ident!("__c_{}", part.slot);
    let field = if part.shape == Shape::GetBuffer { "get" } else { "release" };
    items.functions.push(if part.shape == Shape::GetBuffer {
        quote! {
            unsafe extern "C" fn #function(
                __slf: *mut __door::PyObject,
                __view: *mut __door::ffi::Py_buffer,
                __flags: __door::c_int,
            ) -> __door::c_int {
                unsafe {
                    __door::slots::getbuffer(__view, |__py| #own(__py, __slf, __view, __flags))
                }
            }
        }
    } else {
        quote! {
            unsafe extern "C" fn #function(
                __slf: *mut __door::PyObject,
                __view: *mut __door::ffi::Py_buffer,
            ) {
                unsafe {
                    __door::slots::unraisable(__slf, |__py| {
                        #own(__py, __slf, __view).map(|_| ())
                    })
                }
            }
        }
    });
    let field = format_ident!("{field}");
    let value = quote!(::core::option::Option::Some(<#class>::#function));
    items.buffer.push((field, value));
}
