//! What the instruments do before and after a call.
//!
//! Nothing here may go through the table, or it would come back here, and nothing may panic.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int};
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicUsize, Ordering};

use everypy_ffi as ffi;

use super::Instruments;
use super::facts::Rule;
use super::thunks::{Call, Returned, WORDS};
use crate::find::Python;

/// What the hooks work with.
struct State {
    instruments: Instruments,
    /// Where the lines go.
    file: c_int,
    /// `PyGILState_Check`, which is no row.
    attached: Option<unsafe extern "C" fn() -> c_int>,
    /// How many calls there were that can fail.
    fallible: AtomicUsize,
    /// What the table would be without instruments.
    table: ffi::Table,
}

struct Once(UnsafeCell<MaybeUninit<State>>);

// SAFETY: written once, by `set`, before the first thunk can be called.
unsafe impl Sync for Once {}

static STATE: Once = Once(UnsafeCell::new(MaybeUninit::zeroed()));

fn state() -> &'static State {
    // SAFETY: hooks run after `set`.
    unsafe { (*STATE.0.get()).assume_init_ref() }
}

/// Notes what to do and what to call. Happens while the table is filled, before any hook.
pub(super) fn set(
    instruments: Instruments,
    file: c_int,
    python: &Python,
    addresses: &[*const (); ffi::LEN],
) {
    let attached = python.symbol(c"PyGILState_Check");
    let state = STATE.0.get().cast::<State>();
    // SAFETY: nobody reads yet. A table is what its addresses are. The signature has been this one since the function
    // came, in 3.4. Written field by field, since it is large.
    unsafe {
        (*state).instruments = instruments;
        (*state).file = file;
        (*state).attached = attached.map(|address| {
            core::mem::transmute::<*const (), unsafe extern "C" fn() -> c_int>(address)
        });
        core::ptr::from_mut(&mut (*state).table)
            .cast::<[*const (); ffi::LEN]>()
            .copy_from_nonoverlapping(addresses, 1);
    }
}

/// Room for a line: the longest name, six arguments and a result of 18 characters each, and some words.
const LINE: usize = 384;

impl State {
    /// Writes a line about a call, at once, so that those of several threads and processes do not mix. After `<` comes
    /// what it returned and the nanoseconds that took, else `how`.
    #[inline(never)]
    fn tell(&self, mark: u8, call: &Call, how: &CStr, result: usize, time: u64) {
        let mut text = MaybeUninit::<[c_char; LINE]>::uninit();
        let text = text.as_mut_ptr().cast::<c_char>();
        let described = ffi::Described::row(call.facts.row());
        // SAFETY: there is that much room; the arguments are those of the formats.
        unsafe {
            let (mark_char, name) = (c_int::from(mark), described.name().as_ptr());
            let format = c"everypy %c %zu %s(".as_ptr();
            let mut length = libc::snprintf(text, LINE, format, mark_char, thread(), name) as usize;
            let count = described.arguments.count();
            let mut comma = c"".as_ptr();
            for argument in call.integers.iter().take(count.unwrap_or(usize::MAX)) {
                let (end, room) = (text.add(length), LINE - length);
                length += libc::snprintf(end, room, c"%s0x%zx".as_ptr(), comma, *argument) as usize;
                comma = c", ".as_ptr();
            }
            let (end, room) = (text.add(length), LINE - length);
            length += if mark == b'<' {
                libc::snprintf(end, room, c") = 0x%zx in %zu ns\n".as_ptr(), result, time as usize)
            } else {
                libc::snprintf(end, room, c")%s\n".as_ptr(), how.as_ptr())
            } as usize;
            libc::write(self.file, text.cast(), length);
        }
    }

    /// Tells of a rule that a call breaks.
    #[cold]
    fn broken(&self, call: &Call, how: &CStr) {
        self.tell(b'!', call, how, 0, 0);
        if self.instruments.abort {
            // SAFETY: that is what was asked for.
            unsafe { libc::abort() };
        }
    }

    fn raised(&self) -> bool {
        // SAFETY: only called when this thread is attached.
        unsafe { !(self.table.pyerrors.PyErr_Occurred)().is_null() }
    }
}

/// What `threading.get_ident()` and `pthread_self` say: where the thread's own block is, which starts with its address.
fn thread() -> usize {
    let thread;
    // SAFETY: the ABI of threads on x86-64.
    unsafe {
        core::arch::asm!(
            "mov {}, fs:0",
            out(reg) thread,
            options(nostack, preserves_flags, readonly, pure),
        );
    }
    thread
}

