//! Symbols that an interpreter exports but that must not be used, and variables that it has under another name.

use core::ffi::CStr;

use everypy_ffi as ffi;

use crate::find::Python;
use crate::runtime::{Implementation, Runtime};

/// GraalPy's C-API stubs by release: each prints a message and ends the process. `symbols.tsv`, columns `graalpy_*_stub`.
const GRAALPY_25_0: &str = include_str!("data/graalpy-25.0.txt");
const GRAALPY_25_3: &str = include_str!("data/graalpy-25.3.txt");

/// Functions of GraalPy that are no stubs but abort or return wrong results (seen on 25.0.2).
const GRAALPY_WRONG: &str = include_str!("data/graalpy-wrong.txt");

/// Functions of PyPy that end the process where they should answer, or take longer than they need (seen on 7.3.11, 7.3.19
/// and 8.0.1).
const PYPY_WRONG: &str = include_str!("data/pypy-wrong.txt");

/// What released versions do not export, so that nobody needs to ask for it: on PyPy a question that is answered with no
/// takes two look-ups. `symbols.tsv`, its three columns of PyPy, and `graalpy_25.0.2`.
const PYPY_MISSING: &str = include_str!("data/pypy-missing.txt");
const GRAALPY_25_0_MISSING: &str = include_str!("data/graalpy-25.0-missing.txt");

/// What CPython exported before it joined the limited API; everything else it exports from the row's version on. What is
/// not exported need not be asked for: where Python is linked into the program, each such question goes through all
/// libraries.
const CPYTHON_EARLY: &str = include_str!("data/cpython-early.txt");

/// The newest PyPy that the list is true of.
const NEWEST_KNOWN_PYPY: (u8, u8) = (8, 0);

/// A bit per row.
type RowSet = [u8; ffi::LEN.div_ceil(8)];

/// The rows whose names are in a list, one a line and sorted, found when this is compiled.
const fn rows_of<const LINES: usize>(list: &str) -> RowSet {
    let starts = starts_of::<LINES>(list);
    let mut rows = [0; ffi::LEN.div_ceil(8)];
    let mut row = 0;
    while row < ffi::LEN {
        if find(list, &starts, ffi::ROWS[row].name).is_some() {
            rows[row / 8] |= 1 << (row % 8);
        }
        row += 1;
    }
    rows
}

