//! Rows that are bound when the program is linked, by the feature `linked`: for platforms that cannot look symbols up at
//! run time, and to compare dispatch with.
//!
//! These are the rows that every interpreter has, as far as pyo3-ffi declares them; the others are looked up as ever.

use everypy_ffi as ffi;

/// A row and the symbol that the linker binds it to.
struct Linked {
    row: usize,
    address: *const (),
}

// SAFETY: the address of a function or a variable, which is valid in every thread.
unsafe impl Sync for Linked {}

macro_rules! linked {
    ($($header:ident {
        functions { $($function:ident,)* }
        data { $($data:ident,)* }
    })*) => {
        #[expect(deprecated, reason = "what nobody should call any more has a row too")]
        static LINKED: &[Linked] = &[$(
            $(Linked {
                row: core::mem::offset_of!(ffi::Table, $header.$function) / size_of::<usize>(),
                address: pyo3_ffi::$function as *const (),
            },)*
            $(Linked {
                row: core::mem::offset_of!(ffi::Table, $header.$data) / size_of::<usize>(),
                address: (&raw const pyo3_ffi::$data).cast(),
            },)*
        )*];
    };
}

include!("linked/rows.rs");

/// What the linker bound a row to.
pub(crate) fn find(row: usize) -> Option<*const ()> {
    // The list is in the order of the headers, and so nearly in that of the rows.
    LINKED.iter().find(|linked| linked.row == row).map(|linked| linked.address)
}
