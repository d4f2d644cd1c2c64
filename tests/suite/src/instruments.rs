//! The table with and without instruments (`EVERYPY_SHIM`).

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyString};

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use crate::check::{is_pypy, is_watched};

tests![arguments_that_are_on_the_stack, addresses_in_the_table];

/// Eight of them do not go into registers, and a `double` goes into one of another kind.
fn arguments_that_are_on_the_stack(py: Python<'_>) -> PyResult<()> {
    let text = PyString::new(py, "object");
    // SAFETY: attached; the arguments are those of the format.
    let built = unsafe {
        let built = ffi::Py_BuildValue()(
            c"(iiiiiiLdiOd)".as_ptr(),
            1,
            2,
            3,
            4,
            5,
            6,
            7_i64 << 40,
            8.5,
            9,
            text.as_ptr(),
            10.25,
        );
        Bound::from_owned_ptr_or_err(py, built)?
    };
    type Built<'py> = (i32, i32, i32, i32, i32, i32, i64, f64, i32, Bound<'py, PyString>, f64);
    let (a, b, c, d, e, f, g, h, i, object, j): Built<'_> = built.extract()?;
    assert_eq!([a, b, c, d, e, f, i], [1, 2, 3, 4, 5, 6, 9]);
    assert_eq!((g, h, j), (7 << 40, 8.5, 10.25));
    assert!(object.is(&text));
    assert_eq!(PyFloat::new(py, -0.125).extract::<f64>()?, -0.125);
    Ok(())
}

/// Without instruments a row of the table is the interpreter's own function; with them it is code made for it.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn addresses_in_the_table(py: Python<'_>) {
    use core::ffi::{CStr, c_char, c_void};
    use std::ffi::CString;

    unsafe extern "C" {
        fn dlsym(library: *mut c_void, name: *const c_char) -> *const c_void;
    }
    let watched = is_watched();
    // SAFETY: the module is loaded.
    let table = unsafe { ffi::table() };
    let rows: [(&CStr, *const c_void); 4] = [
        (c"PyList_New", table.listobject.PyList_New as _),
        (c"Py_DecRef", table.refcount.Py_DecRef as _),
        (c"PyErr_Occurred", table.pyerrors.PyErr_Occurred as _),
        (c"PyErr_Format", table.pyerrors.PyErr_Format as _),
    ];
    for (name, address) in rows {
        let name = name.to_str().expect("ASCII");
        let spelled = if is_pypy(py) { name.replacen("Py", "PyPy", 1) } else { name.to_owned() };
        let spelled = CString::new(spelled).expect("no NUL");
        // SAFETY: null stands for everything that is loaded; the address is that of a function, which has more code.
        let (own, code) = unsafe { (dlsym(core::ptr::null_mut(), spelled.as_ptr()), address.cast::<[u8; 12]>().read()) };
        assert!(!own.is_null(), "{name}");
        assert_eq!(own == address, !watched, "{name}");
        let made = code.starts_with(&[0x41, 0xbb]) && code.ends_with(&[0xff, 0x25, 4, 0, 0, 0]);
        assert_eq!(made, watched, "{name}: {code:x?}");
    }
}

/// There are no instruments on this platform.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn addresses_in_the_table(_py: Python<'_>) {}
