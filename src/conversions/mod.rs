//! The conversions of Rust's own types, and of the smart pointers.

mod containers;
mod floats;
mod integers;
mod packed;
mod pointers;
mod text;
mod tuples;
