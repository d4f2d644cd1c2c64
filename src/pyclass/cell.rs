//! The type object of a class: made when it is first needed, once per interpreter.

use core::ffi::{CStr, c_int, c_ulong, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::ffi::CString;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::ThreadId;

use everypy_ffi::{self as ffi, PyGetSetDef, PyMethodDef, PyObject, PyType_Slot, PyTypeObject};
use everypy_shims::class::{self, Blueprint, Buffer, ELSEWHERE, Places, is_handle};
use everypy_shims::{layout, object, several_interpreters};

use super::contents::Contents;
use super::lifecycle::{clear, dealloc, traverse};
use super::{PyClass, PyClassBaseType};
use crate::err::{PyErr, PyResult};
use crate::exceptions::{PyAttributeError, PyTypeError};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::class::{Attribute, Items, Property};
use crate::impl_::trampoline::trampoline;
use crate::instance::Py;
use crate::marker::Python;
use crate::state::PerInterpreter;
use crate::type_object::PyTypeInfo;
use crate::types::{PyAnyMethods as _, PyType, PyTypeMethods};

/// Where the type object of a class is, and where the contents are in its instances.
pub struct ClassCell {
    /// The class, once it can be used.
    ready: PerInterpreter<Py<PyType>>,
    /// The class, which may still lack attributes.
    made: PerInterpreter<Py<PyType>>,
    /// The threads that are giving it attributes, since what they make may need the class.
    filling: Mutex<Vec<ThreadId>>,
    contents: AtomicUsize,
    dict: AtomicUsize,
    weakrefs: AtomicUsize,
    /// The class of the first interpreter, which lives as long as that: it is compared with the type of an object before
    /// anything else is asked.
    first: AtomicPtr<PyTypeObject>,
    /// The same if its instances are plain.
    first_plain: AtomicPtr<PyTypeObject>,
    /// Whether instances of the class itself, in any interpreter, are plain: see [`Places::plain`].
    plain: AtomicBool,
    /// What the type object points to, the same in each interpreter.
    tables: OnceLock<Tables>,
}

/// The cells that know the class of the first interpreter.
static NOTED: Mutex<Vec<&'static ClassCell>> = Mutex::new(Vec::new());

/// Forgets the classes of the first interpreter, which has ended.
pub(crate) fn forget_first() {
    for cell in NOTED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        cell.forget_first();
    }
}

/// The tables that a type object keeps pointers to.
struct Tables {
    slots: Vec<PyType_Slot>,
    flags: c_ulong,
    buffer: Buffer,
    doc: CString,
    _kept: (Vec<PyMethodDef>, Vec<PyGetSetDef>),
}

// SAFETY: never written once they are made; the pointers are to statics and to the vectors, which are never moved or
// freed, since cells are statics.
unsafe impl Send for Tables {}
// SAFETY: as above.
unsafe impl Sync for Tables {}

impl ClassCell {
    /// Nothing yet.
    #[expect(clippy::new_without_default, reason = "only for statics")]
    pub const fn new() -> Self {
        Self {
            ready: PerInterpreter::new(),
            made: PerInterpreter::new(),
            filling: Mutex::new(Vec::new()),
            contents: AtomicUsize::new(0),
            dict: AtomicUsize::new(0),
            weakrefs: AtomicUsize::new(0),
            first: AtomicPtr::new(null_mut()),
            first_plain: AtomicPtr::new(null_mut()),
            plain: AtomicBool::new(false),
            tables: OnceLock::new(),
        }
    }

    /// Where the contents are.
    #[inline(always)]
    pub(crate) fn offset(&self) -> usize {
        self.contents.load(Ordering::Relaxed)
    }

    pub(super) fn set_offset(&self, offset: usize) {
        self.contents.store(offset, Ordering::Relaxed);
    }

    /// Where everything is.
    pub(super) fn places(&self) -> Places {
        let load = |place: &AtomicUsize| place.load(Ordering::Relaxed);
        Places {
            contents: load(&self.contents),
            dict: load(&self.dict),
            weakrefs: load(&self.weakrefs),
            plain: self.makes_plain(),
        }
    }

    /// Whether a class is that of the first interpreter: then instances of it are of this class, in any.
    #[inline(always)]
    pub(crate) fn is_first(&self, class: *mut PyTypeObject) -> bool {
        self.first.load(Ordering::Relaxed) == class
    }

