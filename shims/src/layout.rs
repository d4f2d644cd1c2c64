//! How the running interpreter lays out its objects.

use core::cell::UnsafeCell;
use core::sync::atomic::AtomicBool;

use everypy_ffi as ffi;

use crate::error::LoadError;
use crate::find::Python;
use crate::references;
use crate::runtime::{Implementation, Runtime};

/// How an `int` of one digit can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Ints {
    /// Not at all.
    Calls,
    /// `ob_size` is the number of digits with the sign of the value: CPython up to 3.11.
    Sized,
    /// `lv_tag` holds the number of digits above bit 3 and 1 − sign in its low two bits: CPython since 3.12.
    Tagged,
}

/// Where the text of a compact ASCII `str` is. All zero where it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ascii {
    /// The bits of the state word that are set in such a string: `compact` and `ascii`.
    pub mask: u32,
    /// The offset of the 32-bit state word.
    pub state: usize,
    /// The offset of the first character.
    pub data: usize,
}

/// The layout facts of the running interpreter, all offsets in bytes.
///
/// They come from `layouts.tsv` of the project's measurements, but for the header size, which is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The size of `PyObject`, H: 16 on CPython and GraalPy, 24 on PyPy, 32 on free-threaded CPython (64-bit words).
    pub header: usize,
    /// Whether `ob_type` may be read, the last word of the header: not on GraalPy. That it is there is measured, so that it
    /// is read in unknown versions, too. PyPy must not be asked for the type of an instance that ends.
    pub types: bool,
    /// Whether `tp_flags` may be read, and the type.
    pub reads: bool,
    /// Whether the count of references is the first word of an object: CPython up to 3.11, PyPy. Where it is not, and not
    /// as below either, counting is left to `Py_IncRef` and `Py_DecRef`. Each is a fact and not one value of several, since a
    /// fact that is in memory is asked for by one instruction.
    pub plain_counts: bool,
    /// Whether it is in two parts, of which the thread that an object belongs to counts in one: CPython without a GIL.
    pub local_counts: bool,
    /// Whether it is the low 32 bits of the first word, and an object whose bit 31 is set is immortal: CPython since 3.12.
    pub immortal_counts: bool,
    /// Whether references to `None`, `True`, `False` and `NotImplemented` need not be counted: CPython since 3.12.
    pub immortal_singletons: bool,
    /// How small integers are read.
    pub ints: Ints,
    /// How ASCII strings are read.
    pub ascii: Ascii,
    /// Whether the value of a `float` follows the header.
    pub floats: bool,
    /// Whether the items of a `tuple` can be read.
    pub tuples: bool,
    /// Whether the items of a `list` and the number of those of a `dict` can be read: CPython.
    pub containers: bool,
    /// Whether a `list` lends its items, which stay alive as long as no code runs and nobody changes the list: on CPython.
    pub lends_items: bool,
    /// Whether `PyLong_AsLongLong` takes what has `__index__` and nothing else, as its documentation says: CPython since
    /// 3.10. Before, it took a `float`, too.
    pub index_only: bool,
    /// Whether `PyUnicode_AsUTF8AndSize` refuses what is no `str`, on CPython, and is faster than asking for the type.
    pub utf8_refuses_others: bool,
    /// Whether `PyUnicode_AsUTF8AndSize` takes the length that the class of an object tells, which may say what it likes, as
    /// PyPy does before 8.
    pub text_asks_class: bool,
    /// Whether a text costs less as a C string than as an object: on PyPy, where an object that C gets to see is made twice.
    pub prefers_c_strings: bool,
    /// Whether many numbers cost less in the bytes of an `array.array` than each as an object: on PyPy, for the same reason.
    pub packs_numbers: bool,
    /// Whether a function made in C is called through a pointer of its own: CPython since 3.8.
    pub vectorcalls: bool,
    /// Whether objects are handles when bit 63 of their address is set: GraalPy.
    pub handles: bool,
    /// Whether the functions and sizes in type objects are read where they are: where that is known, and where
    /// `PyType_GetSlot` refuses built-in types (CPython up to 3.9, PyPy 3.9).
    pub type_fields: bool,
    /// Whether the signature in the text of a class is thrown away when the class is made: CPython before 3.10.
    pub strips_doc: bool,
    /// Whether `_PyObject_New` and `PyObject_Free` do what `tp_alloc` and `tp_free` of a simple class do, with the reference
    /// to the class: CPython since 3.8.
    pub allocates: bool,
    /// Whether instances have `__dict__` and weak references at offsets that the class names: not on PyPy.
    pub instance_offsets: bool,
    /// Whether these offsets and the buffer functions are written into the type object: CPython before 3.9, which takes
    /// them from nowhere else.
    pub pokes: bool,
    /// Whether `tp_dealloc` of a Python subclass gives the reference to the class back that a native one would: 3.7.
    pub subclass_gives_class_back: bool,
    /// Whether the `tp_dealloc` of a built-in class gives the class of a heap type's instance back: PyPy.
    pub base_gives_class_back: bool,
    /// Whether instances of a class on the heap own a reference to it that `tp_traverse` visits: CPython since 3.9.
    pub visits_class: bool,
    /// Whether the constructors of built-in classes are to be asked for by name: PyPy ends the process in some of the
    /// functions that its type objects hold.
    pub news_by_name: bool,
    /// Whether a class may have two bases of ours although its instances have the memory of one of them, the first by
    /// `tp_base`: PyPy, which does not compare layouts.
    pub memory_of_one_base: bool,
    /// Whether `async for` ends when what `__anext__` returns is awaited, and not when that itself raises: GraalPy.
    pub awaits_the_end: bool,
    /// Whether methods, attributes and constructors in C may be called with an object of any class, as in
    /// `Class.method(other)`: PyPy, GraalPy.
    pub unchecked_receivers: bool,
    /// Whether threads run Python code at the same time.
    pub free_threaded: bool,
    /// Either of the two above: an instance is not used on the shortest way.
    pub wary: bool,
    /// H less the two words that it has on CPython with a GIL. Whatever comes after the count in any object is at that
    /// CPython's offset plus this, so that one register serves all reads.
    pub shift: usize,
    /// The offset of the first item of a `tuple`.
    pub tuple_items: usize,
    /// The offset of the contents of `bytes`, 0 where they cannot be read.
    pub bytes_data: usize,
}

