//! Module definitions in the layout of the running interpreter.
//!
//! A `PyModuleDef` starts with an object header, whose size differs, so it cannot be a `static` of a compiled module:
//! it is laid out when the module is imported. CPython 3.15 and later are given slots instead, which have no header.

use core::ffi::{CStr, c_int, c_void};
use core::ptr::null_mut;

use everypy_ffi::{
    self as ffi, PyABIInfo, PyModuleDef, PyModuleDef_Slot, PyObject, PySlot, PySlotValue,
};
use std::sync::OnceLock;

use crate::layout::{WORD, layout};
use crate::runtime::{Implementation, Runtime, runtime};

/// What a module says of itself, and the definition that an interpreter gets of it.
pub struct Module {
    /// The name, without the package.
    pub name: &'static CStr,
    /// The text of `__doc__`.
    pub doc: &'static CStr,
    /// Fills a new module; returns -1 with an exception set if that fails.
    pub exec: unsafe extern "C" fn(*mut PyObject) -> c_int,
    /// Whether the module relies on the GIL. A module that does not leaves it off in a free-threaded build.
    pub gil_used: bool,
    /// Whether it may be imported into other interpreters than the main one, each with a GIL of its own.
    pub multiple_interpreters: bool,
    definition: OnceLock<Definition>,
    exported: OnceLock<Definition>,
}

/// The definition, which lives as long as the process: interpreters keep pointers to it.
struct Definition(*mut c_void);

// SAFETY: written before it is shared, and from then on the interpreter's, which locks it as it needs.
unsafe impl Send for Definition {}
// SAFETY: as above.
unsafe impl Sync for Definition {}

impl Module {
    /// Describes a module.
    pub const fn new(
        name: &'static CStr,
        doc: &'static CStr,
        exec: unsafe extern "C" fn(*mut PyObject) -> c_int,
        gil_used: bool,
        multiple_interpreters: bool,
    ) -> Self {
        Self {
            name,
            doc,
            exec,
            gil_used,
            multiple_interpreters,
            definition: OnceLock::new(),
            exported: OnceLock::new(),
        }
    }

    /// The result of `PyInit_NAME`: the definition for multi-phase initialisation, or null with an exception.
    ///
    /// # Safety
    ///
    /// Called by an interpreter's import, so this thread is attached to it.
    pub unsafe fn init(&'static self) -> *mut PyObject {
        if let Err(error) = crate::load() {
            crate::raise_load_error(error);
            return null_mut();
        }
        let definition = self.definition.get_or_init(|| self.lay_out());
        // SAFETY: the table is loaded, and the definition has the running interpreter's layout.
        unsafe { ffi::PyModuleDef_Init(definition.0.cast::<PyModuleDef>()) }
    }

    /// The result of `PyModExport_NAME`, which CPython 3.15 and later ask for first: slots, or null with an exception.
    ///
    /// # Safety
    ///
    /// As [`init`](Self::init).
    pub unsafe fn export(&'static self) -> *mut PySlot {
        if let Err(error) = crate::load() {
            crate::raise_load_error(error);
            return null_mut();
        }
        self.exported.get_or_init(|| self.lay_out_slots()).0.cast()
    }

    /// The slots that stand for a whole `PyModuleDef`, never to be freed.
    fn lay_out_slots(&self) -> Definition {
        /// Made for no version in particular, and for builds with and without a GIL: the table sees to that.
        static ABI: PyABIInfo = PyABIInfo {
            abiinfo_major_version: 1,
            abiinfo_minor_version: 0,
            flags: (ffi::PyABIInfo_STABLE | ffi::PyABIInfo_FREETHREADING_AGNOSTIC) as u16,
            build_version: 0,
            abi_version: 0,
        };
        let slot = |id: c_int, flags: c_int, pointer: *mut c_void| PySlot {
            sl_id: id as u16,
            sl_flags: flags as u16,
            sl_reserved: 0,
            value: PySlotValue { sl_ptr: pointer },
        };
        let lasting = |id, pointer: *const c_void| slot(id, ffi::PySlot_STATIC, pointer.cast_mut());
        let slots = vec![
            lasting(ffi::Py_mod_abi, (&raw const ABI).cast()),
            lasting(ffi::Py_mod_name, self.name.as_ptr().cast()),
            lasting(ffi::Py_mod_doc, self.doc.as_ptr().cast()),
            slot(ffi::Py_mod_exec_3_15, 0, self.exec as *mut c_void),
            slot(ffi::Py_mod_multiple_interpreters_3_15, ffi::PySlot_INTPTR, self.interpreters()),
            slot(ffi::Py_mod_gil_3_15, ffi::PySlot_INTPTR, self.gil()),
            PySlot::default(),
        ];
        Definition(slots.leak().as_mut_ptr().cast())
    }

