//! The libraries of the process where they are ELF files, and their symbols.
//!
//! Symbols are looked up by the table that the loader itself uses: `DT_GNU_HASH`, which all linkers have made by default
//! since 2010 (but for MIPS). Its layout stands in the ABI documents of the C libraries that read it.

use core::ffi::{CStr, c_char, c_int, c_void};

use everypy_ffi::Name;

use super::PROBE;

/// A loaded library.
pub(super) struct Loaded<'a> {
    /// The path, or nothing for the program itself.
    pub(super) name: &'a CStr,
    info: &'a libc::dl_phdr_info,
}

impl Loaded<'_> {
    /// Where its segments of a kind are in memory, and their sizes.
    fn segments(&self, kind: u32) -> impl Iterator<Item = (usize, usize)> {
        let headers = (self.info.dlpi_phdr, usize::from(self.info.dlpi_phnum));
        // SAFETY: the loader says that so many headers are there.
        let headers = unsafe { core::slice::from_raw_parts(headers.0, headers.1) };
        headers.iter().filter(move |header| header.p_type == kind).map(|header| {
            (self.base().wrapping_add(header.p_vaddr as usize), header.p_memsz as usize)
        })
    }

    /// By how much its addresses differ from those in the file.
    fn base(&self) -> usize {
        self.info.dlpi_addr as usize
    }

    /// Whether an address is in one of its segments.
    pub(super) fn contains(&self, address: usize) -> bool {
        self.segments(libc::PT_LOAD).any(|(start, size)| address.wrapping_sub(start) < size)
    }
}

/// Calls `visit` with each library, the program first, until it returns `false`.
pub(super) fn each<F: FnMut(&Loaded<'_>) -> bool>(mut visit: F) {
    unsafe extern "C" fn call<F: FnMut(&Loaded<'_>) -> bool>(
        info: *mut libc::dl_phdr_info,
        _size: usize,
        visit: *mut c_void,
    ) -> c_int {
        // SAFETY: the loader passes a valid `info`, whose name is a string or null, and hands `visit` through from the call
        // below.
        unsafe {
            let info = &*info;
            let name = if info.dlpi_name.is_null() { c"" } else { CStr::from_ptr(info.dlpi_name) };
            c_int::from(!(*visit.cast::<F>())(&Loaded { name, info }))
        }
    }
    // SAFETY: `call` gets the closure that it expects and does not keep it.
    unsafe { libc::dl_iterate_phdr(Some(call::<F>), (&raw mut visit).cast()) };
}

/// The symbols of a library as a module sees them that is linked to it.
#[derive(Debug)]
pub(super) struct Exports {
    /// A program that was linked to the library may have a copy of its variables (`R_*_COPY`), and then all use the copy,
    /// the library as well. Nothing else can have one.
    program: Option<Symbols>,
    library: Symbols,
}

impl Exports {
    /// Those of the library that an address is in, if it has a table that can be read.
    pub(super) fn around(address: usize) -> Option<Self> {
        Self::of_first(address, |loaded, address| loaded.contains(address))
    }

    /// Those of the first library that has the C API of a Python.
    pub(super) fn of_python() -> Option<Self> {
        Self::of_first(0, |loaded, _| {
            Symbols::of(loaded).is_some_and(|library| {
                PROBE.iter().any(|&name| library.find(name.into()).is_some())
            })
        })
    }

    fn of_first(address: usize, is_wanted: fn(&Loaded<'_>, usize) -> bool) -> Option<Self> {
        let (mut program, mut library) = (None, None);
        let mut first = true;
        each(|loaded| {
            let found = is_wanted(loaded, address);
            if found {
                library = Symbols::of(loaded);
            } else if first {
                program = Symbols::of(loaded);
            }
            first = false;
            !found
        });
        Some(Self { program, library: library? })
    }

    /// The address of a symbol.
    pub(super) fn find(&self, name: Name<'_>) -> Option<*const ()> {
        let in_program = self.program.as_ref().and_then(|program| program.find(name));
        in_program.or_else(|| self.library.find(name))
    }
}

/// The symbols that one library exports.
#[derive(Debug)]
struct Symbols {
    base: usize,
    names: *const c_char,
    symbols: *const Symbol,
    table: *const Table,
}

/// What the table of symbols begins with. Behind it come, each directly after the other:
///
/// - the filter, in words: a bit or two per symbol, by its hash. A name that has a bit at 0 is not there.
/// - the buckets: the first symbol of each, or 0.
/// - the hashes of the symbols from `first` on, a bucket's together; bit 0 marks the last of them.
#[derive(Debug)]
#[repr(C)]
struct Table {
    buckets: u32,
    first: u32,
    /// A power of two.
    filter_words: u32,
    filter_shift: u32,
}

// SAFETY: it points into a library that stays where it is, and nobody writes there.
unsafe impl Send for Symbols {}
// SAFETY: as above.
unsafe impl Sync for Symbols {}

impl Symbols {
    const DT_NULL: isize = 0;
    const DT_STRTAB: isize = 5;
    const DT_SYMTAB: isize = 6;
    const DT_GNU_HASH: isize = 0x6fff_fef5;