/// Offsets on CPython with a GIL, to which [`Layout::shift`] is to be added.
impl Layout {
    /// `ob_type`: the last word of the header.
    pub const OB_TYPE: usize = WORD;
    /// `tp_basicsize`, behind `ob_size` and the name; `tp_itemsize` follows.
    pub const TP_BASICSIZE: usize = 4 * WORD;
    /// `tp_as_buffer`.
    pub const TP_AS_BUFFER: usize = 20 * WORD;
    /// `tp_weaklistoffset`.
    pub const TP_WEAKLISTOFFSET: usize = 26 * WORD;
    /// `tp_base`.
    pub const TP_BASE: usize = 32 * WORD;
    /// `tp_mro`.
    pub const TP_MRO: usize = 43 * WORD;
    /// `tp_dictoffset`.
    pub const TP_DICTOFFSET: usize = 36 * WORD;
    /// `tp_doc`.
    pub const TP_DOC: usize = 22 * WORD;
    /// `tp_vectorcall`.
    pub const TP_VECTORCALL: usize = 50 * WORD;
    /// `tp_flags`: behind the header come `ob_size`, the name, two sizes, five functions, three suites and six functions
    /// with another suite.
    pub const TP_FLAGS: usize = 21 * WORD;
    /// `ob_item` of a `list`: the pointer to the items, behind their number.
    pub const LIST_ITEMS: usize = 3 * WORD;
    /// `m_ml` of a function made in C: the definition. `m_self` follows.
    pub const M_ML: usize = 2 * WORD;
    /// `vectorcall` of a function made in C: behind definition, `self`, module and weak references.
    pub const VECTORCALL: usize = 6 * WORD;
    /// The first word of the contents: `ob_size`, `lv_tag`, the value of a `float`, the length of a `str`, the
    /// number of items of a container.
    pub const CONTENTS: usize = 2 * WORD;
}

/// The size of a machine word, which is that of most fields.
pub(crate) const WORD: usize = size_of::<usize>();