/// The time in nanoseconds since something.
#[inline(never)]
fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: every Linux has that clock.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The variable `errno` of this thread, which some functions read and the hooks may not change.
fn errno() -> *mut c_int {
    // SAFETY: each thread has one.
    unsafe { libc::__errno_location() }
}

/// Before a call: keeps it, and returns what to call, or null if the call is not to happen.
pub(super) unsafe extern "C" fn enter(call: &mut Call, kept: &mut *mut Call) -> *const () {
    let errno = errno();
    // SAFETY: see `errno`.
    let errno_before = unsafe { *errno };
    let target = before_call(state(), call);
    // On the heap, since a recursion may need all of the stack.
    // SAFETY: it consists of numbers; without memory nothing can be done.
    unsafe {
        let room = libc::malloc(size_of::<Call>()).cast::<Call>();
        if room.is_null() {
            libc::abort();
        }
        room.copy_from_nonoverlapping(call, 1);
        *kept = room;
    }
    // SAFETY: see `errno`.
    unsafe { *errno = errno_before };
    target
}

/// After a call, or instead of one: `call` is what `enter` has kept.
pub(super) unsafe extern "C" fn leave(call: *mut Call, returned: &mut Returned) {
    let end = now();
    let errno = errno();
    // SAFETY: see `errno`.
    let errno_before = unsafe { *errno };
    // SAFETY: `enter` has made it so.
    unsafe {
        after_call(state(), &*call, returned, end);
        libc::free(call.cast());
    }
    // SAFETY: see `errno`.
    unsafe { *errno = errno_before };
}

#[inline(always)]
fn before_call(state: &State, call: &mut Call) -> *const () {
    let Instruments { trace, check, fault, .. } = state.instruments;
    // SAFETY: a thunk has the number of a row; a table consists of their addresses.
    let target =
        unsafe { *core::ptr::from_ref(&state.table).cast::<*const ()>().add(call.facts.row()) };
    let rule = call.facts.rule();
    if trace {
        state.tell(b'>', call, c"", 0, 0);
    }
    call.words = if call.facts.has_stack() { WORDS } else { 0 };
    call.checked = false;
    call.failed = false;
    if check && rule != Rule::Detached {
        // SAFETY: any thread may call it.
        if state.attached.is_some_and(|attached| unsafe { attached() } == 0) {
            state.broken(call, c" called by a thread that is not attached");
        } else {
            let raised = state.raised();
            if raised && rule <= Rule::Quiet {
                state.broken(call, c" called with an exception set");
            }
            // A stub raises, whatever the rule of its row is.
            call.checked = !raised && rule <= Rule::Never && !ffi::is_stub(target);
        }
    }
    call.start = now();
    if fault != 0
        && rule <= Rule::Maybe
        && state.fallible.fetch_add(1, Ordering::Relaxed) + 1 == fault
    {
        call.failed = true;
        state.tell(b'*', call, c" fails", 0, 0);
        // SAFETY: who calls a function that can fail is attached.
        unsafe { (state.table.pyerrors.PyErr_NoMemory)() };
        return core::ptr::null();
    }
    target
}

#[inline(always)]
fn after_call(state: &State, call: &Call, returned: &mut Returned, end: u64) {
    let facts = call.facts;
    let rule = facts.rule();
    let is_null = rule == Rule::Zero || facts.fails_with(ffi::Failure::Null);
    if call.failed {
        returned.integer = if is_null { 0 } else { usize::MAX };
        returned.float = (-1.0_f64).to_bits();
    }
    let is_float = facts.fails_with(ffi::Failure::MinusOnePointZero);
    let result = if is_float {
        returned.float as usize
    } else if facts.is_wide() {
        returned.integer
    } else {
        returned.integer as i32 as usize
    };
    if state.instruments.trace {
        state.tell(b'<', call, c"", result, end.wrapping_sub(call.start));
    }
    if call.checked {
        let raised = state.raised();
        let failure = match (is_null, is_float) {
            (true, _) => 0,
            (_, true) => (-1.0_f64).to_bits() as usize,
            _ => usize::MAX,
        };
        let failed = result == failure;
        if raised && (rule > Rule::Misuse || !failed) {
            state.broken(call, c" succeeded with an exception set");
        } else if failed && !raised && matches!(rule, Rule::Fails | Rule::Zero | Rule::Misuse) {
            state.broken(call, c" failed without an exception");
        }
    }
}
