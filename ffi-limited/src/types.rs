//! The structs and function types of the limited API.
//!
//! Only what the limited API defines and what is the same on every interpreter has fields here. Everything else is
//! opaque: an object's header, a type object, a module definition differ in size and shape between CPython, its
//! free-threaded build and PyPy, and what must be known of them is measured when the table is loaded.
//!
//! A function type (`functions.rs`) is not nullable; where C allows null, as in most fields, it says `Option<…>`.

mod functions;

pub use functions::*;

use core::ffi::{c_char, c_double, c_int, c_uint, c_ulong, c_void};

/// `Py_ssize_t`: a signed size.
pub type Py_ssize_t = isize;
/// `Py_hash_t`: a hash value.
pub type Py_hash_t = Py_ssize_t;
/// `Py_uhash_t`: a hash value while it is being computed.
pub type Py_uhash_t = usize;
/// `Py_UCS4`: a code point.
pub type Py_UCS4 = u32;
/// `Py_UCS2`: a code point of the Basic Multilingual Plane.
pub type Py_UCS2 = u16;
/// `Py_UCS1`: a code point of Latin-1.
pub type Py_UCS1 = u8;

/// C's `wchar_t`.
#[cfg(windows)]
pub type wchar_t = u16;
/// C's `wchar_t`.
#[cfg(all(
    not(windows),
    any(target_arch = "aarch64", target_arch = "arm"),
    not(target_vendor = "apple")
))]
pub type wchar_t = c_uint;
/// C's `wchar_t`.
#[cfg(not(any(
    windows,
    all(any(target_arch = "aarch64", target_arch = "arm"), not(target_vendor = "apple"))
)))]
pub type wchar_t = c_int;

/// C's `va_list`, as a parameter.
///
/// All our platforms pass it as a pointer or as one word of that size: x86-64 as a pointer to the one element of an
/// array, Windows and Apple's as `char *`, AArch64 Linux as a pointer to a copy. Rust code has no way to make one;
/// it can only pass on what it was given.
pub type VaList = *mut c_void;

/// Declares structs of which nothing is known but that they are passed by pointer.
macro_rules! opaque {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        ///
        /// Opaque: its size and fields are not the same on all interpreters, or nobody's business.
        #[repr(C)]
        #[derive(Debug)]
        pub struct $name {
            _opaque: [u8; 0],
            // Neither `Send` nor `Sync` nor `Unpin`: C owns it, and it stays where it is.
            _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
        }
    )*};
}

opaque! {
    /// Any Python object.
    PyObject;
    /// An object with a variable number of items.
    PyVarObject;
    /// A type.
    PyTypeObject;
    /// An `int`.
    PyLongObject;
    /// A code object.
    PyCodeObject;
    /// A frame.
    PyFrameObject;
    /// A weak reference.
    PyWeakReference;
    /// A module definition. Its shape follows the header of an object, so it is built at run time.
    PyModuleDef;
    /// The head of a module definition.
    PyModuleDef_Base;
    /// What a thread is to an interpreter.
    PyThreadState;
    /// An interpreter.
    PyInterpreterState;
    /// A key of thread-local storage, made by `PyThread_tss_alloc`.
    Py_tss_t;
    /// C's `FILE`.
    FILE;
    /// A lock of one byte.
    PyMutex;
    /// An `int` in the making.
    PyLongWriter;
    /// What keeps an interpreter from ending.
    PyInterpreterGuard;
    /// A reference to an interpreter that may end.
    PyInterpreterView;
    /// What `PyThreadState_Ensure` gives and `PyThreadState_Release` takes back.
    PyThreadStateToken;
}

/// What `PyIter_Send` found: `PYGEN_RETURN`, `PYGEN_ERROR` or `PYGEN_NEXT`.
pub type PySendResult = c_int;
/// What `PyGILState_Ensure` found: `PyGILState_LOCKED` or `PyGILState_UNLOCKED`.
pub type PyGILState_STATE = c_int;
/// What taking a lock came to: `PY_LOCK_FAILURE`, `PY_LOCK_ACQUIRED` or `PY_LOCK_INTR`.
pub type PyLockStatus = c_int;
/// Which imports are lazy: `PyImport_LAZY_NORMAL` or `PyImport_LAZY_ALL`.
pub type PyImport_LazyImportsMode = c_int;
/// A lock.
pub type PyThread_type_lock = *mut c_void;

