//! Casts that did not fit.

use core::fmt;

use crate::err::PyErr;
use crate::exceptions::PyTypeError;
use crate::instance::{Borrowed, Bound};
use crate::types::{
    PyAny, PyAnyMethods as _, PyStringMethods as _, PyTuple, PyTupleMethods as _, PyType,
    PyTypeMethods as _,
};

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

/// `'int' object is not an instance of 'str'`.
fn describe(
    from: &Bound<'_, PyAny>,
    classinfo: &Bound<'_, PyAny>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "'{}' object is not an instance of {}", name(&from.get_type()), wanted(classinfo))
}

fn name(class: &Bound<'_, PyType>) -> String {
    class.name().map_or_else(|_| "?".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn wanted(classinfo: &Bound<'_, PyAny>) -> String {
    if let Ok(class) = classinfo.cast::<PyType>() {
        return format!("'{}'", name(class));
    }
    match classinfo.cast::<PyTuple>() {
        Ok(classes) => {
            classes.iter().map(|class| wanted(&class)).collect::<Vec<_>>().join(" or ")
        }
        Err(_) => "what is wanted".to_owned(),
    }
}

macro_rules! cast_error {
    ($($error:ty),*) => {
        $(
            impl fmt::Display for $error {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    describe(&self.from, &self.classinfo, f)
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
                    PyTypeError::new_err(error.to_string())
                }
            }
        )*
    };
}
cast_error!(CastError<'_, '_>, CastIntoError<'_>);
