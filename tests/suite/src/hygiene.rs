//! The macros' output in odd surroundings.

use pyo3::prelude::*;

use crate::check::{eval, run};

tests![
    without_unsafe,
    without_a_prelude,
    with_shadowed_names,
    inside_of_functions,
    in_blocks_and_closures,
    by_macros,
    classes_by_macros,
    the_crate_under_other_paths,
    same_names_in_modules,
    visibility,
    names_like_the_macros_own,
    names_like_the_function,
    raw_identifiers,
    strict_lints,
];

/// No `unsafe` is written by the user, and none is needed.
mod no_unsafe {
    #![forbid(unsafe_code)]

    use pyo3::prelude::*;

    pub(super) fn call(py: Python<'_>) -> PyResult<i32> {
        let function = wrap_pyfunction!(super::safe_functions::add, py)?;
        function.call1((1, 2))?.extract()
    }
}

mod safe_functions {
    use pyo3::prelude::*;

    #[pyfunction]
    pub(super) fn add(a: i32, b: i32) -> i32 {
        a + b
    }
}

fn without_unsafe(py: Python<'_>) -> PyResult<()> {
    assert_eq!(no_unsafe::call(py)?, 3);
    Ok(())
}

/// Nothing is imported here, neither Rust's prelude nor ours.
mod bare {
    #![no_implicit_prelude]

    #[::pyo3::pyfunction]
    #[pyo3(signature = (a, b = 2, *args, c = ::core::option::Option::None, **kwargs))]
    pub(super) fn all(
        a: i32,
        b: i32,
        args: &::pyo3::Bound<'_, ::pyo3::types::PyTuple>,
        c: ::core::option::Option<i32>,
        kwargs: ::core::option::Option<&::pyo3::Bound<'_, ::pyo3::types::PyDict>>,
    ) -> ::pyo3::PyResult<i32> {
        let _ = (args, c, kwargs);
        ::core::result::Result::Ok(a + b)
    }

    #[::pyo3::pyfunction]
    pub(super) fn nothing() {}

    #[::pyo3::pymodule]
    #[pyo3(name = "everypy_suite_bare")]
    pub(super) fn module(m: &::pyo3::Bound<'_, ::pyo3::types::PyModule>) -> ::pyo3::PyResult<()> {
        let function = ::pyo3::wrap_pyfunction!(all, m)?;
        ::pyo3::types::PyModuleMethods::add_function(m, function)?;
        ::pyo3::types::PyModuleMethods::add_function(m, ::pyo3::wrap_pyfunction!(nothing, m)?)
    }
}

fn without_a_prelude(py: Python<'_>) -> PyResult<()> {
    let all = wrap_pyfunction!(bare::all, py)?;
    assert!(all.call1((1,))?.eq(3)?);
    assert!(wrap_pyfunction!(bare::nothing, py)?.call0()?.is_none());
    Ok(())
}

/// The names that macros like to use are the user's own here.
mod shadowed {
    #![expect(dead_code, unused_macros, non_snake_case, non_upper_case_globals, reason = "they are only to be in the way")]

    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Vec;
    pub(super) struct String;
    pub(super) struct Box;
    pub(super) fn Ok() {}
    pub(super) fn Err() {}
    pub(super) fn Some() {}
    pub(super) const None: i32 = 0;
    pub(super) fn drop() {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod pyo3 {}
    pub(super) mod everypy {}
    pub(super) struct Python;
    pub(super) struct PyErr;
    pub(super) struct PyResult;
    pub(super) struct Bound;

    macro_rules! panic {
        ($($any:tt)*) => { compile_error!("the user's own") };
    }
    macro_rules! concat {
        ($($any:tt)*) => { compile_error!("the user's own") };
    }
    macro_rules! stringify {
        ($($any:tt)*) => { compile_error!("the user's own") };
    }

    #[::pyo3::pyfunction]
    #[pyo3(signature = (a, b = 2, *, c = 3))]
    pub(super) fn sum(a: i32, b: i32, c: i32) -> i32 {
        a + b + c
    }

    #[::pyo3::pyfunction]
    pub(super) fn fallible(py: ::pyo3::Python<'_>, a: i32) -> ::core::result::Result<(), ::pyo3::PyErr> {
        let _ = (py, a);
        ::core::result::Result::Ok(())
    }
}

fn with_shadowed_names(py: Python<'_>) -> PyResult<()> {
    assert!(wrap_pyfunction!(shadowed::sum, py)?.call1((1,))?.eq(6)?);
    assert!(wrap_pyfunction!(shadowed::fallible, py)?.call1((1,))?.is_none());
    Ok(())
}

fn inside_of_functions(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    #[pyo3(signature = (a, b = 1))]
    fn inner(a: i32, b: i32) -> i32 {
        a + b
    }

    fn deeper(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        #[pyfunction]
        fn innermost() -> &'static str {
            "deeper"
        }
        Ok(wrap_pyfunction!(innermost, py)?.into_any())
    }

