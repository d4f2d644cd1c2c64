//! Definitions of functions for the running interpreter.

use core::ffi::CStr;

use everypy_ffi::PyMethodDef;

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
