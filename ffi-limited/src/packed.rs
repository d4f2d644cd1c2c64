//! What loading needs to know of the rows, in little space: without a pointer per row, which would cost a relocation too.

use core::ffi::CStr;

use crate::rows::Failure;
use crate::{LEN, ROWS, Row};

/// How many bytes the names of a row and of the one before it have in common at their start, up to [`SHARED`], but for the
/// last byte of its own.
const fn shared(row: usize) -> usize {
    if row == 0 {
        return 0;
    }
    let (before, name) = (ROWS[row - 1].name.as_bytes(), ROWS[row].name.as_bytes());
    let mut length = 0;
    while length < SHARED as usize
        && length < before.len()
        && length + 1 < name.len()
        && before[length] == name[length]
    {
        length += 1;
    }
    length
}

/// The bits of a shared length.
const SHARED: u8 = 31;
/// The bit that the last byte of a name has beside those of ASCII.
const LAST: u8 = 128;

/// What is often in names, in a byte each: the first pair has the number 0. Digits and letters come after all of them.
const PAIRS: &[u8; 94] =
    b"DeExInPyReSiTy_A_Cacadalarasatbjecenereteweyicinitlelomencndodonorouper_rerorrsitatetitrueulze";
const _: () = assert!(PAIRS.len() / 2 <= b'0' as usize);

/// No more bytes than these are needed.
const MOST: usize = {
    let mut length = 0;
    let mut row = 0;
    while row < LEN {
        length += 1 + ROWS[row].name.len() - shared(row);
        row += 1;
    }
    length
};

/// The names as [`NAMES`] has them, and how many bytes that are.
const PACKED: ([u8; MOST], usize) = {
    // Searched by both bytes, since that happens often.
    let mut pairs = [[LAST; LAST as usize]; LAST as usize];
    let mut pair = 0;
    while pair < PAIRS.len() / 2 {
        pairs[PAIRS[2 * pair] as usize][PAIRS[2 * pair + 1] as usize] = pair as u8;
        pair += 1;
    }
    let mut packed = [0; MOST];
    let mut at = 0;
    let mut row = 0;
    while row < LEN {
        let name = ROWS[row].name.as_bytes();
        let mut i = shared(row);
        packed[at] = i as u8 | Arguments::of(&ROWS[row]).0 << 5;
        at += 1;
        while i < name.len() {
            assert!(name[i] >= b'0' && name[i] < LAST, "a name consists of letters and digits");
            packed[at] = name[i];
            i += 1;
            if i < name.len() && pairs[name[i - 1] as usize][name[i] as usize] != LAST {
                packed[at] = pairs[name[i - 1] as usize][name[i] as usize];
                i += 1;
            }
            at += 1;
        }
        packed[at - 1] |= LAST;
        row += 1;
    }
    (packed, at)
};

/// For each row: how much of the name before it stays, with its arguments in the three bits above, and the rest of its
/// own name.
static NAMES: [u8; PACKED.1] = {
    let packed = PACKED.0;
    let mut names = [0; PACKED.1];
    let mut at = 0;
    while at < names.len() {
        names[at] = packed[at];
        at += 1;
    }
    names
};

/// The integers and pointers that a function is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arguments(u8);

impl Arguments {
    /// As many as three bits can say.
    const MANY: u8 = 7;

    const fn of(row: &Row) -> Self {
        Self(if row.variadic || row.arguments > Self::MANY { Self::MANY } else { row.arguments })
    }

    /// How many there are, if that is known.
    pub fn count(self) -> Option<usize> {
        (self.0 < Self::MANY).then_some(usize::from(self.0))
    }
}

/// The length of the longest name, with its NUL.
const LONGEST: usize = {
    let mut longest = 0;
    let mut row = 0;
    while row < LEN {
        if ROWS[row].name.len() >= longest {
            longest = ROWS[row].name.len() + 1;
        }
        row += 1;
    }
    longest
};

/// The name of a row.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// As in CPython.
    pub text: &'a CStr,
    /// Its hash in the symbol tables of ELF files (`DT_GNU_HASH`).
    pub gnu_hash: u32,
}

impl Name<'_> {
    /// The hash of no bytes at all.
    pub const NO_HASH: u32 = 5381;

    /// The hash of what has one already and a byte behind it.
    #[inline(always)]
    pub const fn hash_on(hash: u32, byte: u8) -> u32 {
        hash.wrapping_mul(33).wrapping_add(byte as u32)
    }
}

impl<'a> From<&'a CStr> for Name<'a> {
    #[inline(never)]
    fn from(text: &'a CStr) -> Self {
        let bytes = text.to_bytes().iter();
        Self { text, gnu_hash: bytes.fold(Self::NO_HASH, |hash, &byte| Self::hash_on(hash, byte)) }
    }
}

/// Unpacks the names of the rows one after the other, in the order of the table.
pub struct Names {
    /// The bytes of the last one, since the next may begin with some of them.
    name: [u8; LONGEST],
    /// The hashes of its beginnings, by their length.
    hashes: [u32; LONGEST],
    packed: *const u8,
    left: usize,
}

impl Names {
    /// From the first row on.
    #[expect(clippy::new_without_default, reason = "the loader alone makes one")]
    pub fn new() -> Self {
        let hashes = [Name::NO_HASH; LONGEST];
        Self { name: [0; LONGEST], hashes, packed: NAMES.as_ptr(), left: LEN }
    }

