//! Compares our declarations of the C API with those of pyo3-ffi, which others have used for years.
//!
//! It is the compiler that compares: the very files that make up the table of `everypy-ffi` are compiled here once
//! more, with macros that turn each row into an assignment of pyo3-ffi's function to a pointer of our type. A row
//! that is not the same does not compile, and neither does a row that pyo3-ffi lacks, unless `exceptions.rs` says so.
//!
//! pyo3-ffi is built for the stable ABI of 3.15, which needs no Python.

#![allow(
    non_snake_case,
    non_camel_case_types,
    non_upper_case_globals,
    reason = "the names are those of the C API"
)]
#![allow(
    unfulfilled_lint_expectations,
    reason = "the files of `everypy-ffi` expect what Clippy says of its wrappers"
)]
#![expect(deprecated, reason = "what pyo3-ffi advises its users against has rows, too")]

#[macro_use]
mod exceptions;

/// How the comparison of an entry came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both declare the same.
    Same,
    /// They differ in the way that `exceptions.rs` describes.
    Different,
    /// pyo3-ffi has no such entry.
    Lacking,
}

macro_rules! rows {
    (
        header $header:ident;
        functions { $(
            fn $fn_name:ident($($arg:ident: $arg_ty:ty),* $(,)?) -> $fn_ret:ty, ($fn_major:literal, $fn_minor:literal) $(, $fn_required:ident)?;
        )* }
        variadic { $(
            fn $var_name:ident($($var_arg:ident: $var_ty:ty),* $(,)?) -> $var_ret:ty, ($var_major:literal, $var_minor:literal) $(, $var_required:ident)?;
        )* }
        data { $(
            static $data_name:ident: $data_ty:ty, ($data_major:literal, $data_minor:literal) $(, $data_required:ident)?;
        )* }
    ) => {
        $(function! { $fn_name unsafe extern "C" fn($($arg_ty),*) -> $fn_ret })*
        $(function! { $var_name unsafe extern "C" fn($($var_ty,)* ...) -> $var_ret })*
        $(data! { $data_name $data_ty })*

        /// How the comparison of each row came out.
        pub const OUTCOMES: &[crate::Outcome] = &[
            $(outcome!($fn_name),)*
            $(outcome!($var_name),)*
            $(outcome!($data_name),)*
        ];
    };
}

macro_rules! headers {
    ($($header:ident),* $(,)?) => {
        $(pub mod $header;)*
        $(pub use $header::*;)*

        /// How the comparison of each row came out, by header.
        pub const ROWS: &[&[crate::Outcome]] = &[$($header::OUTCOMES),*];
    };
}

use core::mem::offset_of;

// The types that the rows use: those of pyo3-ffi, and ours where it has none.
use everypy_ffi::{
    PyGILState_STATE, PyImport_LazyImportsMode, PyInterpreterGuard, PyInterpreterView,
    PyLockStatus, PyOS_sighandler_t, PySendResult, PyThread_type_lock, PyThreadStateToken, VaList,
    wchar_t,
};
use pyo3_ffi::*;

macro_rules! same_structs {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        const _: () = assert!(size_of::<everypy_ffi::$name>() == size_of::<$name>());
        $(const _: () =
            assert!(offset_of!(everypy_ffi::$name, $field) == offset_of!($name, $field));)*
    )*};
}
same_structs! {
    PyGetSetDef { name, get, set, doc, closure }
    PyMemberDef { name, type_code, offset, flags, doc }
    PyMethodDef { ml_name, ml_meth, ml_flags, ml_doc }
    PyModuleDef_Slot { slot, value }
    PyStructSequence_Desc { name, doc, fields, n_in_sequence }
    PyStructSequence_Field { name, doc }
    PyType_Slot { slot, pfunc }
    PyType_Spec { name, basicsize, itemsize, flags, slots }
    Py_buffer {
        buf, obj, len, itemsize, readonly, ndim, format, shape, strides, suboffsets, internal,
    }
    PyABIInfo { abiinfo_major_version, abiinfo_minor_version, flags, build_version, abi_version }
    PyCriticalSection {}
    PyCriticalSection2 {}
    PyLongExport { value, negative, ndigits, digits }
    PyLongLayout { bits_per_digit, digit_size, digits_order, digit_endianness }
    PySlot { sl_id, sl_flags }
}

#[path = "../../../ffi-limited/src/types/functions.rs"]
pub mod functions;

#[expect(unused_imports, unreachable_pub, reason = "not every header declares a constant")]
#[path = "../../../ffi-limited/src/headers/mod.rs"]
pub mod headers;

macro_rules! constants {
    ($($name:ident)*) => {
        $(constant! { $name })*

        /// How the comparison of each constant came out.
        pub const CONSTANTS: &[Outcome] = &[$(outcome!($name)),*];
    };
}
include!(concat!(env!("OUT_DIR"), "/constants.rs"));

macro_rules! function_types {
    ($($name:ident)*) => {
        $(function_type! { $name })*

        /// How the comparison of each function type came out.
        pub const FUNCTION_TYPES: &[Outcome] = &[$(outcome!($name)),*];
    };
}
include!(concat!(env!("OUT_DIR"), "/function_types.rs"));
