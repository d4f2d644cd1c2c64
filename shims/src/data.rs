//! Symbols that an interpreter exports but that must not be used, and variables that it has under another name.

use core::ffi::CStr;

use crate::find::Python;
use crate::runtime::{Implementation, Runtime};

/// GraalPy's C-API stubs by release: each prints a message and ends the process. `symbols.tsv`, columns `graalpy_*_stub`.
const GRAALPY_24_2: &str = include_str!("data/graalpy-24.2.txt");
const GRAALPY_25_0: &str = include_str!("data/graalpy-25.0.txt");
const GRAALPY_25_3: &str = include_str!("data/graalpy-25.3.txt");

/// Functions of GraalPy that are no stubs but abort or return wrong results (`NOTES.md` §7.20, §7.21, §7.24).
const GRAALPY_WRONG: &str = include_str!("data/graalpy-wrong.txt");

/// The symbols to leave alone, one a line and sorted.
pub(crate) struct DenyList {
    lists: [Vec<&'static str>; 2],
}

impl DenyList {
    /// The list for an interpreter.
    pub(crate) fn of(runtime: &Runtime) -> Self {
        if runtime.implementation != Implementation::GraalPy {
            return Self { lists: [Vec::new(), Vec::new()] };
        }
        // GraalPy's C API does not tell its own version; each series implements another Python.
        let stubs = match runtime.python.minor {
            ..=11 => GRAALPY_24_2,
            12 => GRAALPY_25_0,
            _ => GRAALPY_25_3,
        };
        Self { lists: [stubs, GRAALPY_WRONG].map(|list| list.lines().collect()) }
    }

    /// Whether `name` must not be used although it is exported.
    pub(crate) fn has(&self, name: &CStr) -> bool {
        let Ok(name) = name.to_str() else { return false };
        self.lists.iter().any(|list| list.binary_search(&name).is_ok())
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
    // GraalPy has pointers to the singletons instead of the singletons.
    let pointer = match name.to_bytes() {
        b"_Py_NoneStruct" => c"_Py_NoneStructReference",
        b"_Py_TrueStruct" => c"_Py_TrueStructReference",
        b"_Py_FalseStruct" => c"_Py_FalseStructReference",
        b"_Py_NotImplementedStruct" => c"_Py_NotImplementedStructReference",
        b"_Py_EllipsisObject" => c"_Py_EllipsisObjectReference",
        // Aliases of one class since Python 3.3; PyPy has only the class.
        b"PyExc_EnvironmentError" | b"PyExc_IOError" => return python.symbol(c"PyExc_OSError"),
        _ => return None,
    };
    let pointer = python.symbol(pointer)?;
    // SAFETY: these symbols are variables that hold a pointer, set before any extension module is loaded.
    Some(unsafe { pointer.cast::<*const ()>().read() })
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_sorted() {
        for list in [super::GRAALPY_24_2, super::GRAALPY_25_0, super::GRAALPY_25_3, super::GRAALPY_WRONG] {
            assert!(list.lines().count() > 3);
            assert!(list.lines().is_sorted());
        }
    }
}
