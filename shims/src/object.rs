//! What C does with macros: types and the contents of small objects, by layout where it is known and by calls where it is
//! not.

use core::ffi::c_ulong;

use everypy_ffi::{self as ffi, Py_ssize_t, PyObject, PyTypeObject};

use crate::layout::{Ints, Layout, WORD, layout};
pub use crate::references::{decref, incref, incref_among_threads, incref_singleton, xdecref};

/// The type of an object, borrowed: `Py_TYPE`.
///
/// # Safety
///
/// The table is loaded, this thread is attached and `object` is alive.
#[inline(always)]
pub unsafe fn type_of(object: *mut PyObject) -> *mut PyTypeObject {
    let layout = layout();
    if layout.types {
        // SAFETY: the layout says that the last word of the header is the type.
        unsafe { field(object, layout.shift, Layout::OB_TYPE) }
    } else {
        // SAFETY: as the caller says.
        unsafe { ffi::Py_TYPE(object) }
    }
}

/// Whether an object can be seen, without a call, to be of this class and not of a subclass.
///
/// # Safety
///
/// As [`type_of`].
#[inline(always)]
pub unsafe fn is_seen_to_be(object: *mut PyObject, class: *mut PyTypeObject) -> bool {
    // SAFETY: as the caller says.
    unsafe { layout().types && type_of(object) == class }
}

/// The flags of a type: `PyType_GetFlags`.
///
/// # Safety
///
/// As [`type_of`].
#[inline(always)]
pub unsafe fn type_flags(class: *mut PyTypeObject) -> c_ulong {
    let layout = layout();
    if layout.reads {
        // SAFETY: the layout says where the flags are.
        unsafe { field(class, layout.shift, Layout::TP_FLAGS) }
    } else {
        // SAFETY: as the caller says.
        unsafe { ffi::PyType_GetFlags(class) }
    }
}

/// Whether the type of `object` has one of `flags`, as `PyLong_Check` and its like ask.
///
/// # Safety
///
/// As [`type_of`].
#[inline(always)]
pub unsafe fn has_type_flag(object: *mut PyObject, flags: c_ulong) -> bool {
    let layout = layout();
    // SAFETY: as the caller says; the layout says where the type and its flags are.
    unsafe {
        let all = if layout.reads {
            let class: *mut PyTypeObject = field(object, layout.shift, Layout::OB_TYPE);
            field(class, layout.shift, Layout::TP_FLAGS)
        } else {
            ffi::PyType_GetFlags(type_of(object))
        };
        all & flags != 0
    }
}

/// Whether `object` is an instance of `class` or of a subclass: `PyObject_TypeCheck`.
///
/// # Safety
///
/// As [`type_of`], for both.
#[inline]
pub unsafe fn is_instance(object: *mut PyObject, class: *mut PyTypeObject) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        let own = type_of(object);
        own == class || ffi::PyType_IsSubtype(own, class) != 0
    }
}

/// Whether `object` has the memory of an instance of `class`, one of ours.
///
/// # Safety
///
/// As [`type_of`], for both.
#[inline]
pub unsafe fn has_memory_of(object: *mut PyObject, class: *mut PyTypeObject) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        let own = type_of(object);
        own == class || gives_memory_of(own, class)
    }
}

/// Whether the instances of a class have the memory of those of `class`, one of ours.
///
/// # Safety
///
/// The table is loaded, this thread is attached, and both are live type objects.
pub unsafe fn gives_memory_of(mut own: *mut PyTypeObject, class: *mut PyTypeObject) -> bool {
    let layout = layout();
    // SAFETY: as the caller says; the layout says where the base is.
    unsafe {
        if !layout.memory_of_one_base {
            return ffi::PyType_IsSubtype(own, class) != 0;
        }
        while !own.is_null() && own != class {
            own = field(own, layout.shift, Layout::TP_BASE);
        }
        !own.is_null()
    }
}

/// Reads integers of at most one digit in place. A value, so that a loop can keep it in registers.
#[derive(Clone, Copy)]
pub struct SmallInts {
    shift: usize,
    tagged: bool,
}

