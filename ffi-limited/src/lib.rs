//! The C API of Python as data.
//!
//! One row per entry of the limited API, in files named after CPython's headers (`headers/`), each with its signature
//! and the version that brought it. The rows of all headers make up the [`Table`]; each also has a thin callable
//! wrapper of its own name, so that `PyList_New(3)` reads as it does in C and costs one load and one indirect call.
//!
//! This crate knows no interpreter. `everypy-shims` finds the running one and fills the table.

#![no_std]
#![allow(
    non_snake_case,
    non_camel_case_types,
    non_upper_case_globals,
    reason = "the names are those of the C API"
)]

#[macro_use]
mod rows;
pub mod headers;
mod packed;
mod stubs;
mod types;

pub use headers::*;
pub use packed::{Arguments, Described, Name, Names, Traits, traits};
pub use rows::{Failure, Row};
#[cfg(everypy_sled)]
pub use stubs::is_stub;
pub use stubs::stub;
pub use types::*;

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

/// The rows of all headers, in the order of the table.
///
/// For tests and for building the packed tables below; a program that only uses those does not carry this one.
#[expect(clippy::large_const_arrays, reason = "a static would be carried by every program")]
pub const ROWS: [Row; LEN] = headers::all_rows();

/// The table itself and the hook of its stubs. Written once by the loader, then immutable.
#[repr(transparent)]
struct Once<T>(UnsafeCell<MaybeUninit<T>>);

// SAFETY: written once, before the first use, by the loader, which orders that write before every use.
unsafe impl<T> Sync for Once<T> {}

/// The bytes of [`room`].
pub const ROOM: usize = 128;

#[repr(C)]
struct WithRoom {
    room: UnsafeCell<[u64; ROOM / size_of::<u64>()]>,
    table: Table,
}

static TABLE: Once<WithRoom> = Once(UnsafeCell::new(MaybeUninit::zeroed()));
static MISSING: Once<fn(usize)> = Once(UnsafeCell::new(MaybeUninit::new(not_loaded)));

fn not_loaded(_row: usize) {}

/// The table.
///
/// # Safety
///
/// It has been filled: [`fill`] happened before.
#[inline(always)]
pub unsafe fn table() -> &'static Table {
    // SAFETY: filled, says the caller, and never written again.
    unsafe { &(*TABLE.0.get().cast::<WithRoom>()).table }
}

/// Room in front of the table, all zero at first, for what its user reads as often: a function that reads both loads one
/// address. It is aligned to 8 bytes.
#[inline(always)]
pub fn room() -> *mut u8 {
    // SAFETY: within the static; no reference is made.
    unsafe { (&raw mut (*TABLE.0.get().cast::<WithRoom>()).room).cast() }
}

/// Fills the table with one address per row and sets what stubs call, with the row's place, before they return.
///
/// # Safety
///
/// Happens once, before every other use of the table. Each address is that of a function of the row's signature (or a
/// stub), or of the row's variable (or null).
pub unsafe fn fill(addresses: &[*const (); LEN], missing: fn(usize)) {
    // SAFETY: nobody reads yet, says the caller; a `Table` consists of `LEN` pointers.
    unsafe {
        let table = &raw mut (*TABLE.0.get().cast::<WithRoom>()).table;
        table.cast::<[*const (); LEN]>().write(*addresses);
        MISSING.0.get().write(MaybeUninit::new(missing));
    }
}

/// What a stub does: tells of its row, and returns what says that the call failed.
#[cold]
pub(crate) fn missing(row: usize) -> i64 {
    // SAFETY: initialised from the start, and written only before the first stub can be called.
    unsafe { (*MISSING.0.get()).assume_init()(row) };
    match traits(row).failure {
        Failure::Null | Failure::Data => 0,
        Failure::MinusOne | Failure::MinusOnePointZero | Failure::Nothing => -1,
    }
}