    /// The name and the arguments of the next row, or nothing after the last one.
    #[inline(never)]
    pub fn advance(&mut self) -> Option<(Name<'_>, Arguments)> {
        self.left = self.left.checked_sub(1)?;
        let Self { name, hashes, packed, .. } = self;
        // SAFETY: for each row there is a number, and the bytes of a name with the last one marked, of which those below the
        // digits are pairs. No name is longer than the longest, and none has a NUL, as was seen when they were packed; one
        // is put behind this one.
        unsafe {
            let first = **packed;
            let mut length = usize::from(first & SHARED);
            let mut gnu_hash = *hashes.get_unchecked(length);
            let mut push = |byte: u8| {
                *name.get_unchecked_mut(length) = byte;
                length += 1;
                gnu_hash = Name::hash_on(gnu_hash, byte);
                *hashes.get_unchecked_mut(length) = gnu_hash;
            };
            let mut next = *packed;
            loop {
                next = next.add(1);
                let mut byte = *next & !LAST;
                if byte < b'0' {
                    let pair = PAIRS.as_ptr().add(2 * usize::from(byte));
                    push(*pair);
                    byte = *pair.add(1);
                }
                push(byte);
                if *next & LAST != 0 {
                    break;
                }
            }
            *packed = next.add(1);
            *name.get_unchecked_mut(length) = 0;
            let text = CStr::from_bytes_with_nul_unchecked(name.get_unchecked(..=length));
            Some((Name { text, gnu_hash }, Arguments(first >> 5)))
        }
    }
}

/// The name and the arguments of one row, for where time does not count.
pub struct Described {
    names: Names,
    /// What it is called with.
    pub arguments: Arguments,
}

impl Described {
    /// Finds them.
    #[inline(never)]
    pub fn row(row: usize) -> Self {
        let mut described = Self { names: Names::new(), arguments: Arguments(0) };
        for _ in 0..=row {
            if let Some((_, arguments)) = described.names.advance() {
                described.arguments = arguments;
            }
        }
        described
    }

    /// The name.
    pub fn name(&self) -> &CStr {
        // SAFETY: no name has a NUL, and there is one behind it.
        unsafe { CStr::from_ptr(self.names.name.as_ptr().cast()) }
    }
}

/// What loading needs to know of a row besides its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// See [`Row::since`](crate::Row::since).
    pub since: (u8, u8),
    /// See [`Row::required`](crate::Row::required).
    pub required: bool,
    /// See [`Row::failure`](crate::Row::failure).
    pub failure: Failure,
}

impl Traits {
    /// Whether the row has a stub: functions that an interpreter may lack.
    pub fn has_stub(&self) -> bool {
        !self.required && self.failure != Failure::Data
    }
}

/// How many rows have a stub.
#[cfg(everypy_sled)]
pub(crate) const STUBS: usize = {
    let mut count = 0;
    let mut row = 0;
    while row < LEN {
        if !ROWS[row].required && !matches!(ROWS[row].failure, Failure::Data) {
            count += 1;
        }
        row += 1;
    }
    count
};

/// The failure in the high three bits; below it the minor version, or 0 for a row that is required and so of 3.7.
static TRAITS: [u8; LEN] = {
    let mut traits = [0; LEN];
    let mut row = 0;
    while row < LEN {
        let (major, minor) = ROWS[row].since;
        assert!(major == 3 && minor < 32, "the packed form has five bits for the version");
        assert!(!ROWS[row].required || minor == 7, "what is newer than 3.7 cannot be required");
        let version = if ROWS[row].required { 0 } else { minor };
        traits[row] = version | (ROWS[row].failure as u8) << 5;
        row += 1;
    }
    traits
};

/// What is known of a row.
///
/// # Panics
///
/// If there is no such row.
pub fn traits(row: usize) -> Traits {
    const FAILURES: [Failure; 5] = [
        Failure::Null,
        Failure::MinusOne,
        Failure::MinusOnePointZero,
        Failure::Nothing,
        Failure::Data,
    ];
    let packed = TRAITS[row];
    Traits {
        since: (3, if packed & 31 == 0 { 7 } else { packed & 31 }),
        required: packed & 31 == 0,
        failure: FAILURES[usize::from(packed >> 5)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_what_was_packed() {
        let mut names = Names::new();
        let mut row = 0;
        while let Some((Name { text: name, gnu_hash }, arguments)) = names.advance() {
            assert_eq!(gnu_hash, Name::from(name).gnu_hash, "{name:?}");
            assert_eq!(Described::row(row).name(), name);
            assert_eq!(Described::row(row).arguments, arguments, "{name:?}");
            let expected = ROWS[row];
            assert_eq!(name.to_str(), Ok(expected.name));
            let known = !expected.variadic && expected.arguments < 7;
            let arguments_known = known.then_some(usize::from(expected.arguments));
            assert_eq!(arguments.count(), arguments_known, "{name:?}");
            let traits = traits(row);
            assert_eq!(traits.since, expected.since, "{name:?}");
            assert_eq!(traits.required, expected.required, "{name:?}");
            assert_eq!(traits.failure, expected.failure, "{name:?}");
            row += 1;
        }
        assert_eq!(row, LEN);
    }
}