impl SmallInts {
    /// How to read them, where they can be read.
    #[inline(always)]
    pub fn known() -> Option<Self> {
        let layout = layout();
        let tagged = layout.ints == Ints::Tagged;
        (layout.ints != Ints::Calls).then_some(Self { shift: layout.shift, tagged })
    }

    /// The value of an object that is an `int` (or of a subclass of it) with at most one digit.
    ///
    /// # Safety
    ///
    /// As [`type_of`].
    #[inline(always)]
    pub unsafe fn value(self, object: *mut PyObject) -> Option<i64> {
        let shift = self.shift;
        // SAFETY: integers can be read only where types can. The layout says that behind the header come one word and the
        // 32-bit digits.
        unsafe {
            let class: *mut PyTypeObject = field(object, shift, Layout::OB_TYPE);
            let flags: c_ulong = field(class, shift, Layout::TP_FLAGS);
            if flags & (ffi::Py_TPFLAGS_LONG_SUBCLASS as c_ulong) == 0 {
                return None;
            }
            let sign = if self.tagged {
                let tag: usize = field(object, shift, Layout::CONTENTS);
                // Two bits of sign, one more flag, and the number of digits above them.
                if tag >= 2 << 3 {
                    return None;
                }
                1 - (tag & 3) as i64
            } else {
                let size: isize = field(object, shift, Layout::CONTENTS);
                if (size + 1) as usize > 2 {
                    return None;
                }
                size as i64
            };
            let digit: u32 = field(object, shift, Layout::CONTENTS + WORD);
            Some(sign * i64::from(digit))
        }
    }
}

/// Whether types and their flags can be read, so that asking for them costs next to nothing.
#[inline(always)]
pub fn reads_types() -> bool {
    layout().reads
}

/// Whether a text costs less as a C string than as an object.
#[inline(always)]
pub fn prefers_c_strings() -> bool {
    layout().prefers_c_strings
}

/// Whether many numbers cost less when they are made at once: see [`Layout::packs_numbers`].
#[inline(always)]
pub fn packs_numbers() -> bool {
    layout().packs_numbers
}

/// Whether `PyUnicode_AsUTF8AndSize` refuses what is no `str`, and is faster than asking for the type: where types cannot
/// be read.
#[inline(always)]
pub fn utf8_refuses_others() -> bool {
    layout().utf8_refuses_others
}

/// Whether `PyLong_AsLongLong` takes what has `__index__` and nothing else, so that it needs no check before.
#[inline(always)]
pub fn long_takes_index_only() -> bool {
    layout().index_only
}

/// Reads floats in place. A value, so that a loop can keep it in registers.
#[derive(Clone, Copy)]
pub struct Floats {
    shift: usize,
    class: *mut PyTypeObject,
}

impl Floats {
    /// How to read them, where they can be read.
    #[inline(always)]
    pub fn known() -> Option<Self> {
        let layout = layout();
        // SAFETY: only the address is taken; where the layout is known, the table is loaded.
        layout.floats.then(|| Self { shift: layout.shift, class: unsafe { ffi::PyFloat_Type() } })
    }

    /// The value of an object that is a `float`, not of a subclass.
    ///
    /// # Safety
    ///
    /// As [`type_of`].
    #[inline(always)]
    pub unsafe fn value(self, object: *mut PyObject) -> Option<f64> {
        // SAFETY: floats can be read only where types can; the value follows the header.
        unsafe {
            let class: *mut PyTypeObject = field(object, self.shift, Layout::OB_TYPE);
            (class == self.class).then(|| field(object, self.shift, Layout::CONTENTS))
        }
    }
}

/// A field of an object, at its offset on CPython with a GIL.
///
/// # Safety
///
/// The object has such a field there.
#[inline(always)]
pub(crate) unsafe fn field<F: Copy, T>(object: *mut T, shift: usize, offset: usize) -> F {
    // SAFETY: as the caller says.
    unsafe { object.byte_add(shift).byte_add(offset).cast::<F>().read() }
}

/// `core::slice::from_raw_parts`, after which the compiler knows that it is not nothing.
///
/// # Safety
///
/// As that.
#[inline(always)]
unsafe fn slice<'a, T>(start: *const T, length: usize) -> &'a [T] {
    // SAFETY: as the caller says.
    unsafe {
        core::hint::assert_unchecked(!start.is_null());
        core::slice::from_raw_parts(start, length)
    }
}