    assert!(wrap_pyfunction!(inner, py)?.call1((1,))?.eq(2)?);
    assert!(deeper(py)?.call0()?.eq("deeper")?);
    Ok(())
}

fn in_blocks_and_closures(py: Python<'_>) -> PyResult<()> {
    let make = |py| {
        #[pyfunction]
        fn in_closure(a: i32) -> i32 {
            a * 2
        }
        wrap_pyfunction!(in_closure, py)
    };
    assert!(make(py)?.call1((4,))?.eq(8)?);
    let function = {
        #[pyfunction]
        fn in_block() -> i32 {
            1
        }
        wrap_pyfunction!(in_block, py)?
    };
    assert!(function.call0()?.eq(1)?);
    Ok(())
}

macro_rules! make_functions {
    ($($name:ident: $ty:ty = $default:expr;)*) => {
        $(
            #[pyfunction]
            #[pyo3(signature = (value = $default))]
            fn $name(value: $ty) -> $ty {
                value
            }
        )*
    };
}
make_functions! {
    made_number: i64 = 5;
    made_text: String = "text".to_owned();
}

/// Functions whose names, types and defaults come out of a macro.
fn by_macros(py: Python<'_>) -> PyResult<()> {
    let (number, text) = (wrap_pyfunction!(made_number, py)?, wrap_pyfunction!(made_text, py)?);
    assert!(number.call0()?.eq(5)? && number.call1((6,))?.eq(6)?);
    assert!(text.call0()?.eq("text")? && text.call1(("x",))?.eq("x")?);
    Ok(())
}

macro_rules! make_class {
    ($class:ident, $field:ident: $ty:ty, $method:ident, $parameter:ident, $option:ident) => {
        #[pyclass($option, str = "{count}")]
        #[derive(PartialEq, Clone)]
        struct $class {
            #[pyo3(get, set)]
            $field: $ty,
            count: usize,
        }

        #[pymethods]
        impl $class {
            #[new]
            fn new($parameter: $ty) -> $class {
                $class { $field: $parameter, count: 1 }
            }

            fn $method(&self, $parameter: $ty) -> PyResult<$ty> {
                Ok(self.$field.clone() + &$parameter)
            }

            fn of(slf: PyRef<'_, $class>, $parameter: usize) -> usize {
                slf.count + $parameter
            }

            #[getter]
            fn twice(&self) -> $ty {
                self.$field.repeat(2)
            }

            #[setter]
            fn set_twice(&mut self, $parameter: $ty) {
                self.$field = $parameter;
            }

            fn __len__(&self) -> usize {
                self.count
            }

            fn __add__(&self, $parameter: $ty) -> $ty {
                self.$field.clone() + &$parameter
            }
        }
    };
}
make_class!(MadeClass, text: String, joined, other, eq);

/// A class whose parts, down to its parameters and options, come out of a macro.
fn classes_by_macros(py: Python<'_>) -> PyResult<()> {
    let object = py.get_type::<MadeClass>().call1(("a",))?;
    assert!(object.call_method1("joined", ("b",))?.eq("ab")?);
    assert!(object.call_method1("of", (4,))?.eq(5)?);
    assert!(object.getattr("twice")?.eq("aa")?);
    object.setattr("twice", "c")?;
    assert!(object.getattr("text")?.eq("c")? && object.add("d")?.eq("cd")?);
    assert!(object.len()? == 1 && object.str()?.to_cow()? == "1");
    assert!(object.eq(py.get_type::<MadeClass>().call1(("c",))?)?);
    Ok(())
}

/// A crate that re-exports ours, as a framework would.
mod framework {
    pub(super) mod python {
        pub(in crate::hygiene) use ::pyo3::*;
    }
}

#[framework::python::pyfunction]
#[pyo3(crate = "framework::python")]
fn through_a_framework(a: i32) -> i32 {
    a + 1
}

#[framework::python::pyfunction(crate = "crate::hygiene::framework::python", signature = (a, *, b = 1))]
fn through_an_absolute_path(a: i32, b: i32) -> i32 {
    a + b
}

fn the_crate_under_other_paths(py: Python<'_>) -> PyResult<()> {
    assert!(wrap_pyfunction!(through_a_framework, py)?.call1((1,))?.eq(2)?);
    assert!(wrap_pyfunction!(through_an_absolute_path, py)?.call1((1,))?.eq(2)?);
    Ok(())
}

mod first {
    #[pyo3::pyfunction]
    pub(super) fn same() -> i32 {
        1
    }
}

mod second {
    #[pyo3::pyfunction]
    pub(super) fn same() -> i32 {
        2
    }
}

fn same_names_in_modules(py: Python<'_>) -> PyResult<()> {
    use second::same as renamed;
    assert!(wrap_pyfunction!(first::same, py)?.call0()?.eq(1)?);
    assert!(wrap_pyfunction!(second::same, py)?.call0()?.eq(2)?);
    assert!(wrap_pyfunction!(renamed, py)?.call0()?.eq(2)?);
    Ok(())
}

pub(crate) mod outer {
    pub(crate) mod inner {
        #[pyo3::pyfunction]
        pub(in crate::hygiene) fn restricted() -> i32 {
            3
        }

