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

/// The most arguments that a row has, to which those of variadic ones are added.
const VARIADIC: u8 = 11;

/// The rule in the low three bits, the number of arguments above it, and whether the result fills a word.
static FACTS: [u8; ffi::LEN] = {
    let starts = starts_of::<{ lines(CALLS) }>(CALLS);
    let mut facts = [0; ffi::LEN];
    let mut row = 0;
    while row < ffi::LEN {
        let known = ffi::ROWS[row];
        if !matches!(known.failure, ffi::Failure::Data) {
            let Some(at) = find(CALLS, &starts, known.name) else {
                panic!("data/calls.txt lacks a function")
            };
            let arguments = known.arguments + if known.variadic { VARIADIC } else { 0 };
            assert!(known.arguments <= VARIADIC && arguments < 16, "the packed form has four bits");
            facts[row] = rule(at) | arguments << 3 | (known.wide as u8) << 7;
        }
        row += 1;
    }
    facts
};

/// What is known of a row.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) rule: Rule,
    /// How many of its arguments are integers or pointers.
    pub(super) arguments: usize,
    /// Whether there are or may be arguments on the stack.
    pub(super) stack: bool,
    /// Whether its result fills a word.
    pub(super) wide: bool,
}

/// What is known of a row.
pub(super) fn facts(row: usize) -> Facts {
    let packed = FACTS[row];
    let arguments = packed >> 3 & 15;
    let variadic = arguments > VARIADIC;
    Facts {
        // SAFETY: there are eight rules, and their numbers are those up to 7.
        rule: unsafe { core::mem::transmute::<u8, Rule>(packed & 7) },
        arguments: usize::from(if variadic { arguments - VARIADIC } else { arguments }),
        stack: arguments > 6,
        wide: packed >> 7 != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_a_line_and_every_line_a_function() {
        assert!(CALLS.lines().is_sorted());
        let functions = || ffi::ROWS.iter().filter(|row| row.failure != ffi::Failure::Data);
        assert_eq!(CALLS.lines().count(), functions().count());
        for (place, row) in ffi::ROWS.iter().enumerate() {
            let line = CALLS.lines().find(|line| line.split(' ').next() == Some(row.name));
            assert_eq!(line.is_some(), row.failure != ffi::Failure::Data, "{}", row.name);
            if let Some(line) = line {
                let facts = facts(place);
                let word = RULES.iter().find(|(_, rule)| *rule == facts.rule).unwrap().0;
                assert!(line.ends_with(&format!(" {word}")), "{line}");
                assert_eq!(facts.arguments, usize::from(row.arguments), "{line}");
                assert_eq!(facts.stack, row.variadic || row.arguments > 6, "{line}");
                assert_eq!(facts.wide, row.wide, "{line}");
            }
        }
    }

    #[test]
    fn what_returns_nothing_does_not_say_that_it_failed() {
        for (place, row) in ffi::ROWS.iter().enumerate() {
            if row.failure == ffi::Failure::Nothing {
                assert!(facts(place).rule > Rule::Misuse, "{}", row.name);
            }
        }
    }

    #[test]
    fn arguments() {
        #[track_caller]
        fn check(name: &str, arguments: usize, wide: bool) {
            let place = ffi::ROWS.iter().position(|row| row.name == name).unwrap();
            assert_eq!((facts(place).arguments, facts(place).wide), (arguments, wide), "{name}");
        }
        check("PyDict_New", 0, true);
        check("PyFloat_FromDouble", 0, true);
        check("PyOS_double_to_string", 4, true);
        check("PyList_SetItem", 3, false);
        check("PyEval_EvalCodeEx", 11, true);
        check("PyErr_Format", 2, true);
    }
}
