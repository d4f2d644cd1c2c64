//! Classes with native contents: how their type objects are made, and how their instances come and go.
//!
//! What the limited API of a version cannot say is written into the type object, where that version is frozen.

use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr::null_mut;

use everypy_ffi::{
    self as ffi, Py_ssize_t, PyMemberDef, PyObject, PyType_Slot, PyType_Spec, PyTypeObject,
    destructor, freefunc, getbufferproc, initproc, inquiry, newfunc, releasebufferproc,
    traverseproc, vectorcallfunc,
};

use crate::layout::{Layout, WORD, layout};
use crate::object::{decref, field, type_flags, type_of, utf8, xdecref};
use crate::runtime::runtime;

/// What a class is made of.
pub struct Blueprint<'a> {
    /// The name with the module's before it. Python 3.7 … 3.10 keep the pointer.
    pub name: &'static CStr,
    /// The class that it extends.
    pub base: *mut PyTypeObject,
    /// The size and the alignment of the contents, in bytes.
    pub contents: core::alloc::Layout,
    /// `Py_TPFLAGS_*`.
    pub flags: c_ulong,
    /// The text of `__doc__`, maybe with a signature in front.
    pub doc: &'a CStr,
    /// Slots; those for buffers, members, the text and the end are added.
    pub slots: &'a [PyType_Slot],
    /// The buffer slots, which have been slots since 3.9 only.
    pub buffer: Buffer,
    /// Whether instances have a `__dict__`.
    pub dict: bool,
    /// Whether instances can be referred to weakly.
    pub weakref: bool,
    /// What calls of the class go to, where a class is called that way and the place for it is known.
    pub vectorcall: Option<vectorcallfunc>,
}

/// The functions of the buffer protocol: `PyBufferProcs`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct Buffer {
    /// `bf_getbuffer`.
    pub get: Option<getbufferproc>,
    /// `bf_releasebuffer`.
    pub release: Option<releasebufferproc>,
}

impl Buffer {
    /// No functions.
    pub const NONE: Self = Self { get: None, release: None };
}

/// Where in an instance things are that the class has put there, in bytes from its start; 0 for what is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The contents.
    pub contents: usize,
    /// The pointer to the `__dict__`.
    pub dict: usize,
    /// The pointer to the weak references.
    pub weakrefs: usize,
    /// Whether there is nothing else in an instance of the very class that needs care: [`allocate`] and [`release`] do.
    pub plain: bool,
}

/// The offset that stands for contents which are not in the instance.
///
/// Instances of some built-in types, and so of classes that extend them, have no memory on GraalPy: they are handles.
pub const ELSEWHERE: usize = usize::MAX;

/// Whether an object is a handle, without memory of its own.
#[inline]
pub fn is_handle(object: *mut PyObject) -> bool {
    layout().handles && object.addr().cast_signed() < 0
}