    /// Whether an object is an instance of this class, in this interpreter or, of the very class, in the first one. `class`
    /// makes it if need be.
    ///
    /// # Safety
    ///
    /// `object` is alive, and this thread is attached.
    #[inline(always)]
    pub(crate) unsafe fn is_class_of(
        &self,
        py: Python<'_>,
        object: *mut PyObject,
        class: fn(Python<'_>) -> *mut PyTypeObject,
    ) -> bool {
        // SAFETY: as the caller says.
        unsafe {
            layout().types && self.is_first(object::type_of(object))
                || self.is_class_of_by_calls(py, object, class)
        }
    }

    #[inline(never)]
    unsafe fn is_class_of_by_calls(
        &self,
        py: Python<'_>,
        object: *mut PyObject,
        class: fn(Python<'_>) -> *mut PyTypeObject,
    ) -> bool {
        // GraalPy lets anything become an instance of a class by its `__class__`, but a handle has no contents in it.
        let has_memory = !is_handle(object) || self.offset() == ELSEWHERE;
        // SAFETY: as the caller says.
        has_memory && unsafe { object::has_memory_of(object, class(py)) }
    }

    /// The same, if its instances are plain.
    #[inline(always)]
    pub(super) fn is_first_plain(&self, class: *mut PyTypeObject) -> bool {
        self.first_plain.load(Ordering::Relaxed) == class
    }

    /// The class, while there is one interpreter only, and if its instances are plain; else null.
    #[inline(always)]
    pub(super) fn only_plain(&self) -> *mut PyTypeObject {
        if several_interpreters().load(Ordering::Relaxed) {
            null_mut()
        } else {
            self.first_plain.load(Ordering::Acquire)
        }
    }

    /// Whether instances of the class itself are plain: see [`Places::plain`].
    #[inline(always)]
    pub(super) fn makes_plain(&self) -> bool {
        self.plain.load(Ordering::Relaxed)
    }

    /// Forgets the class of the first interpreter.
    fn forget_first(&self) {
        self.first.store(null_mut(), Ordering::Relaxed);
        self.first_plain.store(null_mut(), Ordering::Relaxed);
    }

    /// The type object.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[inline]
    pub fn get<T: PyClass>(&'static self, py: Python<'_>) -> *mut PyTypeObject {
        match self.ready.get(py) {
            Some(class) => class.as_ptr().cast(),
            None => self.get_or_panic::<T>(py),
        }
    }

    #[cold]
    fn get_or_panic<T: PyClass>(&'static self, py: Python<'_>) -> *mut PyTypeObject {
        match self.try_get::<T>(py) {
            Ok(class) => class,
            Err(error) => {
                error.print(py);
                panic!("the class `{}` cannot be made", T::FULL_NAME.to_string_lossy())
            }
        }
    }

    /// The type object.
    ///
    /// # Errors
    ///
    /// If it cannot be made: the base cannot be extended, or a class attribute cannot be computed.
    #[cold]
    pub fn try_get<T: PyClass>(&'static self, py: Python<'_>) -> PyResult<*mut PyTypeObject> {
        if let Some(class) = self.ready.get(py) {
            return Ok(class.as_ptr().cast());
        }
        let class = self.made.get_or_try_init(py, || self.make::<T>(py))?;
        self.note_first(py, class);
        let this_thread = std::thread::current().id();
        let filling = || self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        if filling().contains(&this_thread) {
            return Ok(class.as_ptr().cast());
        }
        filling().push(this_thread);
        let filled = fill(py, class, &T::items());
        filling().retain(|thread| *thread != this_thread);
        filled?;
        // Another thread may have been faster.
        let _ = self.ready.set(py, class.clone_ref(py));
        Ok(class.as_ptr().cast())
    }

    /// Takes note of a class, if it is of the first interpreter.
    fn note_first(&'static self, py: Python<'_>, class: &Py<PyType>) {
        let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
        if self.first.load(Ordering::Relaxed).is_null() && crate::state::is_first(py) {
            noted.push(self);
            let class = class.as_ptr().cast();
            self.first.store(class, Ordering::Relaxed);
            if self.makes_plain() {
                // The class is taken from here, and not only compared, by `only_plain`.
                self.first_plain.store(class, Ordering::Release);
            }
        }
    }

    fn make<T: PyClass>(&'static self, py: Python<'_>) -> PyResult<Py<PyType>> {
        let tables = self.tables.get_or_init(|| tables::<T>(py));
        let blueprint = Blueprint {
            name: T::FULL_NAME,
            base: T::BaseType::type_object_raw(py),
            contents: core::alloc::Layout::new::<Contents<T>>(),
            flags: tables.flags,
            doc: &tables.doc,
            slots: &tables.slots,
            buffer: tables.buffer,
            dict: T::CHOICES.dict,
            weakref: T::CHOICES.weakref,
            // The constructors of built-in bases get a tuple.
            vectorcall: <T::BaseType as PyClassBaseType>::IS_OBJECT
                .then(|| T::items().iter().find_map(|items| items.vectorcall))
                .flatten(),
        };
        // SAFETY: attached; the tables are never freed, and the functions in them are of the slots' types.
        let (class, places) = unsafe { class::make(&blueprint) }.ok_or_else(|| PyErr::fetch(py))?;
        if self.contents.load(Ordering::Relaxed) == 0 {
            self.set_offset(places.contents);
        }
        self.dict.store(places.dict, Ordering::Relaxed);
        self.weakrefs.store(places.weakrefs, Ordering::Relaxed);
        self.plain.store(places.plain, Ordering::Relaxed);
        // SAFETY: a new type object.
        Ok(unsafe { Py::from_owned_ptr(py, class.cast()) })
    }
}

/// Gives a class its attributes, which may be instances of it.
fn fill(py: Python<'_>, class: &Py<PyType>, items: &[&'static Items]) -> PyResult<()> {
    for Attribute { name, value } in items.iter().flat_map(|items| items.attributes) {
        class.bind(py).setattr(*name, value(py)?)?;
    }
    Ok(())
}

fn tables<T: PyClass>(py: Python<'_>) -> Tables {
    let items = T::items();
    let choices = T::CHOICES;
    let methods = methods(&items);
    let properties = properties(&items, choices.dict && layout().instance_offsets);
    let signature = items.iter().find_map(|items| items.signature);
    let mut doc = signature
        .map(|signature| {
            let name = <T as PyTypeInfo>::NAME;
            format!("{name}{signature}\n--\n\n")
        })
        .unwrap_or_default();
    doc.push_str(T::DOC);
    let doc = CString::new(doc.replace('\0', "\u{fffd}")).expect("without a NUL");

    let mut slots: Vec<PyType_Slot> =
        items.iter().flat_map(|items| items.slots).map(|slot| slot.0).collect();
    let has = |slots: &[PyType_Slot], id: c_int| slots.iter().any(|slot| slot.slot == id);
    let add = |slots: &mut Vec<PyType_Slot>, slot: c_int, pfunc: *mut c_void| {
        slots.push(PyType_Slot { slot, pfunc });
    };
    add(&mut slots, ffi::Py_tp_dealloc, dealloc::<T> as *mut c_void);
    if !has(&slots, ffi::Py_tp_new) {
        add(&mut slots, ffi::Py_tp_new, no_constructor as *mut c_void);
    }
    if methods.len() > 1 {
        add(&mut slots, ffi::Py_tp_methods, methods.as_ptr().cast_mut().cast());
    }
    if properties.len() > 1 {
        add(&mut slots, ffi::Py_tp_getset, properties.as_ptr().cast_mut().cast());
    }
    if !choices.mapping {
        // Sequences are asked by index, which is an `int` like any other key.
        if has(&slots, ffi::Py_mp_subscript) && !has(&slots, ffi::Py_sq_item) {
            add(&mut slots, ffi::Py_sq_item, item as *mut c_void);
        }
        if has(&slots, ffi::Py_mp_ass_subscript) && !has(&slots, ffi::Py_sq_ass_item) {
            add(&mut slots, ffi::Py_sq_ass_item, set_item as *mut c_void);
        }
    }
    if choices.sequence {
        for slot in slots.iter_mut().filter(|slot| slot.slot == ffi::Py_mp_length) {
            slot.slot = ffi::Py_sq_length;
        }
    }
    let mut flags = ffi::Py_TPFLAGS_DEFAULT as c_ulong;
    if choices.subclass {
        flags |= ffi::Py_TPFLAGS_BASETYPE as c_ulong;
    }
    // SAFETY: attached; a live type.
    let base_is_collected =
        unsafe { class::is_collected(<T::BaseType as PyTypeInfo>::type_object_raw(py)) };
    let refers = items.iter().any(|items| items.traverse.is_some() || items.clear.is_some());
    if refers || base_is_collected || (choices.dict && layout().instance_offsets) {
        flags |= ffi::Py_TPFLAGS_HAVE_GC as c_ulong;
        add(&mut slots, ffi::Py_tp_traverse, traverse::<T> as *mut c_void);
        add(&mut slots, ffi::Py_tp_clear, clear::<T> as *mut c_void);
    }
    let or = |buffer: Buffer, items: &&'static Items| Buffer {
        get: buffer.get.or(items.buffer.get),
        release: buffer.release.or(items.buffer.release),
    };
    let buffer = items.iter().fold(Buffer::default(), or);
    Tables { slots, flags, buffer, doc, _kept: (methods, properties) }
}