/// The number of lines.
pub(crate) const fn lines(list: &str) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < list.len() {
        if list.as_bytes()[at] == b'\n' {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Where the lines start.
pub(crate) const fn starts_of<const LINES: usize>(list: &str) -> [usize; LINES] {
    let list = list.as_bytes();
    let mut starts = [0; LINES];
    let (mut line, mut at) = (0, 0);
    while at < list.len() {
        starts[line] = at;
        line += 1;
        while list[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    starts
}

/// Where the first word of a line ends that is `name`, by binary search.
pub(crate) const fn find(list: &str, starts: &[usize], name: &str) -> Option<usize> {
    let (list, name) = (list.as_bytes(), name.as_bytes());
    let (mut low, mut high) = (0, starts.len());
    while low < high {
        let middle = (low + high) / 2;
        let start = starts[middle];
        let mut i = 0;
        while i < name.len() && name[i] == list[start + i] {
            i += 1;
        }
        let next = list[start + i];
        if i == name.len() && matches!(next, b'\n' | b' ') {
            return Some(start + i);
        }
        if i == name.len() || name[i] < next {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    None
}

/// The rows not to ask an interpreter for.
pub(crate) struct DenyList {
    lists: [Option<&'static RowSet>; 3],
    /// A version of CPython that is known not to have rows of later ones.
    cpython: Option<(u8, u8)>,
}

impl DenyList {
    /// The list for an interpreter.
    pub(crate) fn of(runtime: &Runtime) -> Self {
        static STUBS_25_0: RowSet = rows_of::<{ lines(GRAALPY_25_0) }>(GRAALPY_25_0);
        static STUBS_25_3: RowSet = rows_of::<{ lines(GRAALPY_25_3) }>(GRAALPY_25_3);
        static WRONG: RowSet = rows_of::<{ lines(GRAALPY_WRONG) }>(GRAALPY_WRONG);
        static MISSING_25_0: RowSet =
            rows_of::<{ lines(GRAALPY_25_0_MISSING) }>(GRAALPY_25_0_MISSING);
        static WRONG_PYPY: RowSet = rows_of::<{ lines(PYPY_WRONG) }>(PYPY_WRONG);
        static MISSING_PYPY: RowSet = rows_of::<{ lines(PYPY_MISSING) }>(PYPY_MISSING);
        let lists = match runtime.implementation {
            Implementation::CPython => [None; 3],
            Implementation::PyPy => {
                let known = runtime.release.feature() <= NEWEST_KNOWN_PYPY;
                [known.then_some(&MISSING_PYPY), Some(&WRONG_PYPY), None]
            }
            // GraalPy's C API does not tell its own version; each series implements another Python.
            Implementation::GraalPy => match runtime.python.minor {
                ..=12 => [Some(&STUBS_25_0), Some(&WRONG), Some(&MISSING_25_0)],
                _ => [Some(&STUBS_25_3), Some(&WRONG), None],
            },
        };
        let cpython = runtime.implementation == Implementation::CPython;
        Self { lists, cpython: cpython.then_some(runtime.python.feature()) }
    }

    /// Whether a row, brought by the limited API of `since`, must not be used although it is exported, or is known not to
    /// be.
    pub(crate) fn has(&self, row: usize, since: (u8, u8)) -> bool {
        static EARLY: RowSet = rows_of::<{ lines(CPYTHON_EARLY) }>(CPYTHON_EARLY);
        let is_in = |rows: &RowSet| rows[row / 8] & (1 << (row % 8)) != 0;
        match self.cpython {
            Some(version) => since > version && !is_in(&EARLY),
            None => self.lists.into_iter().flatten().any(is_in),
        }
    }
}

/// Whether the object at `address` is one: some fifty of the type objects that GraalPy exports are all zero.
pub(crate) fn is_initialised(runtime: &Runtime, name: &CStr, address: *const ()) -> bool {
    if runtime.implementation != Implementation::GraalPy || !name.to_bytes().ends_with(b"_Type") {
        return true;
    }
    // SAFETY: an exported type object is at least an object header, whose second word is its type.
    unsafe { !address.cast::<*const ()>().add(1).read().is_null() }
}

/// Where a variable is that is not exported under its name.
pub(crate) fn elsewhere(python: &Python, name: &CStr) -> Option<*const ()> {
    // Aliases of one class since Python 3.3; PyPy has only the class.
    if [c"PyExc_EnvironmentError", c"PyExc_IOError"].contains(&name) {
        return python.symbol(c"PyExc_OSError");
    }
    // GraalPy has pointers to the singletons instead of the singletons, such as `_Py_NoneStructReference`.
    let name = name.to_bytes();
    let pointer =
        python.joined([b"", name.strip_prefix(b"_Py_").and(Some(name))?, b"Reference"])?;
    // SAFETY: these symbols are variables that hold a pointer, set before any extension module is loaded.
    Some(unsafe { pointer.cast::<*const ()>().read() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_rows() {
        check::<{ lines(GRAALPY_25_0) }>(GRAALPY_25_0);
        check::<{ lines(GRAALPY_25_3) }>(GRAALPY_25_3);
        check::<{ lines(GRAALPY_WRONG) }>(GRAALPY_WRONG);
        check::<{ lines(GRAALPY_25_0_MISSING) }>(GRAALPY_25_0_MISSING);
        check::<{ lines(PYPY_MISSING) }>(PYPY_MISSING);
        check::<{ lines(PYPY_WRONG) }>(PYPY_WRONG);
        check::<{ lines(CPYTHON_EARLY) }>(CPYTHON_EARLY);
    }

    #[test]
    fn cpython_exports_from_its_version_on_what_is_not_in_the_list() {
        let table = include_str!("../../ffi-limited/data/symbols.tsv");
        let columns: Vec<&str> = table.lines().next().unwrap().split('\t').collect();
        let versions: Vec<(usize, u8)> = columns
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((at, name.strip_prefix("cp3")?.parse().ok()?)))
            .collect();
        assert_eq!(versions.len(), 9);
        let mut early = Vec::new();
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let Some(row) = ffi::ROWS.iter().find(|row| row.name == fields[0]) else { continue };
            if versions.iter().any(|&(at, minor)| fields[at] == "1" && (3, minor) < row.since) {
                early.push(row.name);
            }
        }
        early.sort_unstable();
        assert_eq!(early, CPYTHON_EARLY.lines().collect::<Vec<_>>());
    }

    fn check<const LINES: usize>(list: &str) {
        assert!(list.lines().is_sorted());
        let count: u32 = rows_of::<LINES>(list).iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(count as usize, list.lines().count(), "every line is the name of a row");
    }
}
