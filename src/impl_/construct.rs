//! How a class is called: `#[new]`, and calls that come as a tuple and a dict.

use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

use everypy_ffi::{self as ffi, Py_ssize_t, PyObject, PyTypeObject};
use everypy_shims::{class, object};

use crate::err::{PyErr, PyResult};
use crate::exceptions::PyTypeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::trampoline::trampoline;
use crate::instance::Bound;
use crate::marker::Python;
use crate::pyclass::{Arguments, PyClass, PyClassInitializer};
use crate::types::{
    PyAnyMethods as _, PyDict, PyDictMethods as _, PyTuple, PyTupleMethods as _, PyType,
    PyTypeMethods as _,
};

/// A call that came as a tuple and a dict, as a vector. It is laid out where it stays, since it points into itself.
pub struct Vector<'py> {
    /// In the tuple, in `few` or in `many`.
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: Option<Bound<'py, PyTuple>>,
    /// Borrowed from the tuple, where that cannot be read.
    few: [MaybeUninit<*mut PyObject>; FEW],
    /// With the values of the dict.
    many: Vec<Bound<'py, crate::PyAny>>,
}

/// How many arguments need no memory of their own, where a tuple cannot be read.
const FEW: usize = 6;

impl<'py> Vector<'py> {
    /// Of nothing.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "only for code made by macros")]
    pub const fn new() -> Self {
        let few = [const { MaybeUninit::uninit() }; FEW];
        Self { args: null(), nargs: 0, kwnames: None, few, many: Vec::new() }
    }

    /// Lays the arguments out.
    ///
    /// # Safety
    ///
    /// `args` is a tuple and `kwargs` a dict or null, as `tp_call`, `tp_new` and `tp_init` get them, and both outlive this.
    ///
    /// # Errors
    ///
    /// If the interpreter cannot make a tuple.
    #[inline]
    pub unsafe fn lay_out(
        &mut self,
        py: Python<'py>,
        args: *mut PyObject,
        kwargs: *mut PyObject,
    ) -> PyResult<()> {
        // SAFETY: as the caller says.
        unsafe {
            if kwargs.is_null() {
                if let Some(items) = object::tuple_items(args) {
                    (self.args, self.nargs) = (items.as_ptr(), items.len());
                    return Ok(());
                }
                let nargs = ffi::PyTuple_Size(args) as usize;
                if nargs <= FEW {
                    for (index, place) in self.few.iter_mut().enumerate().take(nargs) {
                        place.write(ffi::PyTuple_GetItem(args, index as Py_ssize_t));
                    }
                    (self.args, self.nargs) = (self.few.as_ptr().cast(), nargs);
                    return Ok(());
                }
            }
            self.lay_out_all(py, args, kwargs)
        }
    }

    #[cold]
    unsafe fn lay_out_all(
        &mut self,
        py: Python<'py>,
        args: *mut PyObject,
        kwargs: *mut PyObject,
    ) -> PyResult<()> {
        // SAFETY: as the caller of `lay_out` says.
        let args = unsafe { args.borrowed(py).cast_unchecked::<PyTuple>() }.to_owned();
        self.many = args.iter().collect();
        self.nargs = self.many.len();
        if !kwargs.is_null() {
            // SAFETY: as the caller of `lay_out` says.
            let kwargs = unsafe { kwargs.borrowed(py).cast_unchecked::<PyDict>() }.to_owned();
            let mut names = Vec::new();
            for (name, value) in &kwargs {
                names.push(name);
                self.many.push(value);
            }
            if !names.is_empty() {
                self.kwnames = Some(PyTuple::new(py, names)?);
            }
        }
        // A `Bound` is a pointer to the object.
        self.args = self.many.as_ptr().cast();
        Ok(())
    }

    /// The arguments, for as long as this is neither moved nor dropped.
    #[inline]
    pub fn args(&self) -> *const *mut PyObject {
        self.args
    }

    /// How many are positional.
    #[inline]
    pub fn nargs(&self) -> Py_ssize_t {
        self.nargs as Py_ssize_t
    }

    /// The names of the others, or null.
    #[inline]
    pub fn kwnames(&self) -> *mut PyObject {
        self.kwnames.as_ref().map_or(null_mut(), Bound::as_ptr)
    }
}

/// The built-in constructor's arguments of a call with a tuple and a dict, or of one that has none for it: null.
#[inline]
pub fn arguments(args: *mut PyObject, kwargs: *mut PyObject) -> Arguments {
    Arguments { args, kwargs }
}

/// Makes an instance of the class that comes first, of arguments by the vectorcall protocol. The last two are those of a
/// call with a tuple and a dict, for the constructor of a built-in base, or null.
pub type Construct = unsafe extern "C" fn(
    *mut PyObject,
    *const *mut PyObject,
    Py_ssize_t,
    *mut PyObject,
    *mut PyObject,
    *mut PyObject,
) -> *mut PyObject;

/// Calls a class: its constructor past `type.__call__`, unless it has got another one or an `__init__` since it was made.
///
/// # Safety
///
/// `class` is a type with the constructor, the rest a call by the vectorcall protocol, and the interpreter has called this.
#[inline(always)]
pub unsafe fn vectorcall(
    class: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
    new: ffi::newfunc,
    construct: Construct,
) -> *mut PyObject {
    let nargs = (nargsf & !ffi::PY_VECTORCALL_ARGUMENTS_OFFSET) as Py_ssize_t;
    // SAFETY: as the caller says.
    unsafe {
        if class::seen_to_construct_by(class.cast(), new) {
            construct(class, args, nargs, kwnames, null_mut(), null_mut())
        } else {
            vectorcall_of_any(class, args, nargs, kwnames, new, construct)
        }
    }
}

