//! Errors of the standard library as exceptions.

use core::convert::Infallible;
use std::io;

use crate::err::PyErr;
use crate::exceptions as exc;
use crate::instance::Bound;
use crate::marker::Python;

impl From<Infallible> for PyErr {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl<'py, T> From<Bound<'py, T>> for PyErr
where
    T: super::ToPyErr,
{
    fn from(exception: Bound<'py, T>) -> Self {
        PyErr::from_value(exception.into_any())
    }
}

macro_rules! value_errors {
    ($($error:ty),* $(,)?) => {
        $(
            impl From<$error> for PyErr {
                #[cold]
                fn from(error: $error) -> Self {
                    exc::PyValueError::new_err(error.to_string())
                }
            }
        )*
    };
}
value_errors!(
    core::array::TryFromSliceError,
    core::num::ParseIntError,
    core::num::ParseFloatError,
    core::num::TryFromIntError,
    core::str::ParseBoolError,
    std::ffi::NulError,
    std::net::AddrParseError,
    core::char::ParseCharError,
    core::char::CharTryFromError,
);

impl From<io::Error> for PyErr {
    /// The exception class that Python has for the kind. An exception that went into the error comes out unchanged.
    #[cold]
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        if error.get_ref().is_some_and(|inner| inner.is::<PyErr>()) {
            let inner = error.into_inner().expect("just seen");
            return *inner.downcast::<PyErr>().expect("just seen");
        }
        let text = error.to_string();
        match error.kind() {
            ErrorKind::BrokenPipe => exc::PyBrokenPipeError::new_err(text),
            ErrorKind::ConnectionRefused => exc::PyConnectionRefusedError::new_err(text),
            ErrorKind::ConnectionAborted => exc::PyConnectionAbortedError::new_err(text),
            ErrorKind::ConnectionReset => exc::PyConnectionResetError::new_err(text),
            ErrorKind::Interrupted => exc::PyInterruptedError::new_err(text),
            ErrorKind::NotFound => exc::PyFileNotFoundError::new_err(text),
            ErrorKind::PermissionDenied => exc::PyPermissionError::new_err(text),
            ErrorKind::AlreadyExists => exc::PyFileExistsError::new_err(text),
            ErrorKind::WouldBlock => exc::PyBlockingIOError::new_err(text),
            ErrorKind::TimedOut => exc::PyTimeoutError::new_err(text),
            ErrorKind::IsADirectory => exc::PyIsADirectoryError::new_err(text),
            ErrorKind::NotADirectory => exc::PyNotADirectoryError::new_err(text),
            ErrorKind::OutOfMemory => exc::PyMemoryError::new_err(text),
            _ => exc::PyOSError::new_err(text),
        }
    }
}

impl From<PyErr> for io::Error {
    fn from(error: PyErr) -> Self {
        use io::ErrorKind;
        let kind = Python::attach(|py| {
            macro_rules! kind_of {
                ($($class:ident => $kind:ident),* $(,)?) => {
                    $(if error.is_instance_of::<exc::$class>(py) { return ErrorKind::$kind; })*
                };
            }
            kind_of! {
                PyBrokenPipeError => BrokenPipe,
                PyConnectionRefusedError => ConnectionRefused,
                PyConnectionAbortedError => ConnectionAborted,
                PyConnectionResetError => ConnectionReset,
                PyInterruptedError => Interrupted,
                PyFileNotFoundError => NotFound,
                PyPermissionError => PermissionDenied,
                PyFileExistsError => AlreadyExists,
                PyBlockingIOError => WouldBlock,
                PyTimeoutError => TimedOut,
                PyIsADirectoryError => IsADirectory,
                PyNotADirectoryError => NotADirectory,
                PyMemoryError => OutOfMemory,
            }
            ErrorKind::Other
        });
        io::Error::new(kind, error)
    }
}
