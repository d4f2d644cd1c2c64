//! Types that are here to be named, cast to and extended.

use crate::types::PyAnyMethods as _;

native_type! {
    /// The type of mutable bytes, `bytearray`.
    PyByteArray = "bytearray", object PyByteArray_Type
}

native_type! {
    /// The type of complex numbers, `complex`.
    PyComplex = "complex", object PyComplex_Type
}

native_type! {
    /// The type of sets that cannot change, `frozenset`.
    PyFrozenSet = "frozenset", object PyFrozenSet_Type
}

native_type! {
    /// The base of time zones, `datetime.tzinfo`.
    PyTzInfo = "tzinfo", fetch |py| py.import("datetime")?.getattr("tzinfo")
}
