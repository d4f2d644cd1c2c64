//! How instances end, and what the garbage collector does with them.

use core::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use everypy_ffi::{self as ffi, PyObject, PyTypeObject, visitproc};
use everypy_shims::{class, layout, object};

use super::contents::{Contents, contents};
use super::{PyClass, PyClassBaseType, PyVisit};
use crate::err::{PyErr, PyResult};
use crate::exceptions::PyRuntimeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::slots;
use crate::marker::Python;
use crate::panic::PanicException;
use crate::type_object::PyTypeInfo;

type Base<T> = <T as super::PyClassImpl>::BaseType;
type Native<T> = <Base<T> as PyClassBaseType>::Native;

/// `tp_dealloc`.
///
/// # Safety
///
/// Called by the interpreter with an instance of `T` that nobody refers to any more.
pub(crate) unsafe extern "C" fn dealloc<T: PyClass>(object: *mut PyObject) {
    // SAFETY: as the caller says.
    unsafe {
        let py = Python::assume_attached();
        let class = object::type_of(object);
        if T::cell().is_first_plain(class) {
            drop_value_of::<T>(py, object);
            class::release(object, class);
        } else {
            dealloc_with_care::<T>(py, object, class);
        }
    }
}

/// The same for instances of subclasses, and those that have more than contents.
#[inline(never)]
unsafe fn dealloc_with_care<T: PyClass>(
    py: Python<'_>,
    object: *mut PyObject,
    class: *mut PyTypeObject,
) {
    // SAFETY: as the caller of `dealloc` says.
    unsafe {
        if class::is_collected(class) {
            ffi::PyObject_GC_UnTrack(object.cast());
        }
        drop_contents::<T>(py, object);
        class::free(object, Native::<T>::type_object_raw(py), dealloc::<T>);
    }
}

/// Drops the contents of all levels, and lets go of what belongs to them.
///
/// # Safety
///
/// As `dealloc`.
pub unsafe fn drop_contents<T: PyClass>(py: Python<'_>, object: *mut PyObject) {
    let places = T::cell().places();
    // SAFETY: as the caller says; the class was made with these places.
    unsafe {
        if places.weakrefs != 0 {
            ffi::PyObject_ClearWeakRefs(object);
        }
        drop_value_of::<T>(py, object);
        if places.dict != 0 {
            let dict = object.byte_add(places.dict).cast::<*mut PyObject>();
            let dict = core::mem::replace(&mut *dict, core::ptr::null_mut());
            drop(dict.owned_or_opt(py));
        }
        Base::<T>::drop_contents(py, object);
    }
}

/// Drops the value of an instance, if anything depends on whether there is one.
///
/// # Safety
///
/// As `drop_contents`.
#[inline(always)]
unsafe fn drop_value_of<T: PyClass>(py: Python<'_>, object: *mut PyObject) {
    if core::mem::needs_drop::<T>() || size_of::<T::Thread>() != 0 {
        // SAFETY: as the caller says.
        unsafe { drop_value::<T>(py, contents::<T>(object)) };
    }
}

/// Drops a value, on the thread that may do so.
///
/// # Safety
///
/// `contents` are alive, and nobody uses them.
pub(super) unsafe fn drop_value<T: PyClass>(py: Python<'_>, contents: *mut Contents<T>) {
    // SAFETY: as the caller says.
    unsafe {
        if !(*contents).is_full() {
            return;
        }
        if !(*contents).is_here() {
            let _raised = Raised::put_aside();
            let name = T::FULL_NAME.to_string_lossy();
            PyRuntimeError::new_err(format!(
                "`{name}` is unsendable, but is being dropped on another thread"
            ))
            .write_unraisable(py, None);
            return;
        }
        (*contents).empty();
        if core::mem::needs_drop::<T>() {
            let _raised = Raised::put_aside();
            let value = (*contents).value();
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| value.drop_in_place())) {
                report(py, PanicException::from_payload(payload));
            }
        }
    }
}

