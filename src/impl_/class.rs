//! What `#[pyclass]` and `#[pymethods]` make.

use core::ffi::{CStr, c_int, c_void};
use core::marker::PhantomData;

use everypy_ffi::{PyMethodDef, PyObject, PyType_Slot, getter, setter, vectorcallfunc};
use everypy_shims::layout;

use crate::conversion::IntoPyObject;
use crate::err::{PyErr, PyResult};
use crate::exceptions::PyTypeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::function::FunctionDef;
use crate::impl_::slots::is_instance;
use crate::instance::{Bound, Py};
use crate::marker::Python;
use crate::pyclass::NotFrozen;
use crate::pyclass::contents::{Contents, lock_among, share, share_among, unlock, unshare};
use crate::pyclass::{
    PyBorrowError, PyBorrowMutError, PyClass, PyClassGuard, PyClassGuardMut, PyRef, PyRefMut,
    PyTraverseError, PyVisit,
};
use crate::types::{PyAny, PyAnyMethods as _, PyType, PyTypeMethods as _};

pub use crate::pyclass::contents::{counts, users_of};
pub use crate::pyclass::lifecycle::{clear_contents, drop_contents, visit_contents};

pub use everypy_shims::class::Buffer;

/// What one block of code says of a class.
pub struct Items {
    /// Methods.
    pub methods: &'static [Method],
    /// Attributes that are computed.
    pub properties: &'static [Property],
    /// Slots, but those for buffers and garbage collection.
    pub slots: &'static [Slot],
    /// Attributes of the class.
    pub attributes: &'static [Attribute],
    /// The buffer slots.
    pub buffer: Buffer,
    /// `__traverse__`.
    pub traverse: Option<Traverse>,
    /// `__clear__`.
    pub clear: Option<Clear>,
    /// The signature of the constructor.
    pub signature: Option<&'static str>,
    /// The constructor for calls by the vectorcall protocol.
    pub vectorcall: Option<vectorcallfunc>,
}