/// The items of a `tuple`, where they can be read.
///
/// # Safety
///
/// As [`type_of`], `object` is a `tuple`, and it outlives `'a`.
#[inline(always)]
pub unsafe fn tuple_items<'a>(object: *mut PyObject) -> Option<&'a [*mut PyObject]> {
    let layout = layout();
    // SAFETY: the layout says where the number and the items are.
    layout.tuples.then(|| unsafe {
        let length: usize = field(object, layout.shift, Layout::CONTENTS);
        slice(object.byte_add(layout.tuple_items).cast(), length)
    })
}

/// Puts an item into a new `tuple`, whose place is empty: `PyTuple_SET_ITEM`.
///
/// # Safety
///
/// As [`type_of`], `tuple` is a tuple that nobody else knows, `index` one of its places, empty, and the reference to
/// `item` is the caller's, who gives it away.
#[inline(always)]
pub unsafe fn set_new_tuple_item(tuple: *mut PyObject, index: usize, item: *mut PyObject) {
    let layout = layout();
    if layout.tuples {
        // SAFETY: the layout says where the items are, and the place is one of them.
        unsafe {
            tuple.byte_add(layout.tuple_items).cast::<*mut PyObject>().add(index).write(item)
        };
    } else {
        // SAFETY: as the caller says; it cannot fail.
        unsafe { ffi::PyTuple_SetItem(tuple, index as Py_ssize_t, item) };
    }
}

/// The empty places of a new `list`. A value, so that a loop can keep it in registers.
#[derive(Clone, Copy)]
pub struct NewList {
    list: *mut PyObject,
    /// Where they are, or null if that is not known.
    items: *mut *mut PyObject,
}

impl NewList {
    /// Those of a list.
    ///
    /// # Safety
    ///
    /// As [`type_of`], and `list` is a `list` that nobody else has seen.
    #[inline(always)]
    pub unsafe fn of(list: *mut PyObject) -> Self {
        let layout = layout();
        let items = if layout.containers {
            // SAFETY: the layout says where the pointer to the items is.
            unsafe { field(list, layout.shift, Layout::LIST_ITEMS) }
        } else {
            core::ptr::null_mut()
        };
        Self { list, items }
    }

    /// Puts an item into a place: `PyList_SET_ITEM`.
    ///
    /// # Safety
    ///
    /// As [`set_new_tuple_item`], for the list.
    #[inline(always)]
    pub unsafe fn set(self, index: usize, item: *mut PyObject) {
        // SAFETY: the place is one of the list's; what sets it cannot fail.
        unsafe {
            if self.items.is_null() {
                ffi::PyList_SetItem(self.list, index as Py_ssize_t, item);
            } else {
                self.items.add(index).write(item);
            }
        }
    }
}

/// The items of a `list`, where they can be read.
///
/// # Safety
///
/// As [`type_of`], and `list` is a `list`. Nobody changes it during `'a`: there is a GIL and no code of others runs, or the
/// caller holds the list's lock as well.
#[inline(always)]
pub unsafe fn list_items<'a>(list: *mut PyObject) -> Option<&'a [*mut PyObject]> {
    let layout = layout();
    // SAFETY: the layout says where the number of items is, and the pointer to them, which is null if there are none.
    layout.containers.then(|| unsafe {
        let length: usize = field(list, layout.shift, Layout::CONTENTS);
        if length == 0 {
            return &[][..];
        }
        let items: *const *mut PyObject = field(list, layout.shift, Layout::LIST_ITEMS);
        slice(items, length)
    })
}

/// Whether a `list` lends its items: see [`Layout::lends_items`].
pub fn lends_items() -> bool {
    layout().lends_items
}

/// The number of items of a `dict`, where it can be read.
///
/// # Safety
///
/// As [`list_items`], for a dict.
#[inline(always)]
pub unsafe fn dict_size(dict: *mut PyObject) -> Option<usize> {
    let layout = layout();
    // SAFETY: the layout says where the number is.
    layout.containers.then(|| unsafe { field(dict, layout.shift, Layout::CONTENTS) })
}