#[inline(never)]
unsafe fn vectorcall_of_any(
    class: *mut PyObject,
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwnames: *mut PyObject,
    new: ffi::newfunc,
    construct: Construct,
) -> *mut PyObject {
    // SAFETY: as the caller says.
    unsafe {
        if class::constructs_by(class.cast(), new) {
            construct(class, args, nargs, kwnames, null_mut(), null_mut())
        } else {
            trampoline(|py| call_type(py, class, args, nargs, kwnames))
        }
    }
}

/// Calls a class as `type.__call__` does.
#[cold]
unsafe fn call_type(
    py: Python<'_>,
    class: *mut PyObject,
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwnames: *mut PyObject,
) -> PyResult<*mut PyObject> {
    // SAFETY: as the caller says: so many objects are there, and a value for each name after them.
    unsafe {
        let object = |index: usize| (*args.add(index)).borrowed(py).to_owned();
        let nargs = nargs as usize;
        let positional = PyTuple::new(py, (0..nargs).map(object).collect::<Vec<_>>())?;
        let keywords = PyDict::new(py);
        if !kwnames.is_null() {
            let names = kwnames.borrowed(py).cast_unchecked::<PyTuple>().to_owned();
            for (index, name) in names.iter().enumerate() {
                keywords.set_item(name, object(nargs + index))?;
            }
        }
        let call = py.get_type::<crate::types::PyType>().getattr("__call__")?;
        let mut all = vec![class.borrowed(py).to_owned()];
        all.extend(positional.iter());
        call.call(PyTuple::new(py, all)?, Some(&keywords)).map(Bound::into_ptr)
    }
}

/// Makes sure that a constructor is called for its class or one that may inherit from it, where the interpreter does not.
///
/// # Safety
///
/// `subtype` is alive, and this thread is attached.
///
/// # Errors
///
/// `TypeError` for another class, for what is no class, and for a subclass of a class without `subclass`.
#[inline]
pub unsafe fn check_subtype<T: PyClass>(
    py: Python<'_>,
    subtype: *mut PyTypeObject,
) -> PyResult<()> {
    let class = T::type_object_raw(py);
    if subtype == class {
        return Ok(());
    }
    // SAFETY: as the caller says.
    unsafe { check_other(py, subtype, class, <T as PyClass>::NAME, T::CHOICES.subclass) }
}

#[inline(never)]
unsafe fn check_other(
    py: Python<'_>,
    subtype: *mut PyTypeObject,
    class: *mut PyTypeObject,
    name: &str,
    subclass: bool,
) -> PyResult<()> {
    // SAFETY: as the caller of `check_subtype` says.
    let object = unsafe { subtype.cast::<PyObject>().borrowed(py) }.to_owned();
    let message = match object.cast::<PyType>() {
        Err(_) => {
            let other = object.get_type().name()?;
            format!("{name}.__new__(X): X is not a type object ({other})")
        }
        // SAFETY: both are types.
        Ok(_) if unsafe { object::gives_memory_of(subtype, class) } => {
            if subclass {
                return Ok(());
            }
            format!("type '{name}' is not an acceptable base type")
        }
        Ok(other) => {
            let other = other.name()?;
            format!("{name}.__new__({other}): {other} is not a subtype of {name}")
        }
    };
    Err(PyTypeError::new_err(message))
}

/// What makes an instance of a class.
#[diagnostic::on_unimplemented(
    message = "`#[new]` of `{T}` cannot return `{Self}`",
    label = "does not make a `{T}`",
    note = "return `Self` or a result of it; where the class extends another one of ours, `(Self, Base)` or a `PyClassInitializer<Self>`"
)]
pub trait Makes<T: PyClass> {
    /// As an initializer.
    fn initializer(self) -> PyClassInitializer<T>;
}

#[diagnostic::do_not_recommend]
impl<T: PyClass, V: Into<PyClassInitializer<T>>> Makes<T> for V {
    #[inline(always)]
    fn initializer(self) -> PyClassInitializer<T> {
        self.into()
    }
}

/// What a `#[new]` function has returned.
pub struct New<V>(V);

/// Wraps it.
#[inline(always)]
pub fn new<V>(value: V) -> New<V> {
    New(value)
}

impl<V, E: Into<PyErr>> New<Result<V, E>> {
    /// As what makes an instance, or the error.
    #[inline(always)]
    pub fn initializer<T: PyClass>(self) -> PyResult<PyClassInitializer<T>>
    where
        V: Makes<T>,
    {
        self.0.map(Makes::initializer).map_err(Into::into)
    }
}

/// What is no result.
pub trait NewValue<V> {
    /// As what makes an instance.
    fn initializer<T: PyClass>(self) -> PyResult<PyClassInitializer<T>>
    where
        V: Makes<T>;
}

impl<V> NewValue<V> for New<V> {
    #[inline(always)]
    fn initializer<T: PyClass>(self) -> PyResult<PyClassInitializer<T>>
    where
        V: Makes<T>,
    {
        Ok(self.0.initializer())
    }
}

/// Makes an instance of a class or a subclass.
///
/// # Safety
///
/// `subtype` is `T` or a subclass, and `arguments` are what it was called with.
///
/// # Errors
///
/// What the constructor of the built-in base raises.
#[inline]
pub unsafe fn instance<T: PyClass>(
    py: Python<'_>,
    subtype: *mut PyTypeObject,
    initializer: PyClassInitializer<T>,
    arguments: Arguments,
) -> PyResult<*mut PyObject> {
    // SAFETY: as the caller says.
    unsafe { initializer.create_of_type(py, subtype, arguments).map(Bound::into_ptr) }
}
