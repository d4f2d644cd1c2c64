//! A Python module in plain Rust, for tests of the wheel and the matrix: it
//! needs no crate, no header and no Python to be built. `tiny.answer` is 42.
//!
//! Its import raises `ImportError` with `TINY_FAILS=init` in the environment,
//! and later, while the module is filled, with `TINY_FAILS=exec`.

use std::ffi::{CString, c_char, c_int, c_long, c_void};
use std::ptr::null_mut;

type Object = *mut c_void;

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

#[cfg(target_os = "macos")]
const EVERYWHERE: *mut c_void = -2isize as *mut c_void;
#[cfg(not(target_os = "macos"))]
const EVERYWHERE: *mut c_void = null_mut();

fn find(name: &str) -> Option<*mut c_void> {
    let name = CString::new(name).unwrap();
    let found = unsafe { dlsym(EVERYWHERE, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}

/// A symbol of the interpreter, which PyPy spells in its own way.
fn symbol(name: &str) -> *mut c_void {
    find(name).or_else(|| find(&format!("PyPy{}", &name[2..]))).expect(name)
}

macro_rules! call {
    ($name:ident: fn($($type:ty),*) -> $result:ty, $($argument:expr),*) => {{
        let function: unsafe extern "C" fn($($type),*) -> $result =
            unsafe { std::mem::transmute(symbol(stringify!($name))) };
        unsafe { function($($argument),*) }
    }};
}

/// The size of an object's header: 16, or 32 without the global lock; 24 on PyPy.
fn header() -> usize {
    if find("PyPyLong_FromLong").is_some() {
        return 24;
    }
    let object = symbol("PyBaseObject_Type");
    let size = call!(PyObject_GetAttrString: fn(Object, *const c_char) -> Object,
        object, c"__basicsize__".as_ptr());
    call!(PyLong_AsLong: fn(Object) -> c_long, size) as usize
}

/// Raises `ImportError` if it is told to fail in this place.
fn is_told_to_fail(place: &str) -> bool {
    let told = std::env::var_os("TINY_FAILS").is_some_and(|told| told == place);
    if told {
        let import_error = unsafe { *symbol("PyExc_ImportError").cast::<Object>() };
        call!(PyErr_SetString: fn(Object, *const c_char) -> (),
            import_error, c"tiny was told to fail".as_ptr());
    }
    told
}

unsafe extern "C" fn exec(module: Object) -> c_int {
    if is_told_to_fail("exec") {
        return -1;
    }
    call!(PyModule_AddIntConstant: fn(Object, *const c_char, c_long) -> c_int,
        module, c"answer".as_ptr(), 42)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyInit_tiny() -> Object {
    if is_told_to_fail("init") {
        return null_mut();
    }
    let execute = exec as unsafe extern "C" fn(Object) -> c_int;
    let slots = Box::leak(Box::new([2usize, execute as usize, 0, 0]));
    // PyModuleDef: header, m_init, m_index, m_copy, m_name, m_doc, m_size,
    // m_methods, m_slots, m_traverse, m_clear, m_free.
    let words = header() / size_of::<usize>();
    let definition = Box::leak(Box::new([0usize; 32]));
    definition[words + 3] = c"tiny".as_ptr() as usize;
    definition[words + 7] = slots.as_ptr() as usize;
    call!(PyModuleDef_Init: fn(Object) -> Object, definition.as_mut_ptr().cast())
}
