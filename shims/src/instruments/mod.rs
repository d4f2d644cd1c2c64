//! Instruments between the table and the interpreter, for whoever looks for a bug: `EVERYPY_SHIM`.
//!
//! - `trace`: a line when a row is called, and one when it returns.
//! - `check`: a line for each call that breaks a rule of the C API; with `check:abort` the process ends there.
//! - `fault:N`: the Nth call that can fail does fail, with `MemoryError`.
//!
//! They are in every module, and asked for once, when the table is filled. If any is on, each row gets the address of a
//! few bytes of code that go through [`hooks`] (`thunks.rs`); if none is, the table and all code are what they would be
//! without them.

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64"))]
mod facts;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64"))]
mod hooks;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64"))]
mod thunks;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64")))]
pub(crate) use elsewhere::*;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64"))]
pub(crate) use here::*;

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64"))]
mod here {
    use core::ffi::{CStr, c_char};

    use everypy_ffi as ffi;

    use super::{hooks, thunks};
    use crate::find::Python;

    /// What is asked for.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Instruments {
        pub(super) trace: bool,
        pub(super) check: bool,
        /// Whether what `check` finds ends the process.
        pub(super) abort: bool,
        /// Which call fails, from 1 on.
        pub(super) fault: usize,
    }

    unsafe extern "C" {
        // The `libc` crate does not have it for Linux; glibc and musl do.
        safe fn secure_getenv(name: *const c_char) -> *const c_char;
    }

    /// A variable of the environment, unless the process has rights that its user does not have.
    fn variable(name: &CStr) -> Option<&'static CStr> {
        let value = secure_getenv(name.as_ptr());
        // SAFETY: it is null or a string, which stays while nobody changes the environment.
        (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) })
    }

    /// What `EVERYPY_SHIM` asks for.
    pub(crate) fn wanted() -> Option<Instruments> {
        let value = variable(c"EVERYPY_SHIM")?.to_bytes();
        if value.is_empty() {
            return None;
        }
        let instruments = parse(value);
        if instruments.is_none() {
            crate::report(
                "everypy: EVERYPY_SHIM is not trace, check, check:abort or fault:N, nor several with commas between\n",
            );
        }
        instruments
    }

    fn parse(value: &[u8]) -> Option<Instruments> {
        let mut instruments = Instruments::default();
        for word in value.split(|byte| *byte == b',') {
            match after(word, b"check") {
                Some(rest) => {
                    instruments.check = true;
                    instruments.abort |= !rest.is_empty();
                    if !rest.is_empty() && !is(rest, b":abort") {
                        return None;
                    }
                }
                None if is(word, b"trace") => instruments.trace = true,
                None => instruments.fault = number(after(word, b"fault:")?)?,
            }
        }
        Some(instruments)
    }

    /// What comes after a beginning. Not inlined, since byte for byte each comparison would be larger than a call.
    #[inline(never)]
    fn after<'a>(word: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
        word.strip_prefix(start)
    }

    fn is(word: &[u8], known: &[u8]) -> bool {
        after(word, known).is_some_and(<[u8]>::is_empty)
    }

    /// A number above 0, of nine digits at most.
    fn number(digits: &[u8]) -> Option<usize> {
        let mut number = 0;
        for digit in digits {
            let digit = usize::from(digit.wrapping_sub(b'0'));
            if digit > 9 || digits.len() > 9 {
                return None;
            }
            number = number * 10 + digit;
        }
        (number != 0).then_some(number)
    }

    impl Instruments {
        /// Puts them before what the rows have.
        pub(crate) fn install(self, python: &Python, addresses: &mut [*const (); ffi::LEN]) {
            let file = variable(c"EVERYPY_SHIM_FILE")
                .map(|path| {
                    let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT | libc::O_CLOEXEC;
                    // SAFETY: the path is a string.
                    unsafe { libc::open64(path.as_ptr(), flags, 0o666) }
                })
                .filter(|file| *file >= 0);
            let file = file.unwrap_or(libc::STDERR_FILENO);
            hooks::set(self, file, python, addresses);
            if !thunks::install(addresses) {
                crate::report("everypy: EVERYPY_SHIM: no code can be made here\n");
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn values() {
            #[track_caller]
            fn check(value: &str, expected: Option<(bool, bool, bool, usize)>) {
                let seen =
                    parse(value.as_bytes()).map(|it| (it.trace, it.check, it.abort, it.fault));
                assert_eq!(seen, expected, "{value}");
            }
            check("trace", Some((true, false, false, 0)));
            check("check", Some((false, true, false, 0)));
            check("check:abort", Some((false, true, true, 0)));
            check("fault:12", Some((false, false, false, 12)));
            check("fault:3,check,trace", Some((true, true, false, 3)));
            for wrong in [
                "Trace",
                "fault",
                "fault:",
                "fault:0",
                "fault:-1",
                "fault:1x",
                "fault:1000000000",
                "trace,",
                ",",
                "1",
                "trace check",
            ] {
                check(wrong, None);
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64")))]
mod elsewhere {
    use everypy_ffi as ffi;

    use crate::find::Python;

    /// There are none on this platform.
    pub(crate) enum Instruments {}

    /// Says that there are none, if any is asked for.
    pub(crate) fn wanted() -> Option<Instruments> {
        if !has_more_rights()
            && std::env::var_os("EVERYPY_SHIM").is_some_and(|value| !value.is_empty())
        {
            crate::report(
                "everypy: EVERYPY_SHIM has no effect: its instruments are made for Linux on x86-64 only\n",
            );
        }
        None
    }

    /// Whether the process has rights that its user does not have.
    #[cfg(unix)]
    fn has_more_rights() -> bool {
        // SAFETY: nothing can go wrong.
        unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() }
    }

    /// Windows has no such thing.
    #[cfg(not(unix))]
    fn has_more_rights() -> bool {
        false
    }

    impl Instruments {
        pub(crate) fn install(self, _: &Python, _: &mut [*const (); ffi::LEN]) {
            match self {}
        }
    }
}
