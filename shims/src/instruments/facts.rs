//! What the instruments know of each row.

use everypy_ffi as ffi;

use crate::data::{find, lines, starts_of};

/// How each function tells of failure, and when it may be called: a line for each, by name.
const CALLS: &str = include_str!("../data/calls.txt");

/// How a function deals with exceptions. Those up to [`Maybe`](Self::Maybe) can fail for want of
/// memory, or since Python code has raised something; `fault` lets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Rule {
    /// `fails`: an exception is set if and only if the result says that it failed.
    Fails,
    /// `zero`: the same, and the result that says so is 0.
    Zero,
    /// `maybe`: an exception is only set with the result that can mean failure, which can mean something else too.
    Maybe,
    /// `misuse`: as `fails`, but nothing makes it fail except for arguments that are wrong.
    Misuse,
    /// `quiet`: does not raise, but may run Python code or drop an exception, so that none may be set before.
    Quiet,
    /// `never`: does not raise; may be called with an exception set.
    Never,
    /// `sets`: sets, takes or clears the exception, or says in its own way that it failed.
    Sets,
    /// `detached`: may be called by a thread that is not attached, or attaches or detaches it.
    Detached,
}

const RULES: [(&str, Rule); 8] = [
    ("fails", Rule::Fails),
    ("zero", Rule::Zero),
    ("maybe", Rule::Maybe),
    ("misuse", Rule::Misuse),
    ("quiet", Rule::Quiet),
    ("never", Rule::Never),
    ("sets", Rule::Sets),
    ("detached", Rule::Detached),
];

/// The rule of a line, whose name ends at `at`.
const fn rule(at: usize) -> u8 {
    let mut rule = 0;
    while rule < RULES.len() {
        let word = RULES[rule].0.as_bytes();
        let mut i = 0;
        while i < word.len() && CALLS.as_bytes()[at + 1 + i] == word[i] {
            i += 1;
        }
        if i == word.len() && CALLS.as_bytes()[at + 1 + i] == b'\n' {
            return rule as u8;
        }
        rule += 1;
    }
    panic!("a line has another word than those above")
}

/// The rule of each row in three bits, and above it whether its result fills a word; two rows in a byte.
static FACTS: [u8; ffi::LEN.div_ceil(2)] = {
    let starts = starts_of::<{ lines(CALLS) }>(CALLS);
    let mut facts = [0; ffi::LEN.div_ceil(2)];
    let mut row = 0;
    while row < ffi::LEN {
        let known = ffi::ROWS[row];
        if !matches!(known.failure, ffi::Failure::Data) {
            let Some(at) = find(CALLS, &starts, known.name) else {
                panic!("data/calls.txt lacks a function")
            };
            facts[row / 2] |= (rule(at) | (known.wide as u8) << 3) << (row % 2 * 4);
        }
        row += 1;
    }
    facts
};

/// What is known of a row, in a form that its code can load as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Facts(u32);

impl Facts {
    /// What is known of a row.
    pub(super) fn of(row: usize) -> Self {
        let arguments = ffi::Described::row(row).arguments;
        let both = FACTS.get(row / 2).copied().unwrap_or_default();
        let facts = u32::from(both >> (row % 2 * 4) & 15);
        let failure = ffi::traits(row).failure as u32;
        let many = u32::from(arguments.count().is_none());
        Self(facts | failure << 4 | many << 7 | (row as u32) << 8)
    }

    /// The number to load.
    pub(super) fn packed(self) -> u32 {
        self.0
    }

    pub(super) fn row(self) -> usize {
        (self.0 >> 8) as usize
    }

    pub(super) fn rule(self) -> Rule {
        // SAFETY: there are eight rules, and their numbers are those up to 7.
        unsafe { core::mem::transmute::<u8, Rule>(self.0 as u8 & 7) }
    }

    /// Whether its result fills a word.
    pub(super) fn is_wide(self) -> bool {
        self.0 & 8 != 0
    }

    /// Whether a result says that the call failed by being `failure`.
    pub(super) fn fails_with(self, failure: ffi::Failure) -> bool {
        self.0 >> 4 & 7 == failure as u32
    }

    /// Whether there are or may be arguments on the stack.
    pub(super) fn has_stack(self) -> bool {
        self.0 & 1 << 7 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `each` with every function.
    fn functions(mut each: impl FnMut(&ffi::Row, Facts)) {
        for (place, row) in ffi::ROWS.iter().enumerate() {
            if row.failure != ffi::Failure::Data {
                each(row, Facts::of(place));
            }
        }
    }

    #[test]
    fn every_function_has_a_line_and_every_line_a_function() {
        assert!(CALLS.lines().is_sorted());
        let mut count = 0;
        functions(|row, facts| {
            count += 1;
            let line = CALLS.lines().find(|line| line.split(' ').next() == Some(row.name));
            let line = line.expect(row.name);
            let word = RULES.iter().find(|(_, rule)| *rule == facts.rule()).unwrap().0;
            assert!(line.ends_with(&format!(" {word}")), "{line}");
            assert_eq!(ffi::ROWS[facts.row()].name, row.name);
            assert!(facts.has_stack() || !row.variadic && row.arguments <= 6, "{line}");
            assert_eq!(facts.is_wide(), row.wide, "{line}");
            assert!(facts.fails_with(row.failure), "{line}");
        });
        assert_eq!(CALLS.lines().count(), count);
    }

    #[test]
    fn what_returns_nothing_does_not_say_that_it_failed() {
        functions(|row, facts| {
            if row.failure == ffi::Failure::Nothing {
                assert!(facts.rule() > Rule::Misuse, "{}", row.name);
            }
        });
    }

    #[test]
    fn arguments() {
        #[track_caller]
        fn check(name: &str, arguments: Option<usize>, wide: bool) {
            let place = ffi::ROWS.iter().position(|row| row.name == name).unwrap();
            let count = ffi::Described::row(place).arguments.count();
            assert_eq!((count, Facts::of(place).is_wide()), (arguments, wide), "{name}");
        }
        check("PyDict_New", Some(0), true);
        check("PyFloat_FromDouble", Some(0), true);
        check("PyOS_double_to_string", Some(4), true);
        check("PyList_SetItem", Some(3), false);
        check("PyEval_EvalCodeEx", None, true);
        check("PyErr_Format", None, true);
    }
}
