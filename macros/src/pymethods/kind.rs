//! What a method is, by its attributes.

use syn::{Attribute, Ident, ImplItemFn, Meta, Result, ext::IdentExt as _, spanned::Spanned};

/// What a method is.
pub(super) enum Kind {
    /// `#[new]`: the constructor, which may get the class.
    New { class: bool },
    /// No attribute: a method of instances, or a slot.
    Method,
    /// `#[staticmethod]`.
    Static,
    /// `#[classmethod]`.
    Class(Ident),
    /// `#[classattr]`.
    ClassAttribute,
    /// `#[getter]`, maybe with a name.
    Getter(Option<Ident>),
    /// `#[setter]`, maybe with a name.
    Setter(Option<Ident>),
    /// `#[deleter]`, maybe with a name.
    Deleter(Option<Ident>),
}

/// What a method is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Receiver {
    None,
    Instance,
    Class,
}

impl Kind {
    /// Takes the attribute off.
    pub(super) fn take(function: &mut ImplItemFn) -> Result<Self> {
        let mut kind = None;
        let mut class = None;
        let mut failed = None;
        function.attrs.retain(|attribute| {
            let found = match Self::of(attribute) {
                Ok(Some(found)) => found,
                Ok(None) => return true,
                Err(error) => {
                    failed.get_or_insert(error);
                    return false;
                }
            };
            // A constructor may get the class, too.
            match (&kind, found) {
                (Some(Self::New { .. }) | None, Self::Class(ident)) if class.is_none() => {
                    class = Some(ident);
                }
                (None, found) => kind = Some(found),
                (Some(_), _) => {
                    let message = "a method is one of `#[new]`, `#[getter]`, `#[setter]`, `#[deleter]`, \
                                   `#[staticmethod]`, `#[classmethod]` and `#[classattr]`";
                    failed.get_or_insert(syn::Error::new(attribute.path().span(), message));
                }
            }
            false
        });
        if let Some(error) = failed {
            return Err(error);
        }
        Ok(match (kind, class) {
            (None, None) => Self::Method,
            (None, Some(ident)) => Self::Class(ident),
            (Some(Self::New { .. }), Some(_)) => Self::New { class: true },
            (Some(_), Some(ident)) => {
                let message = "`#[classmethod]` goes with `#[new]` only";
                return Err(syn::Error::new(ident.span(), message));
            }
            (Some(kind), None) => kind,
        })
    }

    fn of(attribute: &Attribute) -> Result<Option<Self>> {
        let Some(ident) = attribute.path().get_ident() else { return Ok(None) };
        let name = || match &attribute.meta {
            Meta::Path(_) => Ok(None),
            _ => attribute.parse_args_with(Ident::parse_any).map(Some),
        };
        Ok(Some(match ident.to_string().as_str() {
            "new" => Self::New { class: false },
            "staticmethod" => Self::Static,
            "classmethod" => Self::Class(ident.clone()),
            "classattr" => Self::ClassAttribute,
            "getter" => Self::Getter(name()?),
            "setter" => Self::Setter(name()?),
            "deleter" => Self::Deleter(name()?),
            _ => return Ok(None),
        }))
    }

    /// The name in Python of a method that has no other.
    pub(super) fn name(&self, ident: &Ident) -> String {
        let own = ident.unraw().to_string();
        let strip = |prefix: &str| own.strip_prefix(prefix).unwrap_or(&own).to_owned();
        match self {
            Self::Getter(Some(name)) | Self::Setter(Some(name)) | Self::Deleter(Some(name)) => {
                name.unraw().to_string()
            }
            Self::Getter(None) => strip("get_"),
            Self::Setter(None) => strip("set_"),
            Self::Deleter(None) => strip("delete_"),
            Self::New { .. } => "__new__".to_owned(),
            _ => own,
        }
    }

    pub(super) fn receiver(&self) -> Receiver {
        match self {
            Self::Method | Self::Getter(_) | Self::Setter(_) | Self::Deleter(_) => {
                Receiver::Instance
            }
            Self::Class(_) | Self::New { class: true } => Receiver::Class,
            Self::New { class: false } | Self::Static | Self::ClassAttribute => Receiver::None,
        }
    }

    /// The attribute of what is not called, and the name in it.
    pub(super) fn attribute(&self) -> Option<(&'static str, Option<&Ident>)> {
        match self {
            Self::Getter(name) => Some(("getter", name.as_ref())),
            Self::Setter(name) => Some(("setter", name.as_ref())),
            Self::Deleter(name) => Some(("deleter", name.as_ref())),
            Self::ClassAttribute => Some(("classattr", None)),
            _ => None,
        }
    }

    /// Why there is no `self`.
    pub(super) fn no_self(&self) -> &'static str {
        match self {
            Self::New { .. } => {
                "a `#[new]` function makes the instance, so it has no `self`; it returns `Self`"
            }
            Self::Static => "a `#[staticmethod]` has no `self`; drop one of the two",
            Self::Class(_) => "a `#[classmethod]` gets the class, as `cls: &Bound<'_, PyType>`",
            _ => {
                "a `#[classattr]` belongs to the class, so it has no `self`; drop it, or write `#[getter]`"
            }
        }
    }
}