/// The function of a [`PyMethodDef`]; which of these it is depends on `ml_flags`.
#[repr(C)]
#[derive(Clone, Copy)]
pub union PyMethodDefPointer {
    /// With `METH_VARARGS`, `METH_NOARGS` or `METH_O`.
    pub PyCFunction: PyCFunction,
    /// With `METH_VARARGS | METH_KEYWORDS`.
    pub PyCFunctionWithKeywords: PyCFunctionWithKeywords,
    /// With `METH_FASTCALL`.
    pub PyCFunctionFast: PyCFunctionFast,
    /// With `METH_FASTCALL | METH_KEYWORDS`.
    pub PyCFunctionFastWithKeywords: PyCFunctionFastWithKeywords,
    /// With `METH_METHOD | METH_FASTCALL | METH_KEYWORDS`.
    pub PyCMethod: PyCMethod,
    /// The address alone, null at the end of a list.
    pub Void: *mut c_void,
}

impl core::fmt::Debug for PyMethodDefPointer {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // SAFETY: all fields are one pointer, and any pointer is a raw one.
        let address = unsafe { self.Void };
        formatter.debug_tuple("PyMethodDefPointer").field(&address).finish()
    }
}

/// A function or method. A list of them ends with [`PyMethodDef::zeroed`].
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyMethodDef {
    /// The name.
    pub ml_name: *const c_char,
    /// The function.
    pub ml_meth: PyMethodDefPointer,
    /// `METH_*`: how it is called and bound.
    pub ml_flags: c_int,
    /// The docstring or null.
    pub ml_doc: *const c_char,
}

impl PyMethodDef {
    /// The end of a list.
    pub const fn zeroed() -> Self {
        PyMethodDef {
            ml_name: core::ptr::null(),
            ml_meth: PyMethodDefPointer { Void: core::ptr::null_mut() },
            ml_flags: 0,
            ml_doc: core::ptr::null(),
        }
    }
}

/// A computed attribute. A list of them ends with a default one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyGetSetDef {
    /// The name.
    pub name: *const c_char,
    /// Gets it.
    pub get: Option<getter>,
    /// Sets or deletes it; null for a read-only one.
    pub set: Option<setter>,
    /// The docstring or null.
    pub doc: *const c_char,
    /// What the functions are passed besides the object.
    pub closure: *mut c_void,
}

impl Default for PyGetSetDef {
    fn default() -> Self {
        PyGetSetDef {
            name: core::ptr::null(),
            get: None,
            set: None,
            doc: core::ptr::null(),
            closure: core::ptr::null_mut(),
        }
    }
}

/// An attribute that is a field of the object's memory. A list of them ends with a default one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyMemberDef {
    /// The name.
    pub name: *const c_char,
    /// `Py_T_*`: the C type of the field. C calls it `type`.
    pub type_code: c_int,
    /// Where in the object it is.
    pub offset: Py_ssize_t,
    /// `Py_READONLY` and the like.
    pub flags: c_int,
    /// The docstring or null.
    pub doc: *const c_char,
}

impl Default for PyMemberDef {
    fn default() -> Self {
        PyMemberDef {
            name: core::ptr::null(),
            type_code: 0,
            offset: 0,
            flags: 0,
            doc: core::ptr::null(),
        }
    }
}

/// A slot of a type. A list of them ends with a default one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyType_Slot {
    /// Which: `Py_tp_*`, `Py_nb_*`, …
    pub slot: c_int,
    /// The function or whatever else the slot holds.
    pub pfunc: *mut c_void,
}

impl Default for PyType_Slot {
    fn default() -> Self {
        PyType_Slot { slot: 0, pfunc: core::ptr::null_mut() }
    }
}

/// What a type is made from.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyType_Spec {
    /// The name with the module's before it. Python 3.7 … 3.10 keep this pointer.
    pub name: *const c_char,
    /// The size of an instance.
    pub basicsize: c_int,
    /// The size of an item of a variable-size instance.
    pub itemsize: c_int,
    /// `Py_TPFLAGS_*`.
    pub flags: c_uint,
    /// The slots.
    pub slots: *mut PyType_Slot,
}

