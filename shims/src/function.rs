//! Functions for the running interpreter: their definitions, and how calls reach them.

use core::ffi::{CStr, c_int};
use core::sync::atomic::{AtomicPtr, Ordering};

use everypy_ffi::{self as ffi, Py_ssize_t, PyMethodDef, PyObject, vectorcallfunc};

use crate::layout::{Layout, WORD, layout};
use crate::object::field;
use crate::runtime::{Implementation, runtime};

/// What ends the signature at the start of a function's text.
const END_OF_SIGNATURE: &[u8] = b"\n--\n\n";

/// The definition to make a function of.
///
/// CPython and PyPy take a signature off the front of the text and offer it as `__text_signature__`. GraalPy shows it to
/// the reader, so there it is left out.
pub fn definition(given: &'static PyMethodDef) -> *mut PyMethodDef {
    if runtime().implementation != Implementation::GraalPy {
        return core::ptr::from_ref(given).cast_mut();
    }
    // SAFETY: the text of a definition is a static string.
    let text = unsafe { CStr::from_ptr(given.ml_doc) }.to_bytes_with_nul();
    let signature = text.windows(END_OF_SIGNATURE.len()).position(|part| part == END_OF_SIGNATURE);
    let start = signature.map_or(0, |at| at + END_OF_SIGNATURE.len());
    // The interpreter keeps the pointer, and a function is made once per module.
    Box::leak(Box::new(PyMethodDef { ml_doc: text[start..].as_ptr().cast(), ..*given }))
}

/// Lets calls reach the code of a function at once.
///
/// CPython calls a function made in C through a pointer in the function object, which it sets to a routine for the
/// calling convention. That routine also counts the depth of recursion. The ones below do not, so they are only for
/// functions that do not call Python: a recursion through others has to be stopped before the stack ends. The object
/// stays what it is, and the loops of 3.11 and later, which look at the definition, do what they do.
///
/// Where functions have no such pointer nothing happens.
///
/// # Safety
///
/// The table is loaded, this thread is attached, and `function` is new and made of a definition in one of the four
/// conventions below.
pub unsafe fn shorten(function: *mut PyObject) {
    let layout = layout();
    if !layout.vectorcalls {
        return;
    }
    // SAFETY: the layout says where the definition and the pointer are; nobody else has the function yet.
    unsafe {
        let definition: *const PyMethodDef = field(function, layout.shift, Layout::M_ML);
        let convention = ALL.iter().find(|it| it.flags == (*definition).ml_flags);
        if let Some(convention) = convention {
            let place = function.byte_add(layout.shift + Layout::VECTORCALL);
            let place = place.cast::<vectorcallfunc>();
            convention.original.store(*place as *mut (), Ordering::Relaxed);
            *place = convention.short;
        }
    }
}

/// A calling convention.
struct Convention {
    flags: c_int,
    short: vectorcallfunc,
    /// CPython's own routine, which refuses what must be refused. There is one in the whole process.
    original: AtomicPtr<()>,
}

impl Convention {
    const fn new(flags: c_int, short: vectorcallfunc) -> Self {
        Self { flags, short, original: AtomicPtr::new(core::ptr::null_mut()) }
    }

    /// Calls as CPython would have.
    #[cold]
    unsafe fn refuse(&self, call: Call) -> *mut PyObject {
        let original = self.original.load(Ordering::Relaxed);
        // SAFETY: `shorten` has put CPython's routine there before it put ours in its place.
        unsafe {
            let original: vectorcallfunc = core::mem::transmute(original);
            original(call.function, call.args, call.nargsf, call.kwnames)
        }
    }
}

static ALL: [Convention; 4] = [
    Convention::new(ffi::METH_NOARGS, no_arguments),
    Convention::new(ffi::METH_O, one_argument),
    Convention::new(ffi::METH_FASTCALL, fast),
    Convention::new(ffi::METH_FASTCALL | ffi::METH_KEYWORDS, fast_keywords),
];

/// A call by the vectorcall protocol.
#[derive(Clone, Copy)]
struct Call {
    function: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
}

impl Call {
    /// How many arguments are positional: `PyVectorcall_NARGS`.
    #[inline(always)]
    fn count(self) -> Py_ssize_t {
        (self.nargsf & !ffi::PY_VECTORCALL_ARGUMENTS_OFFSET) as Py_ssize_t
    }

    /// The code, and what it gets as `self`: the module, or null.
    #[inline(always)]
    unsafe fn target(self) -> (ffi::PyMethodDefPointer, *mut PyObject) {
        let shift = layout().shift;
        // SAFETY: only functions for which the layout says where these are get here.
        unsafe {
            let definition: *const PyMethodDef = field(self.function, shift, Layout::M_ML);
            ((*definition).ml_meth, field(self.function, shift, Layout::M_ML + WORD))
        }
    }
}

macro_rules! routines {
    ($($(#[$meta:meta])* $name:ident, $place:literal, |$call:ident| $accepts:expr, $target:ident($($argument:expr),*);)*) => {
        $(
            $(#[$meta])*
            unsafe extern "C" fn $name(
                function: *mut PyObject,
                args: *const *mut PyObject,
                nargsf: usize,
                kwnames: *mut PyObject,
            ) -> *mut PyObject {
                let $call = Call { function, args, nargsf, kwnames };
                // SAFETY: called by the interpreter, with a function that `shorten` has found to be of this convention.
                unsafe {
                    if !$accepts {
                        return ALL[$place].refuse($call);
                    }
                    let (code, slf) = $call.target();
                    (code.$target)(slf $(, $argument)*)
                }
            }
        )*
    };
}
routines! {
    no_arguments, 0, |call| call.count() == 0 && call.kwnames.is_null(), PyCFunction(core::ptr::null_mut());
    one_argument, 1, |call| call.count() == 1 && call.kwnames.is_null(), PyCFunction(*call.args);
    fast, 2, |call| call.kwnames.is_null(), PyCFunctionFast(call.args, call.count());
    fast_keywords, 3, |call| true, PyCFunctionFastWithKeywords(call.args, call.count(), call.kwnames);
}