/// Makes a class: `PyType_FromSpecWithBases`.
///
/// Returns nothing, with an exception set, if that fails or the base cannot be extended.
///
/// # Safety
///
/// The table is loaded and this thread attached; all pointers in `blueprint` are valid, and those that a type object
/// keeps (definitions of methods and attributes, texts) stay so.
pub unsafe fn make(blueprint: &Blueprint<'_>) -> Option<(*mut PyTypeObject, Places)> {
    let layout = layout();
    // SAFETY: as the caller says. The arrays below live during the call, which copies slots and members.
    unsafe {
        let (basicsize, itemsize) = sizes(blueprint.base)?;
        refuse(blueprint, itemsize)?;
        let mut end = basicsize;
        let mut place = |size: usize, align: usize| {
            let start = end.next_multiple_of(align);
            end = start + size;
            start
        };
        let mut places = Places {
            contents: place(blueprint.contents.size(), blueprint.contents.align()),
            ..Places::default()
        };
        let mut members = Vec::new();
        let mut member = |name: &'static CStr, offset: usize| {
            members.push(PyMemberDef {
                name: name.as_ptr(),
                type_code: ffi::Py_T_PYSSIZET,
                offset: offset as Py_ssize_t,
                flags: ffi::Py_READONLY,
                doc: core::ptr::null(),
            });
        };
        // PyPy gives every instance both, and has no offsets.
        if blueprint.dict && layout.instance_offsets && !has_dict(blueprint.base)? {
            places.dict = place(WORD, WORD);
            member(c"__dictoffset__", places.dict);
        }
        if blueprint.weakref && layout.instance_offsets && !has_weakrefs(blueprint.base)? {
            places.weakrefs = place(WORD, WORD);
            member(c"__weaklistoffset__", places.weakrefs);
        }
        let basicsize = end.next_multiple_of(WORD);
        let mut slots = blueprint.slots.to_vec();
        let mut slot = |slot: c_int, pfunc: *mut c_void| slots.push(PyType_Slot { slot, pfunc });
        if !layout.pokes {
            if let Some(get) = blueprint.buffer.get {
                slot(ffi::Py_bf_getbuffer, get as *mut c_void);
            }
            if let Some(release) = blueprint.buffer.release {
                slot(ffi::Py_bf_releasebuffer, release as *mut c_void);
            }
            if !members.is_empty() {
                members.push(PyMemberDef {
                    name: core::ptr::null(),
                    type_code: 0,
                    offset: 0,
                    flags: 0,
                    doc: core::ptr::null(),
                });
                slot(ffi::Py_tp_members, members.as_mut_ptr().cast());
            }
        }
        if !blueprint.doc.is_empty() {
            slot(ffi::Py_tp_doc, blueprint.doc.as_ptr().cast_mut().cast());
        }
        slot(0, null_mut());
        let mut spec = PyType_Spec {
            name: blueprint.name.as_ptr(),
            basicsize: basicsize as c_int,
            itemsize: 0,
            flags: blueprint.flags as c_uint,
            slots: slots.as_mut_ptr(),
        };
        let bases = ffi::PyTuple_New(1);
        if bases.is_null() {
            return None;
        }
        ffi::Py_IncRef(blueprint.base.cast());
        ffi::PyTuple_SetItem(bases, 0, blueprint.base.cast());
        let class = ffi::PyType_FromSpecWithBases(&raw mut spec, bases).cast::<PyTypeObject>();
        xdecref(bases);
        if class.is_null() {
            return None;
        }
        if layout.pokes {
            poke(class, blueprint, places);
        }
        if layout.strips_doc && !blueprint.doc.is_empty() {
            restore_doc(class, blueprint.doc);
        }
        if let Some(vectorcall) = blueprint.vectorcall
            && layout.vectorcalls
        {
            let place = class.byte_add(layout.shift + Layout::TP_VECTORCALL);
            place.cast::<vectorcallfunc>().write(vectorcall);
        }
        places.plain = layout.allocates
            && blueprint.base == ffi::PyBaseObject_Type()
            && places.dict == 0
            && places.weakrefs == 0
            && !is_collected(class);
        Some((class, places))
    }
}

/// Makes an instance of a class with [`Places::plain`], not of a subclass, with memory that says nothing:
/// `PyObject_New`.
///
/// # Safety
///
/// The table is loaded, this thread is attached, and `class` is such a class.
#[inline(always)]
pub unsafe fn allocate(class: *mut PyTypeObject) -> *mut PyObject {
    // SAFETY: as the caller says.
    unsafe { ffi::_PyObject_New(class) }
}

/// Ends an instance that [`allocate`] could have made.
///
/// # Safety
///
/// Called from its `tp_dealloc`, with its class.
#[inline(always)]
pub unsafe fn release(object: *mut PyObject, class: *mut PyTypeObject) {
    // SAFETY: as the caller says; the reference to the class was the instance's.
    unsafe {
        ffi::PyObject_Free(object.cast());
        decref(class.cast());
    }
}

/// Writes into a type object what the slots and members of 3.7 and 3.8 cannot say.
unsafe fn poke(class: *mut PyTypeObject, blueprint: &Blueprint<'_>, places: Places) {
    let write = |offset: usize, value: usize| {
        // SAFETY: the layout of these versions' type objects, which are frozen; nobody uses the class yet.
        unsafe { class.byte_add(layout().shift + offset).cast::<usize>().write(value) };
    };
    if places.dict != 0 {
        write(Layout::TP_DICTOFFSET, places.dict);
    }
    if places.weakrefs != 0 {
        write(Layout::TP_WEAKLISTOFFSET, places.weakrefs);
    }
    let Buffer { get, release } = blueprint.buffer;
    if get.is_some() || release.is_some() {
        // The class keeps the pointer, and classes of compiled modules stay.
        let functions = Box::leak(Box::new(blueprint.buffer));
        write(Layout::TP_AS_BUFFER, core::ptr::from_mut(functions).expose_provenance());
    }
    // SAFETY: a live type object.
    unsafe { ffi::PyType_Modified(class) };
}

