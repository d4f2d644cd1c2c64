//! Any object.

use core::cmp::Ordering;
use core::ffi::c_int;

use everypy_ffi as ffi;
use everypy_shims::object;

use crate::call::PyCallArgs;
use crate::conversion::{FromPyObject, IntoPyObject};
use crate::err::{CastError, CastIntoError, PyErr, PyResult, answer, error_on_minus_one};
use crate::exceptions::PyTypeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, BoundObject as _, Py};
use crate::marker::Python;
use crate::type_object::{PyTypeCheck, PyTypeInfo};
use crate::types::{PyDict, PyIterator, PyList, PyNone, PyString, PyType};

/// Any Python object: `Bound<'py, PyAny>` has the methods of [`PyAnyMethods`].
pub struct PyAny(());

// SAFETY: everything is an `object`.
unsafe impl PyTypeInfo for PyAny {
    const NAME: &'static str = "object";

    #[inline]
    fn type_object_raw(_py: Python<'_>) -> *mut ffi::PyTypeObject {
        // SAFETY: attached, so the table is loaded.
        unsafe { ffi::PyBaseObject_Type() }
    }

    #[inline]
    fn is_type_of(_object: &Bound<'_, PyAny>) -> bool {
        true
    }
}

/// An operator of comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl CompareOp {
    /// The operator with a number of C.
    #[inline]
    pub fn from_raw(op: c_int) -> Option<Self> {
        Some(match op {
            0 => Self::Lt,
            1 => Self::Le,
            2 => Self::Eq,
            3 => Self::Ne,
            4 => Self::Gt,
            5 => Self::Ge,
            _ => return None,
        })
    }

    /// Whether the operator holds for things that are ordered like that.
    #[inline]
    pub fn matches(&self, result: Ordering) -> bool {
        // For each operator whether it holds for greater, equal and less: without a jump, as nobody knows where to.
        const HOLDS: [u8; 6] = [0b001, 0b011, 0b010, 0b101, 0b100, 0b110];
        (HOLDS[*self as usize] >> (result as i8 + 1)) & 1 != 0
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Bound<'_, super::PyAny> {}
}

/// Declares the binary operators of [`PyAnyMethods`].
macro_rules! declare_binary {
    ($($name:ident, $operator:literal, $c:ident;)*) => {
        $(
            #[doc = concat!("`self ", $operator, " other`.")]
            ///
            #[doc = concat!("C API: [`", stringify!($c), "`](https://docs.python.org/3/c-api/number.html#c.", stringify!($c), ").")]
            ///
            /// # Errors
            ///
            /// What the operator raises, and the conversion's.
            fn $name<O>(&self, other: O) -> PyResult<Bound<'py, PyAny>>
            where
                O: IntoPyObject<'py>;
        )*
    };
}

/// Implements them.
macro_rules! binary {
    ($($name:ident, $operator:literal, $c:ident;)*) => {
        $(
            fn $name<O>(&self, other: O) -> PyResult<Bound<'py, PyAny>>
            where
                O: IntoPyObject<'py>,
            {
                let py = self.py();
                let other = other.into_pyobject(py).map_err(Into::into)?;
                // SAFETY: attached; both are alive; the result is a new reference or null with an exception.
                unsafe { ffi::$c(self.as_ptr(), other.as_ptr()).owned_or_err(py) }
            }
        )*
    };
}

macro_rules! declare_compare {
    ($($name:ident, $operator:literal, $op:ident;)*) => {
        $(
            #[doc = concat!("The truth of `self ", $operator, " other`.")]
            ///
            /// C API: [`PyObject_RichCompare`](https://docs.python.org/3/c-api/object.html#c.PyObject_RichCompare).
            ///
            /// # Errors
            ///
            /// What the comparison raises, and the conversion's.
            fn $name<O>(&self, other: O) -> PyResult<bool>
            where
                O: IntoPyObject<'py>;
        )*
    };
}

