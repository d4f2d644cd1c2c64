//! What the instruments do before and after a call.
//!
//! Nothing here may go through the table, or it would come back here, and nothing may panic.

use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::fmt::{self, Write as _};
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicUsize, Ordering};

use everypy_ffi as ffi;

use super::Instruments;
use super::facts::{Facts, Rule, facts};
use super::thunks::{Call, Returned, WORDS};
use crate::find::Python;
use crate::missing::name_of;

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

/// Writes a line at once, so that those of several threads and processes do not mix.
pub(super) fn write(file: c_int, line: &str) {
    // SAFETY: a string of this length.
    unsafe { libc::write(file, line.as_ptr().cast(), line.len()) };
}

impl State {
    /// Writes a line about a call.
    #[inline(never)]
    fn tell(&self, mark: &str, call: &Call, what: fmt::Arguments<'_>) {
        // SAFETY: nothing can go wrong.
        let thread = unsafe { libc::pthread_self() };
        let mut line = format!("everypy {mark} {thread} {}(", name_of(call.row));
        let mut comma = "";
        for place in 0..facts(call.row).arguments {
            // Writing to a string does not fail.
            let _ = write!(line, "{comma}{:#x}", call.argument(place));
            comma = ", ";
        }
        let _ = writeln!(line, "){what}");
        write(self.file, &line);
    }

    /// Tells of a rule that a call breaks.
    #[cold]
    fn broken(&self, call: &Call, how: &str) {
        self.tell("!", call, format_args!(" {how}"));
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

/// The time in nanoseconds since something.
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
    // SAFETY: see `errno`.
    let errno_before = unsafe { *errno() };
    let target = before_call(state(), call);
    // On the heap, since a recursion may need all of the stack.
    // SAFETY: it consists of numbers.
    *kept = Box::into_raw(Box::new(unsafe { core::ptr::read(call) }));
    // SAFETY: see `errno`.
    unsafe { *errno() = errno_before };
    target
}

/// After a call, or instead of one: `call` is what `enter` has kept.
pub(super) unsafe extern "C" fn leave(call: *mut Call, returned: &mut Returned) {
    let end = now();
    // SAFETY: see `errno`.
    let errno_before = unsafe { *errno() };
    // SAFETY: `enter` has made it so.
    let call = unsafe { Box::from_raw(call) };
    after_call(state(), &call, returned, end);
    drop(call);
    // SAFETY: see `errno`.
    unsafe { *errno() = errno_before };
}

#[inline(always)]
fn before_call(state: &State, call: &mut Call) -> *const () {
    let Instruments { trace, check, fault, .. } = state.instruments;
    // SAFETY: a thunk has the number of a row; a table consists of their addresses.
    let target = unsafe { *core::ptr::from_ref(&state.table).cast::<*const ()>().add(call.row) };
    let Facts { rule, stack, .. } = facts(call.row);
    if trace {
        state.tell(">", call, format_args!(""));
    }
    call.words = if stack { WORDS } else { 0 };
    call.checked = false;
    call.failed = false;
    if check && rule != Rule::Detached {
        // SAFETY: any thread may call it.
        if state.attached.is_some_and(|attached| unsafe { attached() } == 0) {
            state.broken(call, "called by a thread that is not attached");
        } else {
            let raised = state.raised();
            if raised && rule <= Rule::Quiet {
                state.broken(call, "called with an exception set");
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
        state.tell("*", call, format_args!(" fails"));
        // SAFETY: who calls a function that can fail is attached.
        unsafe { (state.table.pyerrors.PyErr_NoMemory)() };
        return core::ptr::null();
    }
    target
}

#[inline(always)]
fn after_call(state: &State, call: &Call, returned: &mut Returned, end: u64) {
    let Facts { rule, wide, .. } = facts(call.row);
    let mut failure = ffi::traits(call.row).failure;
    if rule == Rule::Zero {
        failure = ffi::Failure::Null;
    }
    if call.failed {
        returned.integer = if failure == ffi::Failure::Null { 0 } else { usize::MAX };
        returned.float = (-1.0_f64).to_bits();
    }
    let result = match failure {
        ffi::Failure::MinusOnePointZero => returned.float as usize,
        _ if wide => returned.integer,
        _ => returned.integer as i32 as usize,
    };
    if state.instruments.trace {
        let time = end.wrapping_sub(call.start);
        state.tell("<", call, format_args!(" = {result:#x} in {time} ns"));
    }
    if call.checked {
        let raised = state.raised();
        let failed = match failure {
            ffi::Failure::Null => result == 0,
            ffi::Failure::MinusOne => result == usize::MAX,
            _ => result as u64 == (-1.0_f64).to_bits(),
        };
        if raised && (rule > Rule::Misuse || !failed) {
            state.broken(call, "succeeded with an exception set");
        } else if failed && !raised && matches!(rule, Rule::Fails | Rule::Zero | Rule::Misuse) {
            state.broken(call, "failed without an exception");
        }
    }
}
