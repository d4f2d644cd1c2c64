//! The attribute macros of everypy. Use them through the crate `everypy`, which re-exports them.

#![forbid(unsafe_code)]

mod callable;
mod keys;
mod krate;
mod options;
mod pyclass;
mod pyfunction;
mod pymethods;
mod pymodule;
mod signature;
mod text;

use proc_macro::TokenStream;

/// Makes a Rust function callable from Python.
///
/// `wrap_pyfunction!(f, module)?` makes the function object; `module.add_function(…)` puts it into a module.
///
/// Options, here or in `#[pyo3(…)]`:
///
/// - `name = "f"`: its name in Python.
/// - `signature = (a, /, b = 1, *args, c, **kwargs)`: how it is called, in Python's own notation.
/// - `text_signature = "(a, b)"`: what `help` shows, if it is to differ.
/// - `pass_module`: the first parameter is the module that the function was added to.
/// - `crate = "path"`: where the crate `everypy` is, if it is re-exported.
///
/// A parameter of type `Python<'_>` is filled in and not seen from Python. `#[pyo3(from_py_with = f)]` on a parameter
/// converts it by `f`.
#[proc_macro_attribute]
pub fn pyfunction(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(pyfunction::expand(options.into(), item.into()))
}

/// Makes a function the initialisation of a Python module.
///
/// The function takes `&Bound<'_, PyModule>` (after a `Python<'_>`, if it wants one) and fills the module; its name is
/// the module's.
///
/// Options, here or in `#[pyo3(…)]`:
///
/// - `name = "m"`: its name in Python.
/// - `gil_used = true`: the module relies on the GIL, so a free-threaded interpreter turns it on.
/// - `multiple_interpreters`: the module may be imported into other interpreters than the main one, also into those with
///   a GIL of their own; without it that is an `ImportError`. It is a promise: no Python object is in a `static` but in a
///   `PyOnceLock`, no reference out of one is kept past the end of its interpreter, and no object is handed from one
///   interpreter to another.
/// - `crate = "path"`: where the crate `everypy` is, if it is re-exported.
#[proc_macro_attribute]
pub fn pymodule(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(pymodule::expand(options.into(), item.into()))
}

/// Makes a struct a Python class.
///
/// Options, here or in `#[pyo3(…)]`:
///
/// - `name = "C"`, `module = "package.module"`: what Python calls it.
/// - `frozen`: instances cannot be borrowed mutably, and so need no counting of borrows.
/// - `subclass`: Python and Rust classes can extend it.
/// - `extends = Base`: the class that it extends: a built-in one, or one of ours with `subclass`.
/// - `dict`, `weakref`: instances have a `__dict__`, can be referred to weakly.
/// - `unsendable`: instances may only be used by the thread that made them, so that the struct need not be `Send`.
/// - `get_all`, `set_all`: every field can be read, written.
/// - `sequence`, `mapping`: fills only the slots of the one or the other.
/// - `eq`, `ord`, `hash`, `str`: the comparisons, `__hash__` and `__str__` of the struct's own traits; `str = "{field}"`
///   for a text of its fields.
/// - `rename_all = "camelCase"`: how the names of fields are written in Python.
/// - `from_py_object`, `skip_from_py_object`: the struct is, or is not, made of an instance by copying it. Without
///   either it is if it can be copied.
/// - `crate = "path"`: where the crate `everypy` is, if it is re-exported.
///
/// A field with `#[pyo3(get, set, name = "x")]` is an attribute of instances.
#[proc_macro_attribute]
pub fn pyclass(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(pyclass::expand(options.into(), item.into()))
}

/// Makes the functions of an `impl` block methods of a Python class.
///
/// `#[new]` marks the constructor; `#[getter]`, `#[setter]`, `#[staticmethod]`, `#[classmethod]` and `#[classattr]` are
/// what they are in Python; methods such as `__repr__` and `__add__` become slots. Options of methods, in `#[pyo3(…)]`:
/// `name`, `signature` and `text_signature`, as for functions.
#[proc_macro_attribute]
pub fn pymethods(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(pymethods::expand(options.into(), item.into()))
}

fn expand(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
