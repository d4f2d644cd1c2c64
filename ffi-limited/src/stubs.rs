//! The stand-ins for missing functions. Each knows its row, tells [`missing`](crate::missing) of it and returns what
//! says that the call failed, whatever its type: an integer, a pointer or a `double`.
//!
//! They take no arguments: with the C calling conventions of our platforms the caller removes what it has passed.

/// The stub of a row, to be put where an interpreter lacks the entry; `place` is the number of the rows before it that
/// have one too ([`Traits::has_stub`](crate::Traits::has_stub)).
pub fn stub(row: usize, place: usize) -> *const () {
    platform::stub(row, place)
}

/// Whether an address in the table is that of a stub.
#[cfg(everypy_sled)]
pub fn is_stub(address: *const ()) -> bool {
    (address as usize).wrapping_sub(platform::stub(0, 0) as usize) < platform::LENGTH
}

/// One entry of five bytes per stub that calls what is common to all, which sees by the address to return to whose it is.
/// A Rust function each would take ten times the space, most of it for unwinding.
#[cfg(everypy_sled)]
mod platform {
    use core::arch::naked_asm;

    /// The size of `call rel32`.
    const ENTRY: usize = 5;

    /// The size of all entries.
    pub(super) const LENGTH: usize = crate::packed::STUBS * ENTRY;

    pub(super) fn stub(_row: usize, place: usize) -> *const () {
        assert!(place < crate::packed::STUBS, "there is such a stub");
        (sled as *const ()).wrapping_byte_add(place * ENTRY)
    }

    /// What the entries have in common, given how far behind the start of the sled one is.
    extern "C" fn missing(offset: usize) -> i64 {
        let mut before = offset / ENTRY;
        let row = (0..crate::LEN).find(|&row| {
            let counts = crate::traits(row).has_stub();
            let found = counts && before == 0;
            before -= usize::from(counts && !found);
            found
        });
        crate::missing(row.unwrap_or(0))
    }

    #[unsafe(naked)]
    unsafe extern "C" fn sled() {
        naked_asm!(
            "3:",
            ".rept {stubs}",
            // In bytes, so that it does not become shorter.
            ".byte 0xe8",
            ".long 2f - . - 4",
            ".endr",
            "2:",
            // The end of the entry; nobody returns there.
            "pop rdi",
            "lea rax, [rip + 3b + {entry}]",
            "sub rdi, rax",
            // The stack is aligned by one word more than the address to return to.
            "push rax",
            "call {missing}",
            "pop rcx",
            // Whoever expects a `double` finds -1.0 where it looks.
            "mov rcx, 0xbff0000000000000",
            "movq xmm0, rcx",
            "ret",
            stubs = const crate::packed::STUBS,
            entry = const ENTRY,
            missing = sym missing,
        )
    }
}

/// A function per row.
#[cfg(not(everypy_sled))]
mod platform {
    static STUBS: [super::Stub; crate::LEN] = crate::headers::all_stubs();

    pub(super) fn stub(row: usize, _place: usize) -> *const () {
        STUBS[row] as *const ()
    }
}

#[cfg(not(everypy_sled))]
pub(crate) type Stub = unsafe extern "C" fn() -> i64;

/// The stub of row `ROW`.
#[cfg(not(everypy_sled))]
pub(crate) const fn of_row<const ROW: usize>(failure: crate::Failure) -> Stub {
    extern "C" fn integer<const ROW: usize>() -> i64 {
        crate::missing(ROW)
    }
    extern "C" fn double<const ROW: usize>() -> f64 {
        crate::missing(ROW) as f64
    }
    match failure {
        crate::Failure::MinusOnePointZero => {
            // SAFETY: function pointers have one size; whoever calls this one does it with its own signature.
            unsafe { core::mem::transmute::<extern "C" fn() -> f64, Stub>(double::<ROW>) }
        }
        _ => {
            let stub: extern "C" fn() -> i64 = integer::<ROW>;
            stub
        }
    }
}
