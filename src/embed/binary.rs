//! Which processor a program or library is made for.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// What the header of an ELF file says. Other kinds of files are left to the system's own judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    bits: u32,
    little_endian: bool,
    number: u16,
}

/// The numbers that ELF gives to processors, with Rust's names for them.
const NUMBERS: [(u16, &str); 8] = [
    (3, "x86"),
    (62, "x86_64"),
    (40, "arm"),
    (183, "aarch64"),
    (243, "riscv64"),
    (22, "s390x"),
    (21, "powerpc64"),
    (258, "loongarch64"),
];

impl Machine {
    /// What a file is made for; `None` if it is not an ELF file or cannot be read.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let mut header = [0; 20];
        File::open(path).ok()?.read_exact(&mut header).ok()?;
        Self::read(&header)
    }

    fn read(header: &[u8; 20]) -> Option<Self> {
        let bits = match header {
            [0x7f, b'E', b'L', b'F', 1, ..] => 32,
            [0x7f, b'E', b'L', b'F', 2, ..] => 64,
            _ => return None,
        };
        let little_endian = header[5] == 1;
        let number = [header[18], header[19]];
        let number =
            if little_endian { u16::from_le_bytes(number) } else { u16::from_be_bytes(number) };
        Some(Self { bits, little_endian, number })
    }

    /// What this program is made for; `None` if it is for a processor that is not in the list.
    pub(super) fn own() -> Option<Self> {
        let (number, _) = NUMBERS.iter().find(|(_, name)| *name == std::env::consts::ARCH)?;
        let little_endian = cfg!(target_endian = "little");
        Some(Self { bits: usize::BITS, little_endian, number: *number })
    }

    /// Says why a file does not fit this program, if so.
    pub(super) fn mismatch(path: &Path) -> Option<String> {
        let (own, other) = (Self::own()?, Self::of(path)?);
        (own != other).then(|| format!("it is made for {other}, and this program for {own}"))
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NUMBERS.iter().find(|(number, _)| *number == self.number) {
            Some((_, name)) => f.write_str(name)?,
            None => write!(f, "processor {}", self.number)?,
        }
        let order = if self.little_endian { "little" } else { "big" };
        write!(f, " ({} bits, {order}-endian)", self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(class: u8, order: u8, machine: [u8; 2]) -> [u8; 20] {
        let mut header = [0; 20];
        header[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, order]);
        header[18..].copy_from_slice(&machine);
        header
    }

    #[test]
    fn headers() {
        #[track_caller]
        fn check(header: [u8; 20], expected: Option<&str>) {
            let machine = Machine::read(&header).map(|machine| machine.to_string());
            assert_eq!(machine.as_deref(), expected);
        }
        check(header(2, 1, [62, 0]), Some("x86_64 (64 bits, little-endian)"));
        check(header(2, 2, [0, 22]), Some("s390x (64 bits, big-endian)"));
        check(header(1, 1, [3, 0]), Some("x86 (32 bits, little-endian)"));
        check(header(1, 1, [9, 1]), Some("processor 265 (32 bits, little-endian)"));
        check(*b"#!/bin/sh\nexec pytho", None);
    }

    /// This test program is what it is made for.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn this_program_fits_itself() {
        let own = std::env::current_exe().unwrap();
        assert_eq!(Machine::mismatch(&own), None);
        assert_eq!(Machine::own().is_some(), Machine::of(&own) == Machine::own());
    }
}
