//! The built-in exception classes.
//!
//! Each is a marker type: `PyValueError::new_err("…")` makes an error, `py.get_type::<PyValueError>()` is the class.

use everypy_ffi as ffi;

use crate::err::{PyErr, PyErrArguments, ToPyErr};
use crate::marker::Python;
use crate::pyclass::{PyClassBaseType, PyNativeTypeInitializer};
use crate::type_object::PyTypeInfo;
use crate::types::DerefToPyAny;

/// Gives a marker type what all exceptions have.
macro_rules! exception {
    ($rust:ident, $name:literal, $pointer:ident) => {
        #[doc = concat!("The class `", $name, "`.")]
        pub struct $rust(());

        impl $rust {
            /// An exception of this class, made of `args` when it is first needed.
            #[inline]
            pub fn new_err<A>(args: A) -> PyErr
            where
                A: PyErrArguments + Send + Sync + 'static,
            {
                PyErr::new::<$rust, A>(args)
            }
        }

        impl DerefToPyAny for $rust {}
        impl ToPyErr for $rust {}

        impl PyClassBaseType for $rust {
            type Initializer = PyNativeTypeInitializer<Self>;
            type Native = Self;
        }

        // SAFETY: the variable holds the class.
        unsafe impl PyTypeInfo for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn type_object_raw(_py: Python<'_>) -> *mut ffi::PyTypeObject {
                // SAFETY: attached, so the table is loaded; every interpreter sets the variable before it runs code.
                unsafe { (*ffi::$pointer()).cast() }
            }
        }
    };
}

macro_rules! exceptions {
    ($($rust:ident = $name:literal, $pointer:ident;)*) => { $(exception!($rust, $name, $pointer);)* };
}

exceptions! {
    PyBaseException = "BaseException", PyExc_BaseException;
    PyException = "Exception", PyExc_Exception;

    PyStopIteration = "StopIteration", PyExc_StopIteration;
    PyStopAsyncIteration = "StopAsyncIteration", PyExc_StopAsyncIteration;
    PyGeneratorExit = "GeneratorExit", PyExc_GeneratorExit;
    PyKeyboardInterrupt = "KeyboardInterrupt", PyExc_KeyboardInterrupt;
    PySystemExit = "SystemExit", PyExc_SystemExit;

    PyArithmeticError = "ArithmeticError", PyExc_ArithmeticError;
    PyFloatingPointError = "FloatingPointError", PyExc_FloatingPointError;
    PyOverflowError = "OverflowError", PyExc_OverflowError;
    PyZeroDivisionError = "ZeroDivisionError", PyExc_ZeroDivisionError;

    PyLookupError = "LookupError", PyExc_LookupError;
    PyIndexError = "IndexError", PyExc_IndexError;
    PyKeyError = "KeyError", PyExc_KeyError;
    PyAttributeError = "AttributeError", PyExc_AttributeError;
    PyNameError = "NameError", PyExc_NameError;
    PyUnboundLocalError = "UnboundLocalError", PyExc_UnboundLocalError;

    PyImportError = "ImportError", PyExc_ImportError;
    PyModuleNotFoundError = "ModuleNotFoundError", PyExc_ModuleNotFoundError;
    PySyntaxError = "SyntaxError", PyExc_SyntaxError;

    PyTypeError = "TypeError", PyExc_TypeError;
    PyValueError = "ValueError", PyExc_ValueError;
    PyUnicodeError = "UnicodeError", PyExc_UnicodeError;
    PyUnicodeDecodeError = "UnicodeDecodeError", PyExc_UnicodeDecodeError;
    PyUnicodeEncodeError = "UnicodeEncodeError", PyExc_UnicodeEncodeError;
    PyUnicodeTranslateError = "UnicodeTranslateError", PyExc_UnicodeTranslateError;
    PyAssertionError = "AssertionError", PyExc_AssertionError;
    PyBufferError = "BufferError", PyExc_BufferError;
    PyEOFError = "EOFError", PyExc_EOFError;
    PyMemoryError = "MemoryError", PyExc_MemoryError;
    PyReferenceError = "ReferenceError", PyExc_ReferenceError;

    PyRuntimeError = "RuntimeError", PyExc_RuntimeError;
    PyNotImplementedError = "NotImplementedError", PyExc_NotImplementedError;
    PyRecursionError = "RecursionError", PyExc_RecursionError;
    PySystemError = "SystemError", PyExc_SystemError;

    PyOSError = "OSError", PyExc_OSError;
    PyBlockingIOError = "BlockingIOError", PyExc_BlockingIOError;
    PyChildProcessError = "ChildProcessError", PyExc_ChildProcessError;
    PyConnectionError = "ConnectionError", PyExc_ConnectionError;
    PyBrokenPipeError = "BrokenPipeError", PyExc_BrokenPipeError;
    PyConnectionAbortedError = "ConnectionAbortedError", PyExc_ConnectionAbortedError;
    PyConnectionRefusedError = "ConnectionRefusedError", PyExc_ConnectionRefusedError;
    PyConnectionResetError = "ConnectionResetError", PyExc_ConnectionResetError;
    PyFileExistsError = "FileExistsError", PyExc_FileExistsError;
    PyFileNotFoundError = "FileNotFoundError", PyExc_FileNotFoundError;
    PyInterruptedError = "InterruptedError", PyExc_InterruptedError;
    PyIsADirectoryError = "IsADirectoryError", PyExc_IsADirectoryError;
    PyNotADirectoryError = "NotADirectoryError", PyExc_NotADirectoryError;
    PyPermissionError = "PermissionError", PyExc_PermissionError;
    PyProcessLookupError = "ProcessLookupError", PyExc_ProcessLookupError;
    PyTimeoutError = "TimeoutError", PyExc_TimeoutError;

    PyWarning = "Warning", PyExc_Warning;
    PyUserWarning = "UserWarning", PyExc_UserWarning;
    PyDeprecationWarning = "DeprecationWarning", PyExc_DeprecationWarning;
    PyPendingDeprecationWarning = "PendingDeprecationWarning", PyExc_PendingDeprecationWarning;
    PySyntaxWarning = "SyntaxWarning", PyExc_SyntaxWarning;
    PyRuntimeWarning = "RuntimeWarning", PyExc_RuntimeWarning;
    PyFutureWarning = "FutureWarning", PyExc_FutureWarning;
    PyImportWarning = "ImportWarning", PyExc_ImportWarning;
    PyUnicodeWarning = "UnicodeWarning", PyExc_UnicodeWarning;
    PyBytesWarning = "BytesWarning", PyExc_BytesWarning;
    PyResourceWarning = "ResourceWarning", PyExc_ResourceWarning;
}

/// An alias of [`PyOSError`], as in Python.
pub type PyEnvironmentError = PyOSError;
/// An alias of [`PyOSError`], as in Python.
pub type PyIOError = PyOSError;

pub use crate::panic::PanicException;
