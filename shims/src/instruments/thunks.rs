//! The code that goes between a row and its function.
//!
//! Each row has its own few bytes, made when they are needed, which load the number of the row and go on to what is
//! common to all. That saves the registers that arguments are in, asks [`hooks::enter`](super::hooks) what to call,
//! calls it with the same arguments, and gives what it returned to `hooks::leave`.

use core::arch::naked_asm;
use core::mem::{offset_of, size_of};

use everypy_ffi as ffi;

use super::facts::Facts;
use super::hooks;

/// What is known of a call: the registers as they were, and what the hooks note.
#[repr(C, align(16))]
pub(super) struct Call {
    /// rdi, rsi, rdx, rcx, r8, r9.
    pub(super) integers: [usize; 6],
    /// al: how many vector registers a variadic function is given.
    vectors: usize,
    /// Which row it is, and what is known of it; the upper half of the word is nothing.
    pub(super) facts: Facts,
    /// The arguments on the stack.
    stack: *const usize,
    /// How many words of them there may be.
    pub(super) words: usize,
    /// When the function was called, in nanoseconds.
    pub(super) start: u64,
    /// Whether `check` is to look at the result.
    pub(super) checked: bool,
    /// Whether it does not happen, but fails.
    pub(super) failed: bool,
}

/// What a function returns, wherever it is looked for.
#[repr(C)]
pub(super) struct Returned {
    /// xmm0.
    pub(super) float: u64,
    /// rax.
    pub(super) integer: usize,
}

/// How many words of arguments on the stack are handed on, if there may be any. The row with the most arguments has five
/// there; the rest is for those behind C's `...`.
pub(super) const WORDS: usize = 32;

/// What `fxsave` writes.
const FLOATS: usize = 512;
const SIZE: usize = size_of::<Call>() + FLOATS;
/// Where the call is kept while it lasts, and what is returned.
const KEPT: usize = size_of::<[usize; 2]>();
const _: () = assert!(SIZE.is_multiple_of(16) && KEPT.is_multiple_of(16));
const _: () = assert!(offset_of!(Call, integers) == 0);

/// What all thunks have in common; what is known of the row is in r11.
///
/// Between the two hooks nothing but four words is on the stack, since a recursion may need all of it.
#[unsafe(naked)]
unsafe extern "C" fn common() {
    naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "sub rsp, {size} + {kept}",
        "fxsave [rsp + {floats}]",
        "mov [rsp], rdi",
        "mov [rsp + 8], rsi",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rcx",
        "mov [rsp + 32], r8",
        "mov [rsp + 40], r9",
        "mov [rsp + 48], rax",
        "mov [rsp + 56], r11",
        "lea rax, [rbp + 16]",
        "mov [rsp + 64], rax",
        // Where the call is kept, and what it returns if it does not happen.
        "mov rdi, rsp",
        "lea rsi, [rbp - {kept}]",
        "call {enter}",
        "test rax, rax",
        "jz 2f",
        "mov r11, rax",
        "fxrstor [rsp + {floats}]",
        "mov rax, rsp",
        // The arguments on the stack, if there may be any.
        "lea r10, [rbp - {kept}]",
        "mov rcx, [rax + 72]",
        "jrcxz 3f",
        "lea r10, [rsp - {words} * 8]",
        "mov rsp, r10",
        "lea rsi, [rbp + 16]",
        "mov rdi, r10",
        "rep movsq",
        "3:",
        "mov rdi, [rax]",
        "mov rsi, [rax + 8]",
        "mov rdx, [rax + 16]",
        "mov rcx, [rax + 24]",
        "mov r8, [rax + 32]",
        "mov r9, [rax + 40]",
        "mov rax, [rax + 48]",
        "mov rsp, r10",
        "call r11",
        "2:",
        "lea rsp, [rbp - {kept}]",
        // What is kept is given to the hook in exchange for what is returned.
        "mov rdi, [rsp]",
        "mov [rsp + 8], rax",
        "movq [rsp], xmm0",
        "mov rsi, rsp",
        "call {leave}",
        "movq xmm0, [rsp]",
        "mov rax, [rsp + 8]",
        "leave",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
        size = const SIZE,
        kept = const KEPT,
        floats = const size_of::<Call>(),
        words = const WORDS,
        enter = sym hooks::enter,
        leave = sym hooks::leave,
    )
}

/// The code of a row: `mov r11d, facts`, `jmp [rip + 4]`, four bytes of nothing, and the address that is jumped to.
type Thunk = [u64; 3];

fn thunk(facts: Facts) -> Thunk {
    [0x25ff_0000_0000_bb41 | u64::from(facts.packed()) << 16, 4, common as *const () as u64]
}

/// Puts a thunk in the place of each function. Returns whether the system lets us.
pub(super) fn install(addresses: &mut [*const (); ffi::LEN]) -> bool {
    const LENGTH: usize = ffi::LEN * size_of::<Thunk>();
    // SAFETY: memory of our own, written in its bounds, and never given back. Nobody runs it while it can be written.
    unsafe {
        let memory = libc::mmap64(
            core::ptr::null_mut(),
            LENGTH,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if memory == libc::MAP_FAILED {
            return false;
        }
        let thunks = memory.cast::<Thunk>();
        for row in 0..ffi::LEN {
            thunks.add(row).write(thunk(Facts::of(row)));
        }
        if libc::mprotect(memory, LENGTH, libc::PROT_READ | libc::PROT_EXEC) != 0 {
            return false;
        }
        for (row, address) in addresses.iter_mut().enumerate() {
            if ffi::traits(row).failure != ffi::Failure::Data {
                *address = thunks.add(row).cast();
            }
        }
    }
    true
}