    #[inline(never)]
    fn of(library: &Loaded<'_>) -> Option<Self> {
        let base = library.base();
        let (dynamic, _) = library.segments(libc::PT_DYNAMIC).next()?;
        // Some loaders write addresses here, others leave the distances from the base.
        let absolute = |value: usize| if value < base { base + value } else { value };
        let (mut names, mut symbols, mut table) = (0, 0, 0);
        let mut entry = core::ptr::with_exposed_provenance::<Dynamic>(dynamic);
        // SAFETY: the dynamic section is an array that ends with `DT_NULL`.
        unsafe {
            while (*entry).tag != Self::DT_NULL {
                match (*entry).tag {
                    Self::DT_STRTAB => names = absolute((*entry).value),
                    Self::DT_SYMTAB => symbols = absolute((*entry).value),
                    Self::DT_GNU_HASH => table = absolute((*entry).value),
                    _ => {}
                }
                entry = entry.add(1);
            }
        }
        if names == 0 || symbols == 0 || table == 0 {
            return None;
        }
        Some(Self {
            base,
            names: core::ptr::with_exposed_provenance(names),
            symbols: core::ptr::with_exposed_provenance(symbols),
            table: core::ptr::with_exposed_provenance(table),
        })
    }

    #[inline]
    fn find(&self, name: Name<'_>) -> Option<*const ()> {
        if self.may_have(name.gnu_hash) { self.search(name) } else { None }
    }

    fn table(&self) -> &Table {
        // SAFETY: the library has it, and is never unloaded.
        unsafe { &*self.table }
    }

    fn filter(&self) -> *const usize {
        self.table.wrapping_add(1).cast()
    }

    /// What the filter says.
    #[inline]
    fn may_have(&self, hash: u32) -> bool {
        let table = self.table();
        let place = (hash / usize::BITS) & table.filter_words.wrapping_sub(1);
        // SAFETY: the filter has so many words.
        let word = unsafe { *self.filter().add(place as usize) };
        let bit = |hash: u32| word >> (hash % usize::BITS);
        bit(hash) & bit(hash >> table.filter_shift) & 1 != 0
    }

    #[inline(never)]
    fn search(&self, name: Name<'_>) -> Option<*const ()> {
        let (table, hash) = (self.table(), name.gnu_hash);
        // SAFETY: there are so many buckets. There is a hash for each symbol from `first` on, and the last of a bucket says
        // so; a symbol's name is one of the library's strings.
        unsafe {
            let buckets = self.filter().add(table.filter_words as usize).cast::<u32>();
            let hashes = buckets.add(table.buckets as usize);
            let mut index = *buckets.add(hash.checked_rem(table.buckets)? as usize);
            if index < table.first {
                return None;
            }
            loop {
                let found = *hashes.add((index - table.first) as usize);
                if (found ^ hash) >> 1 == 0 {
                    let symbol = &*self.symbols.add(index as usize);
                    if CStr::from_ptr(self.names.add(symbol.name as usize)) == name.text {
                        return symbol.address(self.base);
                    }
                }
                if found & 1 != 0 {
                    return None;
                }
                index += 1;
            }
        }
    }
}

/// An entry of the dynamic section.
#[repr(C)]
struct Dynamic {
    tag: isize,
    value: usize,
}

/// An entry of the symbol table, whose fields have another order where words have 32 bits.
#[repr(C)]
struct Symbol {
    name: u32,
    #[cfg(target_pointer_width = "32")]
    value: usize,
    #[cfg(target_pointer_width = "32")]
    size: usize,
    info: u8,
    other: u8,
    section: u16,
    #[cfg(target_pointer_width = "64")]
    value: usize,
    #[cfg(target_pointer_width = "64")]
    size: usize,
}

impl Symbol {
    /// Where it is, if it is a function or a variable that the library itself has.
    fn address(&self, base: usize) -> Option<*const ()> {
        // `STT_NOTYPE`, `STT_OBJECT`, `STT_FUNC`: the others are no addresses. `SHN_UNDEF` is what others have.
        let plain = matches!(self.info & 0xf, 0..=2) && self.section != 0;
        plain.then(|| core::ptr::with_exposed_provenance(base.wrapping_add(self.value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_the_loader_finds() {
        // SAFETY: the names end with a NUL.
        let asked = |name: &CStr| unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        let exports = Exports::around(asked(c"getpid").addr()).expect("the C library has a table");
        let names =
            [c"getpid", c"malloc", c"free", c"fprintf", c"environ", c"stdin", c"qsort", c"exit"];
        for name in names {
            let found =
                exports.find(name.into()).map(|address| address.cast::<c_void>().cast_mut());
            assert_eq!(found, Some(asked(name)), "{name:?}");
        }
        // Others of the process have some of them.
        for name in [c"", c"getpi", c"getpidd", c"PyList_New", c"_Unwind_Backtrace"] {
            assert_eq!(exports.find(name.into()), None, "{name:?}");
        }
        assert!(Exports::around(0).is_none());
    }
}
