//! What loading needs to know of the rows, in little space: without a pointer per row, which would cost a relocation too.

use core::ffi::CStr;

use crate::rows::Failure;
use crate::{LEN, ROWS};

/// How many bytes the names of a row and of the one before it have in common at their start.
const fn shared(row: usize) -> usize {
    if row == 0 {
        return 0;
    }
    let (before, name) = (ROWS[row - 1].name.as_bytes(), ROWS[row].name.as_bytes());
    let mut length = 0;
    while length < before.len() && length < name.len() && before[length] == name[length] {
        length += 1;
    }
    length
}

const PACKED_LEN: usize = {
    let mut length = 0;
    let mut row = 0;
    while row < LEN {
        length += 2 + ROWS[row].name.len() - shared(row);
        row += 1;
    }
    length
};

/// For each row: how much of the name before it stays, how long the rest of its own is, and that rest.
static NAMES: [u8; PACKED_LEN] = {
    let mut packed = [0; PACKED_LEN];
    let mut at = 0;
    let mut row = 0;
    while row < LEN {
        let name = ROWS[row].name.as_bytes();
        let mut i = shared(row);
        packed[at] = i as u8;
        packed[at + 1] = (name.len() - i) as u8;
        at += 2;
        while i < name.len() {
            assert!(name[i] != 0, "a name has no NUL");
            packed[at] = name[i];
            at += 1;
            i += 1;
        }
        row += 1;
    }
    packed
};

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

/// Calls `each` with the place and the name of every row, in the order of the table, until it returns `false`.
pub fn names(mut each: impl FnMut(usize, &CStr) -> bool) {
    let mut name = [0_u8; LONGEST];
    let mut packed = NAMES.as_ptr();
    for row in 0..LEN {
        // SAFETY: for each row there are two numbers and as many bytes as the second says. No name is longer than the
        // longest, and none has a NUL, as was seen when they were packed; one is put behind this one.
        let name = unsafe {
            let (stays, length) = (usize::from(*packed), usize::from(*packed.add(1)));
            let start = name.as_mut_ptr();
            start.add(stays).copy_from_nonoverlapping(packed.add(2), length);
            start.add(stays + length).write(0);
            packed = packed.add(2 + length);
            let bytes = core::slice::from_raw_parts(start, stays + length + 1);
            CStr::from_bytes_with_nul_unchecked(bytes)
        };
        if !each(row, name) {
            return;
        }
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
        let mut count = 0;
        names(|row, name| {
            let expected = ROWS[row];
            assert_eq!(name.to_str(), Ok(expected.name));
            let traits = traits(row);
            assert_eq!(traits.since, expected.since, "{name:?}");
            assert_eq!(traits.required, expected.required, "{name:?}");
            assert_eq!(traits.failure, expected.failure, "{name:?}");
            count += 1;
            true
        });
        assert_eq!(count, LEN);
    }
}