type Traverse = unsafe fn(*mut PyObject, PyVisit<'_>) -> Result<(), PyTraverseError>;
type Clear = unsafe fn(Python<'_>, *mut PyObject) -> PyResult<()>;

impl Items {
    /// Nothing.
    pub const NONE: Self = Self {
        methods: &[],
        properties: &[],
        slots: &[],
        attributes: &[],
        buffer: Buffer { get: None, release: None },
        traverse: None,
        clear: None,
        signature: None,
        vectorcall: None,
    };
}

/// A method and whose it is.
pub struct Method {
    /// Name, code and text.
    pub function: &'static FunctionDef,
    /// `METH_CLASS`, `METH_STATIC` or 0.
    pub kind: c_int,
}

impl Method {
    pub(crate) fn definition(&self) -> PyMethodDef {
        let definition = everypy_shims::function::definition(self.function.method());
        // SAFETY: a live definition.
        let mut definition = unsafe { definition.read() };
        definition.ml_flags |= self.kind;
        definition
    }
}

/// A computed attribute.
pub struct Property {
    /// The name.
    pub name: &'static CStr,
    /// Reads it.
    pub get: Option<getter>,
    /// Writes it.
    pub set: Option<setter>,
    /// What `help` shows.
    pub doc: &'static CStr,
}

/// A slot.
pub struct Slot(pub(crate) PyType_Slot);

// SAFETY: the pointer is to a function.
unsafe impl Sync for Slot {}

impl Slot {
    /// A slot with a function of its type.
    pub const fn new(slot: c_int, function: *const ()) -> Self {
        Self(PyType_Slot { slot, pfunc: function.cast_mut().cast::<c_void>() })
    }
}

/// An attribute of the class.
pub struct Attribute {
    /// The name.
    pub name: &'static str,
    /// Computes it.
    pub value: fn(Python<'_>) -> PyResult<Py<PyAny>>,
}

/// Finds the items of a class's methods, if it has any: `#[pymethods]` implements [`OnePymethodsBlock`] for this type itself,
/// which is found before the implementation for references to it.
pub struct Collector<T>(PhantomData<T>);

impl<T> Collector<T> {
    /// For `T`.
    #[expect(clippy::new_without_default, reason = "only for macros")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Has methods, or none. Its name is what the compiler tells about a class with two blocks.
pub trait OnePymethodsBlock<T: PyClass> {
    /// Which.
    fn items(self) -> &'static Items;
}

impl<T: PyClass> OnePymethodsBlock<T> for &Collector<T> {
    fn items(self) -> &'static Items {
        static NONE: Items = Items::NONE;
        &NONE
    }
}

/// Makes sure that what a method is called on is an instance, where the interpreter does not.
///
/// # Safety
///
/// `object` is alive, and this thread is attached.
///
/// # Errors
///
/// `TypeError` for an object of another class.
#[inline(always)]
unsafe fn check<T: PyClass>(object: *mut PyObject) -> PyResult<()> {
    // SAFETY: as the caller says.
    unsafe {
        let py = Python::assume_attached();
        if !layout().unchecked_receivers || is_instance::<T>(py, object) {
            Ok(())
        } else {
            Err(wrong_receiver(&object.borrowed(py), T::FULL_NAME))
        }
    }
}

#[cold]
fn wrong_receiver(object: &Bound<'_, PyAny>, name: &CStr) -> PyErr {
    match object.get_type().fully_qualified_name() {
        Ok(received) => PyTypeError::new_err(format!(
            "descriptor requires a '{}' object but received a '{received}'",
            name.to_string_lossy()
        )),
        Err(error) => error,
    }
}

/// The right to read an instance, for as long as a method runs.
pub struct Shared<T: PyClass> {
    object: *mut PyObject,
    contents: *mut Contents<T>,
}

/// The right to write to an instance, for as long as a method runs.
pub struct Exclusive<T: PyClass> {
    object: *mut PyObject,
    contents: *mut Contents<T>,
}

macro_rules! rights {
    ($($right:ident, $error:ident, $take:ident, $give:ident;)*) => { $(
        impl<T: PyClass> $right<T> {
            #[inline(always)]
            unsafe fn take_from_any(object: *mut PyObject) -> PyResult<Self> {
                // SAFETY: as the caller says.
                let contents = unsafe {
                    if !layout().wary {
                        Self::take(false, object)?
                    } else if layout().free_threaded {
                        Self::take(true, object)?
                    } else {
                        Self::take_checked(object)?
                    }
                };
                Ok(Self { object, contents })
            }

            #[inline(always)]
            unsafe fn take_from_instance(object: *mut PyObject) -> PyResult<Self> {
                // SAFETY: as the caller says.
                let contents = unsafe { Self::take(layout().free_threaded, object) }?;
                Ok(Self { object, contents })
            }

            /// Where the interpreter has not looked what object it is.
            #[inline(never)]
            unsafe fn take_checked(object: *mut PyObject) -> PyResult<*mut Contents<T>> {
                // SAFETY: as the caller says, and checked where that is not sure.
                unsafe {
                    check::<T>(object)?;
                    Self::take(false, object)
                }
            }

            #[inline(always)]
            unsafe fn take(threads: bool, object: *mut PyObject) -> PyResult<*mut Contents<T>> {
                // SAFETY: as the caller says.
                unsafe { $take::<T>(threads, object) }
                    .map_err(|refusal| $error::raised(refusal, T::FULL_NAME))
            }
        }

        impl<T: PyClass> Drop for $right<T> {
            #[inline(always)]
            fn drop(&mut self) {
                // SAFETY: this is the right that is given back.
                unsafe { $give(self.object, self.contents) };
            }
        }
    )* };
}
rights! {
    Shared, PyBorrowError, share_among, unshare;
    Exclusive, PyBorrowMutError, lock_among, unlock;
}

// Not made by the macro, since the compiler shows users the bounds of these functions.

impl<T: PyClass> Shared<T> {
    /// Takes it.
    ///
    /// # Safety
    ///
    /// `object` is an instance of `T` that outlives this, and this thread is attached.
    ///
    /// # Errors
    ///
    /// If somebody writes.
    #[inline(always)]
    pub unsafe fn new(object: *mut PyObject) -> PyResult<Self> {
        // SAFETY: as the caller says.
        unsafe { Self::take_from_any(object) }
    }

    /// Takes it from what has been seen to be an instance.
    ///
    /// # Safety
    ///
    /// As `new`.
    ///
    /// # Errors
    ///
    /// If somebody writes.
    #[inline(always)]
    pub(crate) unsafe fn of_instance(object: *mut PyObject) -> PyResult<Self> {
        // SAFETY: as the caller says.
        unsafe { Self::take_from_instance(object) }
    }

    /// Takes it if that is possible.
    pub(crate) unsafe fn new_quietly(object: *mut PyObject) -> Option<Self> {
        // SAFETY: as the caller of `new` says.
        unsafe { share::<T>(object) }.ok().map(|contents| Self { object, contents })
    }

    /// The value.
    #[inline(always)]
    pub fn get(&self) -> &T {
        // SAFETY: this is the right to read it.
        unsafe { &*(*self.contents).value() }
    }
}

impl<T: PyClass> Exclusive<T> {
    /// Takes it.
    ///
    /// # Safety
    ///
    /// As [`Shared::new`].
    ///
    /// # Errors
    ///
    /// If somebody reads or writes.
    #[inline(always)]
    pub unsafe fn new(object: *mut PyObject) -> PyResult<Self>
    where
        T: PyClass<Frozen: NotFrozen>,
    {
        // SAFETY: as the caller says.
        unsafe { Self::take_from_any(object) }
    }

    /// Takes it from what has been seen to be an instance.
    ///
    /// # Safety
    ///
    /// As [`Shared::new`].
    ///
    /// # Errors
    ///
    /// If somebody reads or writes.
    #[inline(always)]
    pub(crate) unsafe fn of_instance(object: *mut PyObject) -> PyResult<Self>
    where
        T: PyClass<Frozen: NotFrozen>,
    {
        // SAFETY: as the caller says.
        unsafe { Self::take_from_instance(object) }
    }

    /// The value.
    #[inline(always)]
    pub fn get(&mut self) -> &mut T {
        // SAFETY: this is the right to write to it.
        unsafe { &mut *(*self.contents).value() }
    }
}

/// What a method can be called on, beside `&self` and `&mut self`.
#[diagnostic::on_unimplemented(
    message = "a method of `{T}` cannot be called on `{Self}`",
    label = "not something that holds `{T}`",
    note = "write `&Bound<'_, {T}>`, `Bound<'_, {T}>` or `Py<{T}>`",
    note = "an instance also comes as `&self`, `&mut self`, `PyRef<'_, Self>` or `PyRefMut<'_, Self>`"
)]
pub trait Receiver<'a, 'py, T>: Sized {
    /// Of the instance.
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self>;
}

impl<'a, 'py, T> Receiver<'a, 'py, T> for &'a Bound<'py, T> {
    #[inline(always)]
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object)
    }
}

