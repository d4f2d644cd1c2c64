//! Marker types of the built-in Python types, and traits with their methods.

/// Declares the marker of a built-in type.
///
/// `flag` names the bit of `tp_flags` that its subclasses inherit; `object` the variable that is the type object;
/// `fetch` a function that finds the type where no variable is it on every interpreter.
macro_rules! native_type {
    ($(#[$meta:meta])* $rust:ident = $name:literal, object $object:ident $(, flag $flag:ident)?) => {
        native_type!(@marker $(#[$meta])* $rust);

        // SAFETY: the variable is the type object; instances of it and its subclasses have the flag, and nothing else.
        unsafe impl crate::type_object::PyTypeInfo for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn type_object_raw(_py: crate::Python<'_>) -> *mut everypy_ffi::PyTypeObject {
                // SAFETY: attached, so the table is loaded.
                unsafe { everypy_ffi::$object() }
            }

            $(
                #[inline]
                fn is_type_of(object: &crate::Bound<'_, crate::PyAny>) -> bool {
                    // SAFETY: attached; alive.
                    unsafe { everypy_shims::object::has_type_flag(object.as_ptr(), everypy_ffi::$flag as _) }
                }
            )?
        }
    };
    ($(#[$meta:meta])* $rust:ident = $name:literal, fetch $fetch:expr) => {
        native_type!(@marker $(#[$meta])* $rust);

        // SAFETY: the cell holds the type.
        unsafe impl crate::type_object::PyTypeInfo for $rust {
            const NAME: &'static str = $name;

            fn type_object_raw(py: crate::Python<'_>) -> *mut everypy_ffi::PyTypeObject {
                static TYPE: crate::state::PerInterpreter<crate::Py<crate::types::PyType>> =
                    crate::state::PerInterpreter::new();
                let fetch: fn(crate::Python<'_>) -> crate::PyResult<crate::Bound<'_, crate::PyAny>> = $fetch;
                let class = TYPE.get_or_try_init(py, || {
                    Ok::<_, crate::PyErr>(fetch(py)?.cast_into::<crate::types::PyType>()?.unbind())
                });
                match class {
                    Ok(class) => class.as_ptr().cast(),
                    Err(error) => panic!(concat!("the type `", $name, "` is not to be had: {}"), error),
                }
            }
        }
    };
    (@marker $(#[$meta:meta])* $rust:ident) => {
        $(#[$meta])*
        pub struct $rust(());

        impl crate::types::DerefToPyAny for $rust {}
    };
}

/// Says that classes can extend built-in types.
macro_rules! native_bases {
    ($($native:ty),*) => { $(
        impl crate::pyclass::PyClassBaseType for $native {
            type Initializer = crate::pyclass::PyNativeTypeInitializer<Self>;
            type Native = Self;
        }
    )* };
}
native_bases!(
    PyByteArray,
    PyComplex,
    PyDict,
    PyFloat,
    PyFrozenSet,
    PyList,
    PyModule,
    PySet,
    PyString,
    PyType,
    PyTzInfo
);

mod any;
mod bool;
mod bytes;
mod dict;
mod float;
mod function;
mod int;
mod iterator;
mod list;
mod markers;
mod module;
mod set;
mod singletons;
mod string;
mod traceback;
mod tuple;
mod typeobject;

pub use any::{CompareOp, PyAny, PyAnyMethods};
pub use bool::{PyBool, PyBoolMethods};
pub use bytes::{PyBytes, PyBytesMethods};
pub use dict::{IntoPyDict, PyDict, PyDictMethods};
pub use float::{PyFloat, PyFloatMethods};
pub use function::PyCFunction;
pub use int::PyInt;
pub use iterator::PyIterator;
pub use list::{PyList, PyListMethods};
pub use markers::{PyByteArray, PyComplex, PyFrozenSet, PyTzInfo};
pub use module::{PyModule, PyModuleMethods};
pub use set::{PySet, PySetMethods};
pub use singletons::{PyEllipsis, PyNone, PyNotImplemented};
pub use string::{PyString, PyStringMethods};
pub use traceback::{PyTraceback, PyTracebackMethods};
pub use tuple::{PyTuple, PyTupleMethods};
pub use typeobject::{PyType, PyTypeMethods};

/// A Python type whose [`Bound`](crate::Bound) also has the methods of any object: all but [`PyAny`] itself.
pub trait DerefToPyAny {}