/// Gives a class the whole text back, from which `__text_signature__` is read.
unsafe fn restore_doc(class: *mut PyTypeObject, doc: &CStr) {
    let bytes = doc.to_bytes_with_nul();
    // SAFETY: the layout of these versions' type objects. The class frees the text that it has by `PyObject_Free`.
    unsafe {
        let copy = ffi::PyObject_Malloc(bytes.len()).cast::<u8>();
        if copy.is_null() {
            return;
        }
        copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        let place = class.byte_add(layout().shift + Layout::TP_DOC).cast::<*mut c_void>();
        ffi::PyObject_Free(core::mem::replace(&mut *place, copy.cast()));
    }
}

/// `__basicsize__` and `__itemsize__` of a class.
///
/// PyPy has no such attributes; there, as everywhere, the two fields follow `tp_name`.
unsafe fn sizes(class: *mut PyTypeObject) -> Option<(usize, usize)> {
    let layout = layout();
    // SAFETY: a live type object, says the caller; `measure_header` relies on the same fields.
    unsafe {
        if !layout.type_fields {
            if let Some(basicsize) = number(class, c"__basicsize__") {
                return Some((basicsize, number(class, c"__itemsize__")?));
            }
            ffi::PyErr_Clear();
        }
        let basicsize = field(class, layout.shift, Layout::TP_BASICSIZE);
        Some((basicsize, field(class, layout.shift, Layout::TP_BASICSIZE + WORD)))
    }
}

/// A numeric attribute of a class.
unsafe fn number(class: *mut PyTypeObject, name: &CStr) -> Option<usize> {
    // SAFETY: a live type object, says the caller.
    unsafe {
        let value = ffi::PyObject_GetAttrString(class.cast(), name.as_ptr());
        if value.is_null() {
            return None;
        }
        let number = ffi::PyLong_AsSsize_t(value);
        xdecref(value);
        usize::try_from(number).ok()
    }
}

unsafe fn has_dict(class: *mut PyTypeObject) -> Option<bool> {
    // SAFETY: as the caller says.
    unsafe { number(class, c"__dictoffset__").or_else(negative).map(|offset| offset != 0) }
}

unsafe fn has_weakrefs(class: *mut PyTypeObject) -> Option<bool> {
    // SAFETY: as the caller says.
    unsafe { number(class, c"__weakrefoffset__").or_else(negative).map(|offset| offset != 0) }
}

/// An offset below zero counts from the end, or says that the interpreter keeps the place: something is there.
fn negative() -> Option<usize> {
    // SAFETY: attached, as all callers are.
    unsafe { ffi::PyErr_Occurred().is_null().then_some(1) }
}

/// Sets a `TypeError` for a base that cannot be extended by contents, and returns nothing then.
unsafe fn refuse(blueprint: &Blueprint<'_>, itemsize: usize) -> Option<()> {
    const VARIABLE: c_ulong = (ffi::Py_TPFLAGS_LONG_SUBCLASS
        | ffi::Py_TPFLAGS_TUPLE_SUBCLASS
        | ffi::Py_TPFLAGS_BYTES_SUBCLASS) as c_ulong;
    let base = blueprint.base;
    // SAFETY: attached; a live type object.
    let flags = unsafe { type_flags(base) };
    let is_type = flags & ffi::Py_TPFLAGS_TYPE_SUBCLASS as c_ulong != 0;
    let reason = if flags & VARIABLE != 0 || (itemsize != 0 && !is_type) {
        "whose instances vary in size, so that there is no room for fields"
    } else if layout().handles && is_unextendable(base) {
        "whose native subclasses end the process there"
    } else {
        return Some(());
    };
    let name = |class: *mut PyTypeObject| -> Option<String> {
        // SAFETY: attached; a live type object; the text is copied before it goes.
        unsafe {
            let name = ffi::PyType_GetQualName(class);
            if name.is_null() {
                return None;
            }
            let text = utf8(name).map(str::to_owned);
            xdecref(name);
            text
        }
    };
    let message = format!(
        "class `{}` cannot extend `{}` on {}, {reason}\0",
        blueprint.name.to_string_lossy(),
        name(base)?,
        runtime(),
    );
    // SAFETY: attached; the text ends with a NUL and is copied.
    unsafe {
        ffi::PyErr_SetString(*ffi::PyExc_TypeError(), message.as_ptr().cast::<c_char>());
    }
    None
}

/// Whether GraalPy ends the process when a native subclass of an exception is constructed or printed (seen on 25.0.2).
fn is_unextendable(base: *mut PyTypeObject) -> bool {
    // SAFETY: attached, so the table is loaded, and the variables are set before any module is.
    unsafe {
        [
            ffi::PyExc_AttributeError(),
            ffi::PyExc_ImportError(),
            ffi::PyExc_KeyError(),
            ffi::PyExc_StopIteration(),
            ffi::PyExc_SyntaxError(),
            ffi::PyExc_SystemExit(),
            ffi::PyExc_UnicodeError(),
        ]
        .into_iter()
        .any(|class| ffi::PyType_IsSubtype(base, (*class).cast()) != 0)
    }
}

