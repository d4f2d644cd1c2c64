//! What `EVERYPY_SHIM=check` has to find. These are not in the list of tests, and nothing bad comes of them.

use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

tests![
    well,
    owns_and_keeps,
    gives_back_what_it_borrows,
    calls_with_an_exception_set,
    calls_while_detached,
];

fn well(py: Python<'_>) -> PyResult<()> {
    let list = PyList::new(py, [1, 2])?;
    assert_eq!(list.get_item(1)?.extract::<i32>()?, 2);
    Ok(())
}

fn owns_and_keeps(py: Python<'_>) {
    core::mem::forget(PyString::new(py, "never given back"));
}

fn gives_back_what_it_borrows(py: Python<'_>) -> PyResult<()> {
    let list = PyList::new(py, ["owned by the list alone"])?;
    // SAFETY: attached. That is one too many, and what follows makes up for it where nobody sees.
    unsafe {
        let item = ffi::PyList_GetItem(list.as_ptr(), 0);
        let args = [list.as_ptr(), item];
        ffi::Py_DecRef(ffi::PyObject_VectorcallMethod(
            pyo3::intern!(py, "append").as_ptr(),
            args.as_ptr(),
            2,
            core::ptr::null_mut(),
        ));
        ffi::Py_DecRef(item);
    }
    // The list has two references to what has one: it must not give them back.
    core::mem::forget(list.clone());
    Ok(())
}

fn calls_with_an_exception_set(py: Python<'_>) -> PyResult<()> {
    PyValueError::new_err("set").restore(py);
    // SAFETY: attached; nothing that raises is called.
    let list = unsafe { Bound::from_owned_ptr_or_opt(py, ffi::PyList_New(0)) };
    assert!(PyErr::take(py).is_some());
    drop(list);
    Ok(())
}

fn calls_while_detached(py: Python<'_>) {
    let class = py.get_type::<PyString>().as_ptr() as usize;
    // SAFETY: a type object that stays; only its flags are read.
    py.detach(|| unsafe { ffi::PyType_GetFlags(class as *mut ffi::PyTypeObject) });
}