impl<'a, 'py, T> Receiver<'a, 'py, T> for Bound<'py, T> {
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object.clone())
    }
}

impl<'a, 'py, T> Receiver<'a, 'py, T> for Py<T> {
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object.clone().unbind())
    }
}

impl<'a, 'py, T: PyClass> Receiver<'a, 'py, T> for PyRef<'py, T> {
    #[inline]
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object.try_borrow()?)
    }
}

impl<'a, 'py, T: PyClass<Frozen: NotFrozen>> Receiver<'a, 'py, T> for PyRefMut<'py, T> {
    #[inline]
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object.try_borrow_mut()?)
    }
}

impl<'a, 'py, T: PyClass> Receiver<'a, 'py, T> for PyClassGuard<'a, T> {
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object.try_into()?)
    }
}

impl<'a, 'py, T: PyClass<Frozen: NotFrozen>> Receiver<'a, 'py, T> for PyClassGuardMut<'a, T> {
    fn receive(object: &'a Bound<'py, T>) -> PyResult<Self> {
        Ok(object.try_into()?)
    }
}

/// What a method is called on.
///
/// # Safety
///
/// `place` holds an instance of `T` for `'a`.
///
/// # Errors
///
/// If it cannot be borrowed.
#[inline(always)]
pub unsafe fn receiver<'a, 'py, T: PyClass + 'a, R: Receiver<'a, 'py, T>>(
    py: Python<'py>,
    place: *const *mut PyObject,
) -> PyResult<R>
where
    'py: 'a,
{
    // SAFETY: as the caller says, and checked where that is not sure.
    unsafe {
        check::<T>(*place)?;
        R::receive(Bound::ref_from_ptr(py, place).cast_unchecked())
    }
}

