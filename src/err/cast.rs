//! Casts that did not fit.

use core::fmt;

use crate::err::PyErr;
use crate::exceptions::PyTypeError;
use crate::instance::{Borrowed, Bound};
use crate::types::{PyAny, PyAnyMethods as _, PyStringMethods as _, PyType, PyTypeMethods as _};

/// An object is not an instance of the wanted type.
pub struct CastError<'a, 'py> {
    from: Borrowed<'a, 'py, PyAny>,
    classinfo: Bound<'py, PyAny>,
}

impl<'a, 'py> CastError<'a, 'py> {
    /// `classinfo` is a class or a tuple of classes.
    pub fn new(from: Borrowed<'a, 'py, PyAny>, classinfo: Bound<'py, PyAny>) -> Self {
        Self { from, classinfo }
    }
}

/// An object is not an instance of the wanted type; the error owns the object.
pub struct CastIntoError<'py> {
    from: Bound<'py, PyAny>,
    classinfo: Bound<'py, PyAny>,
}

impl<'py> CastIntoError<'py> {
    /// `classinfo` is a class or a tuple of classes.
    pub fn new(from: Bound<'py, PyAny>, classinfo: Bound<'py, PyAny>) -> Self {
        Self { from, classinfo }
    }

    /// The object.
    pub fn into_inner(self) -> Bound<'py, PyAny> {
        self.from
    }
}

/// `'int' object is not an instance of 'str'`; of several classes as in Python's own `isinstance`, `(<class 'str'>, …)`.
#[cold]
fn describe(from: &Bound<'_, PyAny>, classinfo: &Bound<'_, PyAny>) -> String {
    let mut text = String::new();
    push_quoted(&mut text, &from.get_type());
    text.push_str(" object is not an instance of ");
    if let Ok(class) = classinfo.cast::<PyType>() {
        push_quoted(&mut text, class);
    } else if let Ok(classes) = classinfo.repr() {
        text.push_str(&classes.to_string_lossy());
    }
    text
}

/// The name of a class in quotes.
#[inline(never)]
fn push_quoted(text: &mut String, class: &Bound<'_, PyType>) {
    text.push('\'');
    if let Ok(name) = class.name() {
        text.push_str(&name.to_string_lossy());
    }
    text.push('\'');
}

macro_rules! cast_error {
    ($($error:ty),*) => {
        $(
            impl fmt::Display for $error {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&describe(&self.from, &self.classinfo))
                }
            }

            impl fmt::Debug for $error {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($error))
                        .field("from", &self.from)
                        .field("classinfo", &self.classinfo)
                        .finish()
                }
            }

            impl std::error::Error for $error {}

            impl From<$error> for PyErr {
                #[cold]
                fn from(error: $error) -> Self {
                    PyTypeError::new_err(describe(&error.from, &error.classinfo))
                }
            }
        )*
    };
}
cast_error!(CastError<'_, '_>, CastIntoError<'_>);