macro_rules! slots {
    ($($(#[$meta:meta])* $function:ident: $ty:ty, $id:ident, $words:literal;)*) => { $(
        $(#[$meta])*
        ///
        /// # Safety
        ///
        /// The table is loaded, this thread is attached and `class` is a live type object.
        #[inline]
        pub unsafe fn $function(class: *mut PyTypeObject) -> Option<$ty> {
            // SAFETY: as the caller says; the slot holds a function of this type, or null.
            unsafe { core::mem::transmute(function(class, ffi::$id, $words * WORD)) }
        }
    )* };
}
slots! {
    /// `tp_dealloc`.
    dealloc_of: destructor, Py_tp_dealloc, 6;
    /// `tp_traverse`.
    traverse_of: traverseproc, Py_tp_traverse, 23;
    /// `tp_clear`.
    clear_of: inquiry, Py_tp_clear, 24;
    /// `tp_init`.
    init_of: initproc, Py_tp_init, 37;
    /// `tp_new`.
    new_of: newfunc, Py_tp_new, 39;
    /// `tp_free`.
    free_of: freefunc, Py_tp_free, 40;
}

/// Whether a class has this `tp_new`, and the `tp_init` of `object`. Asked without a call, where that is possible.
///
/// # Safety
///
/// The table is loaded, this thread is attached and `class` is a live type object.
#[inline]
pub unsafe fn seen_to_construct_by(class: *mut PyTypeObject, new: newfunc) -> bool {
    let layout = layout();
    // SAFETY: as the caller says, and the layout says whether the fields may be read.
    unsafe { layout.type_fields && constructs_by(class, new) }
}

/// The same, where it cannot be seen either.
///
/// # Safety
///
/// As [`seen_to_construct_by`].
#[inline]
pub unsafe fn constructs_by(class: *mut PyTypeObject, new: newfunc) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        let init = |class| init_of(class).map_or(0, |init| init as usize);
        let own = new_of(class).map_or(0, |new| new as usize);
        init(class) == init(ffi::PyBaseObject_Type()) && own == new as usize
    }
}

/// A function pointer in a type object: `PyType_GetSlot`, which older versions refuse for types that are not on the heap.
#[inline]
unsafe fn function(class: *mut PyTypeObject, id: c_int, offset: usize) -> *mut c_void {
    let layout = layout();
    // SAFETY: as the caller says, and the layout says where the field is.
    unsafe {
        if layout.type_fields {
            field(class, layout.shift, offset)
        } else {
            ffi::PyType_GetSlot(class, id)
        }
    }
}

/// Whether instances of a class take part in garbage collection.
///
/// # Safety
///
/// As [`type_flags`].
#[inline]
pub unsafe fn is_collected(class: *mut PyTypeObject) -> bool {
    // SAFETY: as the caller says.
    unsafe { type_flags(class) & ffi::Py_TPFLAGS_HAVE_GC as c_ulong != 0 }
}

/// Ends an instance whose contents are gone already: the last part of `tp_dealloc`.
///
/// `native` is the built-in class at the root of its own, and `dealloc` the `tp_dealloc` that calls this.
///
/// # Safety
///
/// The table is loaded and this thread attached. Called once per instance, from its `tp_dealloc`, untracked.
pub unsafe fn free(object: *mut PyObject, native: *mut PyTypeObject, dealloc: destructor) {
    let layout = layout();
    // SAFETY: as the caller says. The class outlives its instance by the reference that is given back last.
    unsafe {
        let class = type_of(object);
        // Up to 3.7 the `tp_dealloc` of a Python subclass gives the reference to the class back itself.
        let mut owns_class = !layout.subclass_gives_class_back
            || dealloc_of(class).is_some_and(|own| own as usize == dealloc as usize);
        if native == ffi::PyBaseObject_Type() {
            if let Some(free) = free_of(class) {
                free(object.cast());
            }
        } else if let Some(dealloc) = dealloc_of(native) {
            // Built-in ones expect what they have made.
            if is_collected(native) {
                ffi::PyObject_GC_Track(object.cast());
            }
            // One that belongs to a heap type gives the class back.
            owns_class &= !layout.base_gives_class_back
                && type_flags(native) & ffi::Py_TPFLAGS_HEAPTYPE as c_ulong == 0;
            dealloc(object);
        }
        if owns_class {
            decref(class.cast());
        }
    }
}