/// The class that a class method is called on.
///
/// # Safety
///
/// `place` holds a type for `'a`.
///
/// # Errors
///
/// None.
#[inline(always)]
pub unsafe fn class_receiver<'a, 'py, R: Receiver<'a, 'py, PyType>>(
    py: Python<'py>,
    place: *const *mut PyObject,
) -> PyResult<R>
where
    'py: 'a,
{
    // SAFETY: as the caller says.
    R::receive(unsafe { Bound::ref_from_ptr(py, place).cast_unchecked() })
}

/// A field that is read: by reference where that converts, else a copy.
pub struct Field<'a, T>(pub &'a T);

/// Fields whose references convert. Method resolution finds this first, then copies, then what fails to compile.
pub trait FieldByReference<'py> {
    /// The object.
    fn read(&self, py: Python<'py>) -> PyResult<*mut PyObject>;
}

impl<'a, 'py, T> FieldByReference<'py> for &&Field<'a, T>
where
    &'a T: IntoPyObject<'py>,
{
    #[inline(always)]
    fn read(&self, py: Python<'py>) -> PyResult<*mut PyObject> {
        self.0.into_c(py)
    }
}

/// Fields whose copies convert.
pub trait FieldByClone<'py> {
    /// The object.
    fn read(&self, py: Python<'py>) -> PyResult<*mut PyObject>;
}

impl<'py, T> FieldByClone<'py> for &Field<'_, T>
where
    T: Clone + IntoPyObject<'py>,
{
    #[inline(always)]
    fn read(&self, py: Python<'py>) -> PyResult<*mut PyObject> {
        self.0.clone().into_c(py)
    }
}

/// The type of a field that can be read.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be read from Python",
    label = "no conversion to a Python object",
    note = "`get` needs `IntoPyObject` for `&{Self}`, or for `{Self}` with `Clone`; or write a `#[getter]`"
)]
pub trait Readable: sealed::Never {}

mod sealed {
    /// Nothing implements it.
    pub trait Never {}
}

/// Fields that cannot be read.
pub trait FieldOfNoObject<T> {
    /// Fails to compile.
    fn read(&self, _py: Python<'_>) -> PyResult<*mut PyObject>
    where
        T: Readable,
    {
        unreachable!("no type implements `Readable`")
    }
}

impl<T> FieldOfNoObject<T> for Field<'_, T> {}

/// Fails to compile for a class that other threads must not use, unless it says so. The compiler shows the lines of the
/// bounds.
pub const fn can_be_sent<T>()
where
    T: Send, // without it: `#[pyclass(unsendable)]`, for instances that stay in their thread
    T: Sync, // without it: `#[pyclass(unsendable)]`, for instances that stay in their thread
{
}

/// Fails to compile for a class with `from_py_object` that cannot be copied.
pub const fn can_be_copied<T: Clone>() {}