    /// A `PyModuleDef` with all its slots, never to be freed.
    fn lay_out(&self) -> Definition {
        let header = layout().header;
        // After the header: init function, index, copy; name, doc, size, methods, slots; three functions.
        let words = header / WORD + 11;
        let block = vec![0_usize; words].leak();
        write_static_header(block, runtime());
        let slots: &'static mut [PyModuleDef_Slot] = self.slots(runtime()).leak();
        let fields = &mut block[header / WORD + 3..];
        fields[0] = self.name.as_ptr().expose_provenance();
        fields[1] = self.doc.as_ptr().expose_provenance();
        fields[4] = slots.as_mut_ptr().expose_provenance();
        Definition(block.as_mut_ptr().cast())
    }

    /// The slots that the interpreter knows: an unknown one is an error everywhere.
    fn slots(&self, runtime: &Runtime) -> Vec<PyModuleDef_Slot> {
        // The numbers of before 3.15, which 3.15 still takes here.
        let slot = |slot: c_int, value: *mut c_void| PyModuleDef_Slot { slot, value };
        let mut slots = vec![slot(ffi::Py_mod_exec, self.exec as *mut c_void)];
        let feature = runtime.python.feature();
        match runtime.implementation {
            Implementation::CPython => {
                if feature >= (3, 12) {
                    slots.push(slot(ffi::Py_mod_multiple_interpreters, self.interpreters()));
                }
                if feature >= (3, 13) {
                    slots.push(slot(ffi::Py_mod_gil, self.gil()));
                }
            }
            Implementation::GraalPy => {
                if feature >= (3, 13) {
                    slots.push(slot(ffi::Py_mod_gil, self.gil()));
                }
            }
            // It knows none of the later ones in any version.
            Implementation::PyPy => {}
        }
        slots.push(slot(0, null_mut()));
        slots
    }

    /// The value of `Py_mod_multiple_interpreters`: `Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED` is null,
    /// `Py_MOD_PER_INTERPRETER_GIL_SUPPORTED` is 2.
    fn interpreters(&self) -> *mut c_void {
        core::ptr::without_provenance_mut(2 * usize::from(self.multiple_interpreters))
    }

    /// The value of `Py_mod_gil`: `Py_MOD_GIL_USED` is null, `Py_MOD_GIL_NOT_USED` is 1.
    fn gil(&self) -> *mut c_void {
        core::ptr::without_provenance_mut(usize::from(!self.gil_used))
    }
}

/// The header of a statically allocated object: all zero but for a reference count that never falls to zero.
fn write_static_header(block: &mut [usize], runtime: &Runtime) {
    if !runtime.free_threaded {
        block[0] = 1;
        return;
    }
    // Thread id 0; then flags (since 3.14: statically allocated), mutex, GC bits; the local count, immortal.
    // SAFETY: a free-threaded header has four words.
    unsafe {
        let bytes = block.as_mut_ptr().cast::<u8>();
        if runtime.python.feature() >= (3, 14) {
            bytes.add(WORD).cast::<u16>().write(4);
        }
        bytes.add(WORD + 4).cast::<u32>().write(u32::MAX);
    }
}

/// Tells a free-threaded interpreter whether a module relies on the GIL; elsewhere there is nothing to tell.
///
/// # Safety
///
/// The table is loaded, this thread is attached and `module` is a module. Returns whether it went well; else an
/// exception is set.
pub unsafe fn set_gil(module: *mut PyObject, gil_used: bool) -> bool {
    match crate::fast::fast().module_set_gil {
        // SAFETY: as the caller says.
        Some(set) => unsafe {
            set(module, core::ptr::without_provenance_mut(usize::from(!gil_used))) == 0
        },
        None => true,
    }
}