/// The contents of `bytes`, where they can be read.
///
/// # Safety
///
/// As [`type_of`], `object` is a `bytes`, and it outlives `'a`.
#[inline(always)]
pub unsafe fn bytes<'a>(object: *mut PyObject) -> Option<&'a [u8]> {
    let layout = layout();
    // SAFETY: the layout says where the number is, and the contents; they do not change.
    (layout.bytes_data != 0).then(|| unsafe {
        let length: usize = field(object, layout.shift, Layout::CONTENTS);
        slice(object.byte_add(layout.bytes_data).cast(), length)
    })
}

/// The text of an object that is a `str`, compact and pure ASCII, where such strings can be read.
///
/// # Safety
///
/// As [`type_of`], and `object` outlives `'a`.
#[inline(always)]
pub unsafe fn ascii_of_any<'a>(object: *mut PyObject) -> Option<&'a str> {
    let layout = layout();
    if layout.ascii.mask == 0 {
        return None;
    }
    // SAFETY: strings can be read only where types can.
    unsafe {
        let class: *mut PyTypeObject = field(object, layout.shift, Layout::OB_TYPE);
        let flags: c_ulong = field(class, layout.shift, Layout::TP_FLAGS);
        if flags & (ffi::Py_TPFLAGS_UNICODE_SUBCLASS as c_ulong) == 0 {
            None
        } else {
            ascii(object)
        }
    }
}

/// The text of a `str` as UTF-8: `PyUnicode_AsUTF8AndSize`. Nothing if that fails, with an exception.
///
/// # Safety
///
/// The table is loaded and this thread attached; `object` is a `str`, or the call refuses it; it outlives `'a`.
#[inline]
pub unsafe fn utf8<'a>(object: *mut PyObject) -> Option<&'a str> {
    let mut length = 0;
    // SAFETY: as the caller says. The text belongs to the object.
    unsafe {
        let text = ffi::PyUnicode_AsUTF8AndSize(object, &raw mut length);
        if text.is_null() {
            return None;
        }
        if layout().text_asks_class && type_of(object) != ffi::PyUnicode_Type() {
            length = length_of_utf8(object)?;
        }
        Some(core::str::from_utf8_unchecked(slice(text.cast(), length as usize)))
    }
}

/// How many bytes a text has, by encoding it.
#[cold]
#[inline(never)]
unsafe fn length_of_utf8(text: *mut PyObject) -> Option<Py_ssize_t> {
    // SAFETY: as the caller says; the result is new bytes or null with an exception.
    unsafe {
        let bytes = ffi::PyUnicode_AsUTF8String(text);
        if bytes.is_null() {
            return None;
        }
        let length = ffi::PyBytes_Size(bytes);
        xdecref(bytes);
        Some(length)
    }
}

/// The text of a `str` that is compact and pure ASCII, where such strings can be read.
///
/// # Safety
///
/// As [`type_of`], `object` is a `str`, and it outlives `'a`.
#[inline(always)]
pub unsafe fn ascii<'a>(object: *mut PyObject) -> Option<&'a str> {
    let layout = layout();
    let ascii = layout.ascii;
    if ascii.mask == 0 {
        return None;
    }
    // SAFETY: the layout says where length, state and characters are.
    unsafe {
        let state = object.byte_add(ascii.state).cast::<u32>().read();
        (state & ascii.mask == ascii.mask).then(|| {
            let length: usize = field(object, layout.shift, Layout::CONTENTS);
            let data = object.byte_add(ascii.data).cast::<u8>();
            core::str::from_utf8_unchecked(slice(data, length))
        })
    }
}

/// The value of a `float` (or a subclass of it), where it can be read.
///
/// # Safety
///
/// As [`type_of`], and `object` is a `float`.
#[inline(always)]
pub unsafe fn float_value(object: *mut PyObject) -> Option<f64> {
    let layout = layout();
    // SAFETY: the layout says that the value follows the header.
    layout.floats.then(|| unsafe { field(object, layout.shift, Layout::CONTENTS) })
}

/// Whether this thread is attached to an interpreter. Without a loaded table nobody is.
///
/// CPython tells by one call that returns the state of the calling thread: `PyThreadState_GetUnchecked`.
#[inline(always)]
pub fn is_attached() -> bool {
    // SAFETY: the function may be called by any thread.
    unsafe { !(crate::fast::fast().attached)().is_null() }
}