        #[pyo3::pyfunction]
        pub(crate) fn for_the_crate() -> i32 {
            4
        }
    }
}

fn visibility(py: Python<'_>) -> PyResult<()> {
    assert!(wrap_pyfunction!(outer::inner::restricted, py)?.call0()?.eq(3)?);
    assert!(wrap_pyfunction!(outer::inner::for_the_crate, py)?.call0()?.eq(4)?);
    Ok(())
}

/// Parameters that are called as things in the output might be.
#[pyfunction]
#[pyo3(signature = (args, kwargs, py_, result, module, place, name, value, _slf = 0, __py = 0, __result = 0, __args = 0, __room = 0))]
#[expect(clippy::too_many_arguments, reason = "as many as there are such names")]
fn awkward(
    args: i32,
    kwargs: i32,
    py_: i32,
    result: i32,
    module: i32,
    place: i32,
    name: i32,
    value: i32,
    _slf: i32,
    __py: i32,
    __result: i32,
    __args: i32,
    __room: i32,
) -> i32 {
    args + kwargs + py_ + result + module + place + name + value + _slf + __py + __result + __args + __room
}

fn names_like_the_macros_own(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(awkward, py)?;
    assert!(function.call1((1, 2, 3, 4, 5, 6, 7, 8))?.eq(36)?);
    run(py, &[("f", function.as_any())], "
assert f(args=1, kwargs=2, py_=3, result=4, module=5, place=6, name=7, value=8, __py=9, __room=10) == 55
")?;
    Ok(())
}

/// A function, a parameter, a type, a module and a constant of one name.
#[pyfunction]
fn twin(twin: i32) -> i32 {
    twin
}

#[pyfunction]
#[pyo3(signature = (call = TWIN))]
fn call(call: i32) -> i32 {
    call
}

const TWIN: i32 = 7;

fn names_like_the_function(py: Python<'_>) -> PyResult<()> {
    assert!(wrap_pyfunction!(twin, py)?.call1((5,))?.eq(5)?);
    assert!(wrap_pyfunction!(call, py)?.call0()?.eq(7)?);
    Ok(())
}

#[pyfunction]
fn r#async(r#await: i32) -> i32 {
    r#await
}

mod r#mod {
    #[pyo3::pyfunction]
    pub(super) fn r#dyn(r#type: &str) -> usize {
        r#type.len()
    }
}

#[pyclass(get_all, str = "{type} at {in}")]
struct r#Struct {
    r#type: &'static str,
    r#in: usize,
}

fn raw_identifiers(py: Python<'_>) -> PyResult<()> {
    let object = Bound::new(py, r#Struct { r#type: "int", r#in: 3 })?;
    assert!(object.str()?.to_cow()? == "int at 3" && object.getattr("in")?.eq(3)?);
    let function = wrap_pyfunction!(r#async, py)?;
    assert!(function.getattr("__name__")?.eq("async")?);
    assert!(function.call((), Some(&eval(py, "{'await': 5}").cast_into()?))?.eq(5)?);
    let function = wrap_pyfunction!(r#mod::r#dyn, py)?;
    assert!(function.getattr("__name__")?.eq("dyn")?);
    assert!(function.call1(("four",))?.eq(4)?);
    Ok(())
}

mod strict {
    #![deny(
        warnings,
        missing_docs,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::undocumented_unsafe_blocks,
        clippy::unwrap_used
    )]

    use pyo3::prelude::*;

    #[pyfunction]
    #[pyo3(signature = (first, second = 2, *, third = None))]
    pub(super) fn linted(first: i32, second: i32, third: Option<i32>) -> PyResult<i32> {
        Ok(i32::from(u8::try_from(first)?) + second + third.unwrap_or(0))
    }

    #[pyfunction]
    pub(super) fn nothing() {
        std::thread::yield_now();
    }

    #[pyclass(eq, ord, hash, frozen, str, from_py_object)]
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub(super) struct Number {
        #[pyo3(get)]
        value: u32,
    }

    impl std::fmt::Display for Number {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.value.fmt(f)
        }
    }

    #[pymethods]
    impl Number {
        #[classattr]
        const ZERO: u32 = 0;

        #[new]
        const fn new(value: u32) -> Self {
            Self { value }
        }

        #[getter]
        const fn next(&self) -> u32 {
            self.value.saturating_add(1)
        }

        const fn __len__(&self) -> usize {
            self.value as usize
        }

        const fn plus(&self, other: &Self) -> u32 {
            self.value.saturating_add(other.value)
        }
    }
}

fn strict_lints(py: Python<'_>) -> PyResult<()> {
    assert!(wrap_pyfunction!(strict::linted, py)?.call1((1,))?.eq(3)?);
    assert!(wrap_pyfunction!(strict::nothing, py)?.call0()?.is_none());
    let number = py.get_type::<strict::Number>().call1((5,))?;
    assert!(number.call_method1("plus", (&number,))?.eq(10)? && number.getattr("next")?.eq(6)?);
    Ok(())
}