/// An exception that is on its way while an instance ends, kept from what the destructor does.
struct Raised(*mut PyObject);

impl Raised {
    /// # Safety
    ///
    /// This thread is attached, also when the result is dropped.
    #[inline(never)]
    unsafe fn put_aside() -> Self {
        // SAFETY: as the caller says.
        unsafe {
            Self(if ffi::PyErr_Occurred().is_null() {
                core::ptr::null_mut()
            } else {
                ffi::PyErr_GetRaisedException()
            })
        }
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: attached, as the one who made it says; an exception that is owned.
            unsafe { ffi::PyErr_SetRaisedException(self.0) };
        }
    }
}

/// Reports what cannot be raised.
#[cold]
fn report(py: Python<'_>, error: PyErr) {
    error.write_unraisable(py, None);
}

/// `tp_traverse`.
///
/// # Safety
///
/// Called by the garbage collector with an instance of `T`.
pub(crate) unsafe extern "C" fn traverse<T: PyClass>(
    object: *mut PyObject,
    visit: visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: as the caller says. Reference counts are not touched.
    unsafe {
        let class = object::type_of(object);
        if layout().visits_class {
            let result = visit(class.cast(), arg);
            if result != 0 {
                return result;
            }
        }
        let result = visit_contents::<T>(object, visit, arg);
        if result != 0 {
            return result;
        }
        let native = Native::<T>::type_object_raw(Python::assume_attached());
        match class::traverse_of(native) {
            Some(traverse) => traverse(object, visit, arg),
            None => 0,
        }
    }
}

/// Visits what the contents of all levels refer to.
///
/// # Safety
///
/// As `traverse`.
pub unsafe fn visit_contents<T: PyClass>(
    object: *mut PyObject,
    visit: visitproc,
    arg: *mut c_void,
) -> c_int {
    let places = T::cell().places();
    // SAFETY: as the caller says.
    unsafe {
        for items in T::items() {
            let Some(traverse) = items.traverse else { continue };
            let show = PyVisit::new(visit, arg);
            // What runs here must not touch Python, so a panic cannot be told either; its message was printed.
            match catch_unwind(AssertUnwindSafe(|| traverse(object, show))) {
                Ok(Ok(())) => {}
                Ok(Err(stop)) => return stop.0.get(),
                Err(_) => return -1,
            }
        }
        if places.dict != 0 {
            let dict = *object.byte_add(places.dict).cast::<*mut PyObject>();
            if !dict.is_null() {
                let result = visit(dict, arg);
                if result != 0 {
                    return result;
                }
            }
        }
        Base::<T>::visit_contents(object, visit, arg)
    }
}

/// `tp_clear`.
///
/// # Safety
///
/// Called by the garbage collector with an instance of `T`.
pub(crate) unsafe extern "C" fn clear<T: PyClass>(object: *mut PyObject) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        // The garbage collector goes on whatever happens, and older ones end the process if an exception is left to them.
        slots::unraisable(object, |py| {
            clear_contents::<T>(py, object)?;
            match class::clear_of(Native::<T>::type_object_raw(py)) {
                Some(clear) if clear(object) != 0 => Err(PyErr::fetch(py)),
                _ => Ok(()),
            }
        });
        0
    }
}

/// Lets go of what the contents of all levels refer to.
///
/// # Safety
///
/// As `clear`.
pub unsafe fn clear_contents<T: PyClass>(py: Python<'_>, object: *mut PyObject) -> PyResult<()> {
    let places = T::cell().places();
    // SAFETY: as the caller says.
    unsafe {
        for items in T::items() {
            if let Some(clear) = items.clear {
                clear(py, object)?;
            }
        }
        if places.dict != 0 {
            let dict = object.byte_add(places.dict).cast::<*mut PyObject>();
            drop(core::mem::replace(&mut *dict, core::ptr::null_mut()).owned_or_opt(py));
        }
        Base::<T>::clear_contents(py, object)
    }
}