fn methods(items: &[&'static Items]) -> Vec<PyMethodDef> {
    let methods = items.iter().flat_map(|items| items.methods).map(|method| method.definition());
    methods.chain([PyMethodDef::zeroed()]).collect()
}

/// The attributes that are computed: those of one name are one, whose halves may come from fields and methods.
fn properties(items: &[&'static Items], dict: bool) -> Vec<PyGetSetDef> {
    let mut properties: Vec<PyGetSetDef> = Vec::new();
    for Property { name, get, set, doc } in items.iter().flat_map(|items| items.properties) {
        let same = properties.iter_mut().find(|known| {
            // SAFETY: all names here are C strings.
            unsafe { CStr::from_ptr(known.name) == *name }
        });
        match same {
            Some(known) => {
                known.get = known.get.or(*get);
                known.set = known.set.or(*set);
                if !doc.is_empty() {
                    known.doc = doc.as_ptr();
                }
            }
            None => properties.push(PyGetSetDef {
                name: name.as_ptr(),
                get: *get,
                set: *set,
                doc: doc.as_ptr(),
                closure: core::ptr::null_mut(),
            }),
        }
    }
    // PyPy calls what is not there.
    for property in properties.iter_mut().filter(|property| property.get.is_none()) {
        property.get = Some(unreadable);
        property.closure = property.name.cast_mut().cast();
    }
    if dict {
        properties.push(PyGetSetDef {
            name: c"__dict__".as_ptr(),
            get: Some(get_dict),
            set: Some(set_dict),
            doc: core::ptr::null(),
            closure: core::ptr::null_mut(),
        });
    }
    properties.push(PyGetSetDef {
        name: core::ptr::null(),
        get: None,
        set: None,
        doc: core::ptr::null(),
        closure: core::ptr::null_mut(),
    });
    properties
}

/// Reads an attribute that can only be written; `name` is its name.
unsafe extern "C" fn unreadable(object: *mut PyObject, name: *mut c_void) -> *mut PyObject {
    // SAFETY: called by the interpreter with an instance, and with the name from `properties`.
    unsafe {
        trampoline(|py| {
            let class = object.borrowed(py).to_owned().get_type();
            let class = PyTypeMethods::fully_qualified_name(&class)?;
            let name = CStr::from_ptr(name.cast()).to_string_lossy();
            Err(PyAttributeError::new_err(format!(
                "attribute '{name}' of '{class}' objects is not readable"
            )))
        })
    }
}

unsafe extern "C" fn get_dict(object: *mut PyObject, closure: *mut c_void) -> *mut PyObject {
    // SAFETY: called by the interpreter with an instance.
    unsafe { ffi::PyObject_GenericGetDict(object, closure) }
}

unsafe extern "C" fn set_dict(
    object: *mut PyObject,
    value: *mut PyObject,
    closure: *mut c_void,
) -> c_int {
    // SAFETY: called by the interpreter with an instance.
    unsafe { ffi::PyObject_GenericSetDict(object, value, closure) }
}

/// `tp_new` of a class without a constructor.
unsafe extern "C" fn no_constructor(
    class: *mut PyTypeObject,
    _args: *mut PyObject,
    _kwargs: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: called by the interpreter, with a type.
    unsafe {
        trampoline(|py| {
            let class = PyType::from_borrowed_type_ptr(py, class);
            let name = PyTypeMethods::fully_qualified_name(&class)?;
            Err(PyTypeError::new_err(format!("cannot create '{name}' instances")))
        })
    }
}

/// `sq_item`, by way of `mp_subscript`.
unsafe extern "C" fn item(object: *mut PyObject, index: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: called by the interpreter with an instance of a class that has the other slot.
    unsafe {
        let index = ffi::PyLong_FromSsize_t(index);
        if index.is_null() {
            return index;
        }
        let item = ffi::PyObject_GetItem(object, index);
        ffi::Py_DecRef(index);
        item
    }
}

/// `sq_ass_item`, by way of `mp_ass_subscript`.
unsafe extern "C" fn set_item(
    object: *mut PyObject,
    index: ffi::Py_ssize_t,
    value: *mut PyObject,
) -> c_int {
    // SAFETY: called by the interpreter with an instance of a class that has the other slot.
    unsafe {
        let index = ffi::PyLong_FromSsize_t(index);
        if index.is_null() {
            return -1;
        }
        let result = if value.is_null() {
            ffi::PyObject_DelItem(object, index)
        } else {
            ffi::PyObject_SetItem(object, index, value)
        };
        ffi::Py_DecRef(index);
        result
    }
}
