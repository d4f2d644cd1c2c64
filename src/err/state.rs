//! What a [`PyErr`](super::PyErr) is made of.

use core::any::Any;
use core::ffi::c_ulong;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::num::NonZero;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::conversion::{IntoPyObject, IntoPyObjectExt as _};
use crate::exceptions::PyBaseException;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, Py};
use crate::marker::Python;
use crate::panic::PanicException;
use crate::type_object::PyTypeInfo;
use crate::types::{PyAny, PyString, PyType};

/// What an exception can be made of.
pub trait PyErrArguments: Send + Sync {
    /// The arguments as one object: a tuple is all of them, anything else the only one.
    ///
    /// If it panics, what becomes of the panic is raised instead of the exception that the arguments are for.
    fn arguments(self, py: Python<'_>) -> Py<PyAny>;
}

impl<T> PyErrArguments for T
where
    T: for<'py> IntoPyObject<'py> + Send + Sync,
{
    fn arguments(self, py: Python<'_>) -> Py<PyAny> {
        match self.into_py_any(py) {
            Ok(arguments) => arguments,
            // Whoever asks for arguments catches it and raises it instead.
            Err(error) => std::panic::resume_unwind(Box::new(error)),
        }
    }
}

/// What an instance is made of when it is needed.
pub(super) struct Make {
    class: Class,
    arguments: Arguments,
}

/// The class of an instance to be made.
enum Class {
    /// One that lives as long as the interpreter, by the function that knows it.
    Of(fn(Python<'_>) -> *mut ffi::PyTypeObject),
    /// Any other.
    Owned(Py<PyType>),
}

/// The arguments of an instance to be made. Most are a text, which needs no box of its own.
enum Arguments {
    Text(&'static str),
    String(String),
    Other(Box<dyn FnOnce(Python<'_>) -> Py<PyAny> + Send + Sync>),
}

impl Arguments {
    #[inline]
    fn new<A: PyErrArguments + Send + Sync + 'static>(arguments: A) -> Self {
        let mut arguments = Some(arguments);
        let any: &mut dyn Any = &mut arguments;
        if let Some(Some(text)) = any.downcast_mut::<Option<&'static str>>() {
            return Self::Text(text);
        }
        if let Some(Some(text)) = any.downcast_mut::<Option<String>>() {
            return Self::String(core::mem::take(text));
        }
        Self::Other(Box::new(move |py| {
            arguments.take().expect("nobody else takes them").arguments(py)
        }))
    }

    fn object(self, py: Python<'_>) -> Bound<'_, PyAny> {
        match self {
            Self::Text(text) => PyString::new(py, text).into_any(),
            Self::String(text) => PyString::new(py, &text).into_any(),
            Self::Other(make) => make(py).into_bound(py),
        }
    }
}

impl Arguments {
    /// Raises an exception of `class` in one call, if the only argument is a short text.
    ///
    /// # Safety
    ///
    /// Attached; `class` is an exception class.
    unsafe fn raise_short_text(&self, class: *mut ffi::PyObject) -> bool {
        let text = match self {
            Self::Text(text) => *text,
            Self::String(text) => text,
            Self::Other(_) => return false,
        };
        let mut room = [MaybeUninit::<u8>::uninit(); 128];
        if text.len() >= room.len() || text.as_bytes().contains(&0) {
            return false;
        }
        let start = room.as_mut_ptr().cast::<u8>();
        // SAFETY: attached; there is room for the text and the NUL behind it.
        unsafe {
            core::ptr::copy_nonoverlapping(text.as_ptr(), start, text.len());
            start.add(text.len()).write(0);
            ffi::PyErr_SetString(class, start.cast());
        }
        true
    }
}

impl Make {
    /// Sets an exception in the interpreter, of which it makes the instance.
    fn raise(self, py: Python<'_>) {
        // Bound, so that it is given back without asking whether this thread is attached.
        let (class, owned) = match self.class {
            Class::Of(class) => (class(py).cast::<ffi::PyObject>(), None),
            Class::Owned(class) => (class.as_ptr(), Some(class.into_bound(py))),
        };
        // SAFETY: attached; the class is alive. What is not an exception class gives a `TypeError`.
        unsafe {
            if !is_exception_class(class) {
                let text = c"exceptions must derive from BaseException";
                ffi::PyErr_SetString(*ffi::PyExc_TypeError(), text.as_ptr());
            } else if !(object::prefers_c_strings() && self.arguments.raise_short_text(class)) {
                // What is set is replaced, and must not be there while the arguments are made.
                ffi::PyErr_Clear();
                match catch_unwind(AssertUnwindSafe(|| self.arguments.object(py))) {
                    Ok(arguments) => ffi::PyErr_SetObject(class, arguments.as_ptr()),
                    Err(payload) => PanicException::from_payload(payload).restore(py),
                }
            }
        }
        drop(owned);
    }
}

/// One pointer, so that a result of a pointer and an error goes through two registers: of the instance, owned, or with
/// the bit [`BOXED`] of an [`Inner`].
pub(super) struct State(NonNull<ffi::PyObject>);

const BOXED: usize = 1;

/// An instance that was not there when the error was made.
struct Inner {
    value: OnceLock<Py<PyBaseException>>,
    /// Class and arguments, until the instance is made.
    make: Mutex<Option<Make>>,
}

/// A [`State`] taken apart.
enum Parts {
    Value(Py<PyBaseException>),
    Boxed(Box<Inner>),
}

// SAFETY: `Py` and `Inner` can be sent.
unsafe impl Send for State {}
// SAFETY: `Py` and `Inner` can be shared.
unsafe impl Sync for State {}

impl State {
    /// An instance of `T`, to be made of `arguments` when it is needed.
    #[inline]
    pub(super) fn lazy<T, A>(arguments: A) -> Self
    where
        T: PyTypeInfo,
        A: PyErrArguments + Send + Sync + 'static,
    {
        Self::of_make(Class::Of(T::type_object_raw), Arguments::new(arguments))
    }

    /// The same of a class that is known at run time only.
    pub(super) fn lazy_of<A>(class: Py<PyType>, arguments: A) -> Self
    where
        A: PyErrArguments + Send + Sync + 'static,
    {
        Self::of_make(Class::Owned(class), Arguments::new(arguments))
    }

    #[cold]
    fn of_make(class: Class, arguments: Arguments) -> Self {
        let make = Mutex::new(Some(Make { class, arguments }));
        Self::boxed(Inner { value: OnceLock::new(), make })
    }

    #[cold]
    #[inline(never)]
    fn boxed(inner: Inner) -> Self {
        let inner = NonNull::from(Box::leak(Box::new(inner)));
        Self(inner.cast().map_addr(|address| address | BOXED))
    }

    #[inline]
    pub(super) fn normalized(value: Py<PyBaseException>) -> Self {
        // Objects are aligned, but GraalPy's are handles, which might have any bit.
        if value.as_ptr().addr() & BOXED != 0 {
            return Self::boxed(Inner { value: value.into(), make: Mutex::new(None) });
        }
        Self(value.into_non_null())
    }

    /// The box, if there is one.
    #[inline]
    fn inner(&self) -> Option<NonNull<Inner>> {
        let address = self.0.addr().get();
        // SAFETY: a box is not at the address that the bit alone makes.
        (address & BOXED != 0).then(|| unsafe {
            self.0.map_addr(|address| NonZero::new_unchecked(address.get() & !BOXED)).cast()
        })
    }

    fn into_parts(self) -> Parts {
        let this = ManuallyDrop::new(self);
        // SAFETY: what the pointer owns goes over, and is not dropped here.
        unsafe {
            match this.inner() {
                Some(inner) => Parts::Boxed(Box::from_raw(inner.as_ptr())),
                None => Parts::Value(Py::from_non_null(this.0)),
            }
        }
    }

    /// The instance, made now if it was not yet.
    #[inline]
    pub(super) fn value(&self, py: Python<'_>) -> &Py<PyBaseException> {
        match self.inner() {
            // SAFETY: the box lives as long as this.
            Some(inner) => unsafe { inner.as_ref() }.value(py),
            // SAFETY: `Py` is such a pointer.
            None => unsafe { &*(&raw const self.0).cast::<Py<PyBaseException>>() },
        }
    }

    /// Sets the exception in the interpreter.
    pub(super) fn raise(self, py: Python<'_>) {
        let value = match self.into_parts() {
            Parts::Value(value) => value,
            Parts::Boxed(inner) => {
                // Nobody else has it, so there is nothing to lock.
                let Inner { value, make } = *inner;
                if let Some(make) = make.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    return make.raise(py);
                }
                let Some(value) = value.into_inner() else {
                    // Making the instance has panicked.
                    let text = c"an exception could not be made";
                    // SAFETY: attached.
                    return unsafe {
                        ffi::PyErr_SetString(*ffi::PyExc_SystemError(), text.as_ptr());
                    };
                };
                value
            }
        };
        // SAFETY: attached; the reference to an exception instance goes over.
        unsafe { ffi::PyErr_SetRaisedException(value.into_ptr()) };
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: what the pointer owns is dropped once, here.
        unsafe {
            match self.inner() {
                Some(inner) => drop(Box::from_raw(inner.as_ptr())),
                None => drop(Py::<PyBaseException>::from_non_null(self.0)),
            }
        }
    }
}

impl Inner {
    fn take_make(&self) -> Option<Make> {
        self.make.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    #[cold]
    #[inline(never)]
    fn value(&self, py: Python<'_>) -> &Py<PyBaseException> {
        loop {
            if let Some(value) = self.value.get() {
                return value;
            }
            if let Some(make) = self.take_make() {
                // Raising makes the instance. What is set at the moment is put back afterwards.
                // SAFETY: attached; the references go out of the interpreter and back into it.
                let value = unsafe {
                    let before = ffi::PyErr_GetRaisedException();
                    make.raise(py);
                    let value = ffi::PyErr_GetRaisedException();
                    ffi::PyErr_SetRaisedException(before);
                    value.owned(py).cast_into_unchecked::<PyBaseException>()
                };
                // Nobody else had `make`, so the cell is empty.
                let _ = self.value.set(value.unbind());
            } else {
                // Another thread is making the instance, and may need this one to let it run.
                py.detach(std::thread::yield_now);
            }
        }
    }
}

/// Whether instances of `class` can be raised.
///
/// # Safety
///
/// Attached; alive.
unsafe fn is_exception_class(class: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller says; a type's flags are asked for after it has proved to be one.
    unsafe {
        object::has_type_flag(class, ffi::Py_TPFLAGS_TYPE_SUBCLASS as _)
            && object::type_flags(class.cast()) & ffi::Py_TPFLAGS_BASE_EXC_SUBCLASS as c_ulong != 0
    }
}