macro_rules! compare {
    ($($name:ident, $operator:literal, $op:ident;)*) => {
        $(
            fn $name<O>(&self, other: O) -> PyResult<bool>
            where
                O: IntoPyObject<'py>,
            {
                self.rich_compare(other, CompareOp::$op)?.is_truthy()
            }
        )*
    };
}

macro_rules! declare_unary {
    ($($name:ident, $text:literal, $c:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`.")]
            ///
            #[doc = concat!("C API: [`", stringify!($c), "`](https://docs.python.org/3/c-api/number.html#c.", stringify!($c), ").")]
            ///
            /// # Errors
            ///
            /// What the operator raises.
            fn $name(&self) -> PyResult<Bound<'py, PyAny>>;
        )*
    };
}

macro_rules! unary {
    ($($name:ident, $text:literal, $c:ident;)*) => {
        $(
            fn $name(&self) -> PyResult<Bound<'py, PyAny>> {
                // SAFETY: attached; alive; the result is a new reference or null with an exception.
                unsafe { ffi::$c(self.as_ptr()).owned_or_err(self.py()) }
            }
        )*
    };
}

/// The lists of operators, given to the macros above.
macro_rules! operators {
    ($binary:ident, $compare:ident, $unary:ident) => {
        $binary! {
            add, "+", PyNumber_Add;
            sub, "-", PyNumber_Subtract;
            mul, "*", PyNumber_Multiply;
            matmul, "@", PyNumber_MatrixMultiply;
            div, "/", PyNumber_TrueDivide;
            floor_div, "//", PyNumber_FloorDivide;
            rem, "%", PyNumber_Remainder;
            lshift, "<<", PyNumber_Lshift;
            rshift, ">>", PyNumber_Rshift;
            bitand, "&", PyNumber_And;
            bitor, "|", PyNumber_Or;
            bitxor, "^", PyNumber_Xor;
            divmod, "divmod", PyNumber_Divmod;
        }
        $compare! {
            lt, "<", Lt;
            le, "<=", Le;
            eq, "==", Eq;
            ne, "!=", Ne;
            gt, ">", Gt;
            ge, ">=", Ge;
        }
        $unary! {
            neg, "-self", PyNumber_Negative;
            pos, "+self", PyNumber_Positive;
            abs, "abs(self)", PyNumber_Absolute;
            bitnot, "~self", PyNumber_Invert;
        }
    };
}

/// The methods of any object.
pub trait PyAnyMethods<'py>: sealed::Sealed {
    /// Whether both are the same object.
    fn is<T: AsRef<Py<PyAny>>>(&self, other: T) -> bool;

    /// Whether there is such an attribute. Only an `AttributeError` means no.
    ///
    /// # Errors
    ///
    /// What the look-up raises otherwise.
    fn hasattr<N>(&self, attr_name: N) -> PyResult<bool>
    where
        N: IntoPyObject<'py, Target = PyString>;

    /// `self.attr_name`.
    ///
    /// C API: [`PyObject_GetAttr`](https://docs.python.org/3/c-api/object.html#c.PyObject_GetAttr).
    ///
    /// # Errors
    ///
    /// `AttributeError`, and what the attribute's getter raises.
    fn getattr<N>(&self, attr_name: N) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>;

    /// `self.attr_name`, or `None` if there is no such attribute.
    ///
    /// C API: [`PyObject_GetOptionalAttr`](https://docs.python.org/3/c-api/object.html#c.PyObject_GetOptionalAttr).
    ///
    /// # Errors
    ///
    /// What the look-up raises besides `AttributeError`.
    fn getattr_opt<N>(&self, attr_name: N) -> PyResult<Option<Bound<'py, PyAny>>>
    where
        N: IntoPyObject<'py, Target = PyString>;

    /// `self.attr_name = value`.
    ///
    /// C API: [`PyObject_SetAttr`](https://docs.python.org/3/c-api/object.html#c.PyObject_SetAttr).
    ///
    /// # Errors
    ///
    /// What the assignment raises.
    fn setattr<N, V>(&self, attr_name: N, value: V) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>,
        V: IntoPyObject<'py>;

    /// `del self.attr_name`.
    ///
    /// C API: [`PyObject_DelAttr`](https://docs.python.org/3/c-api/object.html#c.PyObject_DelAttr).
    ///
    /// # Errors
    ///
    /// What the deletion raises.
    fn delattr<N>(&self, attr_name: N) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>;

    /// Which one is smaller, by `==`, `<` and `>` in turn.
    ///
    /// # Errors
    ///
    /// `TypeError` if none of them holds, and what the comparisons raise.
    fn compare<O>(&self, other: O) -> PyResult<Ordering>
    where
        O: IntoPyObject<'py>;

    /// The object that a comparison gives.
    ///
    /// C API: [`PyObject_RichCompare`](https://docs.python.org/3/c-api/object.html#c.PyObject_RichCompare).
    ///
    /// # Errors
    ///
    /// What the comparison raises.
    fn rich_compare<O>(&self, other: O, compare_op: CompareOp) -> PyResult<Bound<'py, PyAny>>
    where
        O: IntoPyObject<'py>;

    operators!(declare_binary, declare_compare, declare_unary);

    /// `pow(self, other, modulus)`; `None` is no modulus.
    ///
    /// C API: [`PyNumber_Power`](https://docs.python.org/3/c-api/number.html#c.PyNumber_Power).
    ///
    /// # Errors
    ///
    /// What the operator raises.
    fn pow<O1, O2>(&self, other: O1, modulus: O2) -> PyResult<Bound<'py, PyAny>>
    where
        O1: IntoPyObject<'py>,
        O2: IntoPyObject<'py>;

    /// Whether it can be called.
    ///
    /// C API: [`PyCallable_Check`](https://docs.python.org/3/c-api/call.html#c.PyCallable_Check).
    fn is_callable(&self) -> bool;

    /// `self(*args, **kwargs)`.
    ///
    /// # Errors
    ///
    /// What the call raises.
    fn call<A>(&self, args: A, kwargs: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>>
    where
        A: PyCallArgs<'py>;

    /// `self()`.
    ///
    /// C API: [`PyObject_CallNoArgs`](https://docs.python.org/3/c-api/call.html#c.PyObject_CallNoArgs).
    ///
    /// # Errors
    ///
    /// What the call raises.
    fn call0(&self) -> PyResult<Bound<'py, PyAny>>;

    /// `self(*args)`.
    ///
    /// # Errors
    ///
    /// What the call raises.
    fn call1<A>(&self, args: A) -> PyResult<Bound<'py, PyAny>>
    where
        A: PyCallArgs<'py>;

    /// `self.name(*args, **kwargs)`.
    ///
    /// # Errors
    ///
    /// What the look-up or the call raises.
    fn call_method<N, A>(
        &self,
        name: N,
        args: A,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
        A: PyCallArgs<'py>;

    /// `self.name()`.
    ///
    /// # Errors
    ///
    /// What the look-up or the call raises.
    fn call_method0<N>(&self, name: N) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>;

    /// `self.name(*args)`.
    ///
    /// # Errors
    ///
    /// What the look-up or the call raises.
    fn call_method1<N, A>(&self, name: N, args: A) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
        A: PyCallArgs<'py>;

    /// The truth value, as `bool(self)`.
    ///
    /// C API: [`PyObject_IsTrue`](https://docs.python.org/3/c-api/object.html#c.PyObject_IsTrue).
    ///
    /// # Errors
    ///
    /// What `__bool__` or `__len__` raises.
    fn is_truthy(&self) -> PyResult<bool>;

    /// Whether it is `None`.
    fn is_none(&self) -> bool;

    /// Whether `len(self)` is 0.
    ///
    /// # Errors
    ///
    /// What `__len__` raises.
    fn is_empty(&self) -> PyResult<bool>;

    /// `self[key]`.
    ///
    /// C API: [`PyObject_GetItem`](https://docs.python.org/3/c-api/object.html#c.PyObject_GetItem).
    ///
    /// # Errors
    ///
    /// What the look-up raises.
    fn get_item<K>(&self, key: K) -> PyResult<Bound<'py, PyAny>>
    where
        K: IntoPyObject<'py>;

    /// `self[key] = value`.
    ///
    /// C API: [`PyObject_SetItem`](https://docs.python.org/3/c-api/object.html#c.PyObject_SetItem).
    ///
    /// # Errors
    ///
    /// What the assignment raises.
    fn set_item<K, V>(&self, key: K, value: V) -> PyResult<()>
    where
        K: IntoPyObject<'py>,
        V: IntoPyObject<'py>;

    /// `del self[key]`.
    ///
    /// C API: [`PyObject_DelItem`](https://docs.python.org/3/c-api/object.html#c.PyObject_DelItem).
    ///
    /// # Errors
    ///
    /// What the deletion raises.
    fn del_item<K>(&self, key: K) -> PyResult<()>
    where
        K: IntoPyObject<'py>;

    /// `iter(self)`.
    ///
    /// C API: [`PyObject_GetIter`](https://docs.python.org/3/c-api/object.html#c.PyObject_GetIter).
    ///
    /// # Errors
    ///
    /// `TypeError` if it is not iterable.
    fn try_iter(&self) -> PyResult<Bound<'py, PyIterator>>;

    /// Its type.
    fn get_type(&self) -> Bound<'py, PyType>;

    /// Its type, borrowed.
    fn get_type_ptr(&self) -> *mut ffi::PyTypeObject;

    /// The older name of [`Bound::cast`].
    ///
    /// # Errors
    ///
    /// If the object is not an instance of `T`.
    fn downcast<T: PyTypeCheck>(&self) -> Result<&Bound<'py, T>, CastError<'_, 'py>>;

    /// The older name of [`Bound::cast_into`].
    ///
    /// # Errors
    ///
    /// If the object is not an instance of `T`.
    fn downcast_into<T: PyTypeCheck>(self) -> Result<Bound<'py, T>, CastIntoError<'py>>;

    /// The older name of [`Bound::cast_exact`].
    ///
    /// # Errors
    ///
    /// If the object is not of the very type.
    fn downcast_exact<T: PyTypeInfo>(&self) -> Result<&Bound<'py, T>, CastError<'_, 'py>>;

    /// Converts to a Rust type.
    ///
    /// # Errors
    ///
    /// The conversion's.
    fn extract<'a, T>(&'a self) -> Result<T, T::Error>
    where
        T: FromPyObject<'a, 'py>;

    /// `repr(self)`.
    ///
    /// C API: [`PyObject_Repr`](https://docs.python.org/3/c-api/object.html#c.PyObject_Repr).
    ///
    /// # Errors
    ///
    /// What `__repr__` raises.
    fn repr(&self) -> PyResult<Bound<'py, PyString>>;

    /// `str(self)`.
    ///
    /// C API: [`PyObject_Str`](https://docs.python.org/3/c-api/object.html#c.PyObject_Str).
    ///
    /// # Errors
    ///
    /// What `__str__` raises.
    fn str(&self) -> PyResult<Bound<'py, PyString>>;

    /// `hash(self)`.
    ///
    /// C API: [`PyObject_Hash`](https://docs.python.org/3/c-api/object.html#c.PyObject_Hash).
    ///
    /// # Errors
    ///
    /// `TypeError` if it is unhashable.
    fn hash(&self) -> PyResult<isize>;

    /// `len(self)`.
    ///
    /// C API: [`PyObject_Size`](https://docs.python.org/3/c-api/object.html#c.PyObject_Size).
    ///
    /// # Errors
    ///
    /// `TypeError` if it has no length.
    fn len(&self) -> PyResult<usize>;

    /// `dir(self)`.
    ///
    /// C API: [`PyObject_Dir`](https://docs.python.org/3/c-api/object.html#c.PyObject_Dir).
    ///
    /// # Errors
    ///
    /// What `__dir__` raises.
    fn dir(&self) -> PyResult<Bound<'py, PyList>>;

    /// `isinstance(self, ty)`.
    ///
    /// C API: [`PyObject_IsInstance`](https://docs.python.org/3/c-api/object.html#c.PyObject_IsInstance).
    ///
    /// # Errors
    ///
    /// If `ty` is neither a class nor a tuple of classes.
    fn is_instance(&self, ty: &Bound<'py, PyAny>) -> PyResult<bool>;

    /// Whether `type(self) is ty`.
    fn is_exact_instance(&self, ty: &Bound<'py, PyAny>) -> bool;

    /// Whether it is an instance of `T` or of a subclass.
    fn is_instance_of<T: PyTypeCheck>(&self) -> bool;

    /// Whether its type is `T` itself.
    fn is_exact_instance_of<T: PyTypeInfo>(&self) -> bool;

    /// `value in self`.
    ///
    /// C API: [`PySequence_Contains`](https://docs.python.org/3/c-api/sequence.html#c.PySequence_Contains).
    ///
    /// # Errors
    ///
    /// What `__contains__` raises.
    fn contains<V>(&self, value: V) -> PyResult<bool>
    where
        V: IntoPyObject<'py>;
}

impl<'py> PyAnyMethods<'py> for Bound<'py, PyAny> {
    fn is<T: AsRef<Py<PyAny>>>(&self, other: T) -> bool {
        self.as_ptr() == other.as_ref().as_ptr()
    }

    fn hasattr<N>(&self, attr_name: N) -> PyResult<bool>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        self.getattr_opt(attr_name).map(|value| value.is_some())
    }

    #[inline]
    fn getattr<N>(&self, attr_name: N) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        let py = self.py();
        let name = attr_name.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; both are alive; the result is a new reference or null with an exception.
        unsafe { ffi::PyObject_GetAttr(self.as_ptr(), name.as_ptr()).owned_or_err(py) }
    }

    fn getattr_opt<N>(&self, attr_name: N) -> PyResult<Option<Bound<'py, PyAny>>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        let py = self.py();
        let name = attr_name.into_pyobject(py).map_err(Into::into)?;
        let mut value = core::ptr::null_mut();
        // SAFETY: attached; both are alive; `value` takes a new reference or null.
        unsafe {
            let found = ffi::PyObject_GetOptionalAttr(self.as_ptr(), name.as_ptr(), &raw mut value);
            error_on_minus_one(py, found)?;
            Ok(value.owned_or_opt(py))
        }
    }

    fn setattr<N, V>(&self, attr_name: N, value: V) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>,
        V: IntoPyObject<'py>,
    {
        let py = self.py();
        let name = attr_name.into_pyobject(py).map_err(Into::into)?;
        let value = value.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; all are alive.
        let result = unsafe { ffi::PyObject_SetAttr(self.as_ptr(), name.as_ptr(), value.as_ptr()) };
        error_on_minus_one(py, result)
    }

    fn delattr<N>(&self, attr_name: N) -> PyResult<()>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        let py = self.py();
        let name = attr_name.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; both are alive.
        error_on_minus_one(py, unsafe { ffi::PyObject_DelAttr(self.as_ptr(), name.as_ptr()) })
    }

    fn compare<O>(&self, other: O) -> PyResult<Ordering>
    where
        O: IntoPyObject<'py>,
    {
        let other = other.into_pyobject(self.py()).map_err(Into::into)?;
        let other = other.as_borrowed().to_any();
        if self.eq(other)? {
            Ok(Ordering::Equal)
        } else if self.lt(other)? {
            Ok(Ordering::Less)
        } else if self.gt(other)? {
            Ok(Ordering::Greater)
        } else {
            Err(PyTypeError::new_err("the objects are neither equal nor ordered"))
        }
    }

    fn rich_compare<O>(&self, other: O, compare_op: CompareOp) -> PyResult<Bound<'py, PyAny>>
    where
        O: IntoPyObject<'py>,
    {
        let py = self.py();
        let other = other.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; both are alive; the result is a new reference or null with an exception.
        unsafe {
            ffi::PyObject_RichCompare(self.as_ptr(), other.as_ptr(), compare_op as c_int)
                .owned_or_err(py)
        }
    }

    operators!(binary, compare, unary);

    fn pow<O1, O2>(&self, other: O1, modulus: O2) -> PyResult<Bound<'py, PyAny>>
    where
        O1: IntoPyObject<'py>,
        O2: IntoPyObject<'py>,
    {
        let py = self.py();
        let other = other.into_pyobject(py).map_err(Into::into)?;
        let modulus = modulus.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; all are alive; the result is a new reference or null with an exception.
        unsafe {
            ffi::PyNumber_Power(self.as_ptr(), other.as_ptr(), modulus.as_ptr()).owned_or_err(py)
        }
    }

    fn is_callable(&self) -> bool {
        // SAFETY: attached; alive.
        unsafe { ffi::PyCallable_Check(self.as_ptr()) != 0 }
    }

    #[inline]
    fn call<A>(&self, args: A, kwargs: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>>
    where
        A: PyCallArgs<'py>,
    {
        args.call(self, kwargs)
    }

    #[inline]
    fn call0(&self) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: attached; alive; the result is a new reference or null with an exception.
        unsafe { ffi::PyObject_CallNoArgs(self.as_ptr()).owned_or_err(self.py()) }
    }

    #[inline]
    fn call1<A>(&self, args: A) -> PyResult<Bound<'py, PyAny>>
    where
        A: PyCallArgs<'py>,
    {
        args.call(self, None)
    }

    fn call_method<N, A>(
        &self,
        name: N,
        args: A,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
        A: PyCallArgs<'py>,
    {
        self.getattr(name)?.call(args, kwargs)
    }

    fn call_method0<N>(&self, name: N) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
    {
        let py = self.py();
        let name = name.into_pyobject(py).map_err(Into::into)?;
        let args = [self.as_ptr()];
        // SAFETY: attached; all are alive; the result is a new reference or null with an exception.
        unsafe {
            ffi::PyObject_VectorcallMethod(
                name.as_ptr(),
                args.as_ptr().cast_mut(),
                args.len(),
                core::ptr::null_mut(),
            )
            .owned_or_err(py)
        }
    }

    fn call_method1<N, A>(&self, name: N, args: A) -> PyResult<Bound<'py, PyAny>>
    where
        N: IntoPyObject<'py, Target = PyString>,
        A: PyCallArgs<'py>,
    {
        self.getattr(name)?.call1(args)
    }

    fn is_truthy(&self) -> PyResult<bool> {
        // SAFETY: attached; alive.
        answer(self.py(), unsafe { ffi::PyObject_IsTrue(self.as_ptr()) })
    }

    #[inline]
    fn is_none(&self) -> bool {
        self.as_ptr() == PyNone::get(self.py()).as_ptr()
    }

    fn is_empty(&self) -> PyResult<bool> {
        self.len().map(|length| length == 0)
    }

    fn get_item<K>(&self, key: K) -> PyResult<Bound<'py, PyAny>>
    where
        K: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; both are alive; the result is a new reference or null with an exception.
        unsafe { ffi::PyObject_GetItem(self.as_ptr(), key.as_ptr()).owned_or_err(py) }
    }

    fn set_item<K, V>(&self, key: K, value: V) -> PyResult<()>
    where
        K: IntoPyObject<'py>,
        V: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        let value = value.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; all are alive.
        let result = unsafe { ffi::PyObject_SetItem(self.as_ptr(), key.as_ptr(), value.as_ptr()) };
        error_on_minus_one(py, result)
    }

    fn del_item<K>(&self, key: K) -> PyResult<()>
    where
        K: IntoPyObject<'py>,
    {
        let py = self.py();
        let key = key.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; both are alive.
        error_on_minus_one(py, unsafe { ffi::PyObject_DelItem(self.as_ptr(), key.as_ptr()) })
    }

    fn try_iter(&self) -> PyResult<Bound<'py, PyIterator>> {
        // SAFETY: attached; alive; the result is a new reference to an iterator or null with an exception.
        unsafe {
            ffi::PyObject_GetIter(self.as_ptr())
                .owned_or_err(self.py())
                .map(|iterator| iterator.cast_into_unchecked())
        }
    }

    fn get_type(&self) -> Bound<'py, PyType> {
        // SAFETY: the type of a live object.
        unsafe { PyType::from_borrowed_type_ptr(self.py(), self.get_type_ptr()) }
    }

    #[inline]
    fn get_type_ptr(&self) -> *mut ffi::PyTypeObject {
        // SAFETY: attached; alive.
        unsafe { object::type_of(self.as_ptr()) }
    }

    fn downcast<T: PyTypeCheck>(&self) -> Result<&Bound<'py, T>, CastError<'_, 'py>> {
        self.cast()
    }

    fn downcast_into<T: PyTypeCheck>(self) -> Result<Bound<'py, T>, CastIntoError<'py>> {
        self.cast_into()
    }

    fn downcast_exact<T: PyTypeInfo>(&self) -> Result<&Bound<'py, T>, CastError<'_, 'py>> {
        self.cast_exact()
    }

    #[inline]
    fn extract<'a, T>(&'a self) -> Result<T, T::Error>
    where
        T: FromPyObject<'a, 'py>,
    {
        T::extract(self.as_borrowed())
    }

    fn repr(&self) -> PyResult<Bound<'py, PyString>> {
        // SAFETY: attached; alive; the result is a new reference to a str or null with an exception.
        unsafe {
            ffi::PyObject_Repr(self.as_ptr())
                .owned_or_err(self.py())
                .map(|text| text.cast_into_unchecked())
        }
    }

    fn str(&self) -> PyResult<Bound<'py, PyString>> {
        // SAFETY: attached; alive; the result is a new reference to a str or null with an exception.
        unsafe {
            ffi::PyObject_Str(self.as_ptr())
                .owned_or_err(self.py())
                .map(|text| text.cast_into_unchecked())
        }
    }

    fn hash(&self) -> PyResult<isize> {
        // SAFETY: attached; alive.
        let hash = unsafe { ffi::PyObject_Hash(self.as_ptr()) };
        error_on_minus_one(self.py(), hash)?;
        Ok(hash)
    }

    fn len(&self) -> PyResult<usize> {
        // SAFETY: attached; alive.
        let length = unsafe { ffi::PyObject_Size(self.as_ptr()) };
        // Only -1 is negative.
        usize::try_from(length).map_err(|_| PyErr::fetch(self.py()))
    }

    fn dir(&self) -> PyResult<Bound<'py, PyList>> {
        // SAFETY: attached; alive; the result is a new reference to a list or null with an exception.
        unsafe {
            ffi::PyObject_Dir(self.as_ptr())
                .owned_or_err(self.py())
                .map(|names| names.cast_into_unchecked())
        }
    }

    #[inline]
    fn is_instance(&self, ty: &Bound<'py, PyAny>) -> PyResult<bool> {
        // SAFETY: attached; both are alive.
        answer(self.py(), unsafe { ffi::PyObject_IsInstance(self.as_ptr(), ty.as_ptr()) })
    }

    #[inline]
    fn is_exact_instance(&self, ty: &Bound<'py, PyAny>) -> bool {
        self.get_type_ptr().cast() == ty.as_ptr()
    }

    #[inline]
    fn is_instance_of<T: PyTypeCheck>(&self) -> bool {
        T::type_check(self)
    }

    fn is_exact_instance_of<T: PyTypeInfo>(&self) -> bool {
        T::is_exact_type_of(self)
    }

    fn contains<V>(&self, value: V) -> PyResult<bool>
    where
        V: IntoPyObject<'py>,
    {
        let py = self.py();
        let value = value.into_pyobject(py).map_err(Into::into)?;
        // SAFETY: attached; both are alive.
        answer(py, unsafe { ffi::PySequence_Contains(self.as_ptr(), value.as_ptr()) })
    }
}