/// A slot of a module. A list of them ends with a default one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyModuleDef_Slot {
    /// Which: `Py_mod_*`.
    pub slot: c_int,
    /// The function or whatever else the slot holds.
    pub value: *mut c_void,
}

impl Default for PyModuleDef_Slot {
    fn default() -> Self {
        PyModuleDef_Slot { slot: 0, value: core::ptr::null_mut() }
    }
}

/// What a slot of 3.15 holds; which of these it is depends on `sl_id`.
#[repr(C)]
#[derive(Clone, Copy)]
pub union PySlotValue {
    /// An address.
    pub sl_ptr: *mut c_void,
    /// A function, to be cast to its own type.
    pub sl_func: Option<unsafe extern "C" fn()>,
    /// A size.
    pub sl_size: Py_ssize_t,
    /// An integer.
    pub sl_int64: i64,
    /// An unsigned integer, such as flags.
    pub sl_uint64: u64,
}

impl core::fmt::Debug for PySlotValue {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // SAFETY: every constructor of ours writes all 64 bits, and C's do so, too; any bits are an integer.
        let bits = unsafe { self.sl_uint64 };
        write!(formatter, "PySlotValue({bits:#x})")
    }
}

/// A slot of a type or a module in the way of 3.15. A list of them ends with a default one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PySlot {
    /// Which: `Py_tp_*`, `Py_mod_*`, …; those that had another number before are called `*_3_15`.
    pub sl_id: u16,
    /// `PySlot_OPTIONAL` and the like.
    pub sl_flags: u16,
    /// Zero.
    pub sl_reserved: u32,
    /// The value, in C the members of a union without a name.
    pub value: PySlotValue,
}

impl Default for PySlot {
    fn default() -> Self {
        PySlot {
            sl_id: 0,
            sl_flags: 0,
            sl_reserved: 0,
            // The widest member, so that no bit is left as it was.
            value: PySlotValue { sl_uint64: 0 },
        }
    }
}

/// What a module of 3.15 says about the build that made it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PyABIInfo {
    /// The version of this struct: 1.
    pub abiinfo_major_version: u8,
    /// The version of this struct: 0.
    pub abiinfo_minor_version: u8,
    /// `PyABIInfo_STABLE` and the like.
    pub flags: u16,
    /// The version that it was built with, as in `PY_VERSION_HEX`; 0 if that does not matter.
    pub build_version: u32,
    /// The version of the stable ABI that it needs, as in `Py_LIMITED_API`.
    pub abi_version: u32,
}

/// The digits of an `int`: how the interpreter keeps them.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PyLongLayout {
    /// How many bits of a digit are used.
    pub bits_per_digit: u8,
    /// How many bytes a digit takes.
    pub digit_size: u8,
    /// 1 for the most significant digit first, -1 for the least significant one.
    pub digits_order: i8,
    /// 1 for big-endian digits, -1 for little-endian ones.
    pub digit_endianness: i8,
}

/// An `int` as it is kept.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyLongExport {
    /// The value, if `digits` is null.
    pub value: i64,
    /// Whether the digits are those of a negative number.
    pub negative: u8,
    /// How many digits there are.
    pub ndigits: Py_ssize_t,
    /// The digits, laid out as `PyLong_GetNativeLayout` says, or null.
    pub digits: *const c_void,
    /// The interpreter's own.
    pub _reserved: usize,
}

/// A lock on an object that other locks may interrupt.
///
/// Its fields are the interpreter's own; only its size is part of the limited API.
#[repr(C)]
#[derive(Debug)]
pub struct PyCriticalSection {
    _cs_prev: usize,
    _cs_mutex: *mut PyMutex,
}

/// A lock on two objects that other locks may interrupt.
#[repr(C)]
#[derive(Debug)]
pub struct PyCriticalSection2 {
    _cs_base: PyCriticalSection,
    _cs_mutex2: *mut PyMutex,
}