impl Layout {
    pub(crate) fn read(python: &Python, runtime: &Runtime) -> Result<Self, LoadError> {
        let header = measure_header(python)
            .ok_or_else(|| LoadError::UnknownLayout { running: runtime.to_string() })?;
        let cpython = runtime.implementation == Implementation::CPython;
        let pypy = runtime.implementation == Implementation::PyPy;
        // Objects of GraalPy are handles without memory behind them.
        let types =
            runtime.implementation != Implementation::GraalPy && measure_types(python, header);
        let reads = types && runtime.fast && (cpython || pypy);
        // One number, since it is compared a dozen times.
        let number = |major, minor| u16::from_be_bytes([major, minor]);
        let running = number(runtime.python.major, runtime.python.minor);
        let before = |minor| running < number(3, minor);
        let before_3_12 = before(12);
        let contents = reads && cpython;
        // Debug builds count all references, too.
        let counts = reads && !runtime.debug;
        Ok(Self {
            header,
            types,
            reads,
            plain_counts: counts && (pypy || before_3_12),
            local_counts: counts && runtime.free_threaded && references::KNOWS_THREADS,
            // On 32-bit words the immortal bits are others.
            immortal_counts: counts
                && cpython
                && !before_3_12
                && !runtime.free_threaded
                && WORD == 8,
            immortal_singletons: counts && cpython && !before_3_12,
            // On 32-bit words a digit has 15 bits in some versions and 30 in others.
            ints: match (contents && WORD == 8, before_3_12) {
                (false, _) => Ints::Calls,
                (true, true) => Ints::Sized,
                (true, false) => Ints::Tagged,
            },
            // The state word of free-threaded builds changes its bits in 3.14; big-endian ones are not measured.
            ascii: if contents
                && cfg!(target_endian = "little")
                && (!runtime.free_threaded || before(14))
            {
                let state = header + 2 * WORD;
                // After the 32-bit state comes padding and, up to 3.11, the pointer `wstr`.
                let data = state + WORD + if before_3_12 { WORD } else { 0 };
                Ascii { mask: 0x60_u32, state, data }
            } else {
                Ascii { mask: 0, state: 0, data: 0 }
            },
            floats: reads,
            tuples: reads,
            containers: contents,
            lends_items: cpython,
            index_only: cpython && !before(10),
            utf8_refuses_others: cpython && !reads,
            text_asks_class: pypy,
            prefers_c_strings: pypy,
            packs_numbers: pypy,
            vectorcalls: contents && !before(8),
            handles: runtime.implementation == Implementation::GraalPy,
            type_fields: reads || pypy || (cpython && before(10)),
            strips_doc: cpython && before(10),
            allocates: cpython && !before(8),
            instance_offsets: !pypy,
            pokes: cpython && before(9),
            subclass_gives_class_back: cpython && before(8),
            base_gives_class_back: pypy,
            visits_class: cpython && !before(9),
            unchecked_receivers: !cpython,
            memory_of_one_base: pypy,
            news_by_name: pypy,
            awaits_the_end: runtime.implementation == Implementation::GraalPy,
            free_threaded: runtime.free_threaded,
            wary: !cpython || runtime.free_threaded,
            shift: header - 2 * WORD,
            // Since 3.14 a hash comes between the size and the items.
            tuple_items: header + if cpython && !before(14) { 2 * WORD } else { WORD },
            // The size, a hash, and on PyPy a state of 32 bits.
            bytes_data: if reads { header + 2 * WORD + if pypy { 4 } else { 0 } } else { 0 },
        })
    }
}

/// Finds H as `object.__basicsize__`, read from the type object itself.
///
/// A type object is a header, `ob_size`, `tp_name` and then `tp_basicsize`, so H is the number that stands two words
/// behind itself. PyPy has no `__basicsize__` to ask.
fn measure_header(python: &Python) -> Option<usize> {
    let object = python.symbol(c"PyBaseObject_Type")?.cast::<usize>();
    (2..=8).find_map(|words| {
        // SAFETY: the largest offset is well inside a type object, which has some 50 words and static storage.
        let basicsize = unsafe { object.add(words + 2).read() };
        (basicsize == words * WORD).then_some(basicsize)
    })
}

/// Whether the last word of a header of this size is the type, which for a built-in type is `type`.
fn measure_types(python: &Python, header: usize) -> bool {
    let Some(class) = python.symbol(c"PyType_Type") else { return false };
    [c"PyType_Type", c"PyBaseObject_Type", c"PyLong_Type", c"PyUnicode_Type"].into_iter().all(
        |name| {
            python.symbol(name).is_some_and(|object| {
                // SAFETY: a type object, which is larger than its header and has static storage.
                let last = unsafe { object.byte_add(header - WORD).cast::<usize>().read() };
                last == class.addr()
            })
        },
    )
}

/// What is kept beside the table. All zero it is right before anything is known.
struct Beside {
    layout: UnsafeCell<Layout>,
    several_interpreters: AtomicBool,
}

const _: () = assert!(size_of::<Beside>() <= ffi::ROOM && align_of::<Beside>() <= 8);
const _: () = assert!(Ints::Calls as u8 == 0);

// SAFETY: the layout is written once, by `set`, before anybody reads.
unsafe impl Sync for Beside {}

#[inline(always)]
fn beside() -> &'static Beside {
    // SAFETY: the room is large enough, and nobody else uses it; zeros are a layout of which nothing is known.
    unsafe { &*ffi::room().cast() }
}

#[inline(never)]
pub(crate) fn set(layout: Layout) {
    // SAFETY: called once, while loading, before the table can be used.
    unsafe { beside().layout.get().write(layout) };
}

/// Whether this module has been in use in more interpreters than one; its user writes it. False at first.
#[inline(always)]
pub fn several_interpreters() -> &'static AtomicBool {
    &beside().several_interpreters
}

/// The layout facts. Before the table is loaded nothing is known.
#[inline(always)]
pub fn layout() -> &'static Layout {
    // SAFETY: written only while loading, which happens before every use.
    unsafe { &*beside().layout.get() }
}