/// A view of an object's memory, in CPython's shape.
///
/// PyPy's is longer (664 bytes on 3.9, 1112 on 3.11) and `PyObject_GetBuffer` writes behind the fields below, so
/// what is passed to it must have room for that; and `shape` and `strides` may point into it, so it must not move.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Py_buffer {
    /// The first item.
    pub buf: *mut c_void,
    /// The object that owns the memory.
    pub obj: *mut PyObject,
    /// The number of bytes that all items take.
    pub len: Py_ssize_t,
    /// The size of an item.
    pub itemsize: Py_ssize_t,
    /// Whether the memory must not be written to.
    pub readonly: c_int,
    /// The number of dimensions.
    pub ndim: c_int,
    /// What an item is, as for `struct`; null for unsigned bytes.
    pub format: *mut c_char,
    /// The number of items along each dimension.
    pub shape: *mut Py_ssize_t,
    /// The number of bytes from one item to the next along each dimension.
    pub strides: *mut Py_ssize_t,
    /// The offset to be added after following a pointer, along each dimension.
    pub suboffsets: *mut Py_ssize_t,
    /// The owner's own.
    pub internal: *mut c_void,
}

/// A complex number. No part of the limited API, but the same everywhere.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Py_complex {
    /// The real part.
    pub real: c_double,
    /// The imaginary part.
    pub imag: c_double,
}

/// A field of a struct sequence. A list of them ends with a null name.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyStructSequence_Field {
    /// The name.
    pub name: *const c_char,
    /// The docstring or null.
    pub doc: *const c_char,
}

/// What a struct sequence, a named tuple, is made from.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PyStructSequence_Desc {
    /// The name with the module's before it.
    pub name: *const c_char,
    /// The docstring or null.
    pub doc: *const c_char,
    /// The fields.
    pub fields: *mut PyStructSequence_Field,
    /// How many of the fields are items of the tuple, too.
    pub n_in_sequence: c_int,
}

// Constants that are no plain numbers in the headers, or that the limited API leaves out although they are the same
// wherever they mean something. All others are in `headers/`.

/// The largest `Py_ssize_t`.
pub const PY_SSIZE_T_MAX: Py_ssize_t = Py_ssize_t::MAX;
/// The smallest `Py_ssize_t`.
pub const PY_SSIZE_T_MIN: Py_ssize_t = Py_ssize_t::MIN;
/// Added to the number of arguments of a vectorcall: the callee may write to the place before the first one.
pub const PY_VECTORCALL_ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);
/// What takes the place of a character that cannot be decoded.
pub const Py_UNICODE_REPLACEMENT_CHARACTER: Py_UCS4 = 0xfffd;
/// Another spelling of `PyBUF_WRITABLE`.
pub const PyBUF_WRITEABLE: c_int = crate::PyBUF_WRITABLE;

/// A value of `Py_mod_multiple_interpreters`: the main interpreter only.
pub const Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED: *mut c_void = core::ptr::null_mut();
/// A value of `Py_mod_multiple_interpreters`: subinterpreters that share the lock.
pub const Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED: *mut c_void =
    core::ptr::without_provenance_mut(1);
/// A value of `Py_mod_multiple_interpreters`: subinterpreters with a lock of their own.
pub const Py_MOD_PER_INTERPRETER_GIL_SUPPORTED: *mut c_void = core::ptr::without_provenance_mut(2);
/// A value of `Py_mod_gil`: needs the global interpreter lock.
pub const Py_MOD_GIL_USED: *mut c_void = core::ptr::null_mut();
/// A value of `Py_mod_gil`: can do without the global interpreter lock.
pub const Py_MOD_GIL_NOT_USED: *mut c_void = core::ptr::without_provenance_mut(1);

/// The type makes room for `__weakref__` itself (3.12).
pub const Py_TPFLAGS_MANAGED_WEAKREF: c_ulong = 1 << 3;
/// The type makes room for `__dict__` itself (3.11).
pub const Py_TPFLAGS_MANAGED_DICT: c_ulong = 1 << 4;
/// `match` takes instances for sequences (3.10; ignored before).
pub const Py_TPFLAGS_SEQUENCE: c_ulong = 1 << 5;
/// `match` takes instances for mappings (3.10; ignored before).
pub const Py_TPFLAGS_MAPPING: c_ulong = 1 << 6;
