//! Properties of the conversions of numbers and text, with values that are drawn.
//!
//! The values come from a generator with a fixed seed, so that each run sees the same ones; a failure names the seed and
//! the smallest value that fails. `EVERYPY_SEED` (a number) draws others.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use pyo3::exceptions::{PyOverflowError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt, PyString};

use crate::check::eval;

tests![
    integers_go_both_ways,
    integers_are_those_of_python,
    integers_fit_or_overflow,
    integers_of_any_size,
    sums_are_those_of_python,
    floats_go_both_ways,
    floats_of_integers,
    single_floats,
    characters,
    texts_go_both_ways,
    texts_are_those_of_python,
    texts_with_surrogates,
    bytes_go_both_ways,
    names_of_files,
    vectors_and_tuples,
];

const CASES: u32 = 256;

/// Draws values and checks each.
#[track_caller]
fn check<S: Strategy>(values: S, property: impl Fn(S::Value) -> PyResult<()>)
where
    S::Value: Debug,
{
    let seed: u64 = std::env::var("EVERYPY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(37_315);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let result = runner.run(&values, |value| {
        property(value).map_err(|error| TestCaseError::fail(error.to_string()))
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, value)) => panic!("{reason}: {value:?} (EVERYPY_SEED={seed})"),
        Err(error) => panic!("{error} (EVERYPY_SEED={seed})"),
    }
}

/// Runs a macro for every type.
macro_rules! every_integer {
    ($run:ident) => {
        $run!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);
    };
}

/// Any integer, with those near a power of two as likely as the others: all values of a uniform draw are long.
fn any_i128() -> impl Strategy<Value = i128> {
    prop_oneof![
        any::<i128>(),
        any::<i64>().prop_map(i128::from),
        (0_u32..127, -2_i128..=2, any::<bool>()).prop_map(|(shift, offset, negative)| {
            let value = (1_i128 << shift) + offset;
            if negative { -value } else { value }
        }),
    ]
}

fn any_u128() -> impl Strategy<Value = u128> {
    prop_oneof![
        any::<u128>(),
        any::<u64>().prop_map(u128::from),
        (0_u32..128, -2_i8..=2).prop_map(|(shift, offset)| (1_u128 << shift).wrapping_add_signed(offset.into())),
    ]
}

fn integers_go_both_ways(py: Python<'_>) {
    macro_rules! run {
        ($($ty:ident),*) => {
            $(
                check(any_u128(), |value| {
                    // All bits of the type, near its ends as well as near zero.
                    let value = value as $ty;
                    let object = value.into_pyobject(py)?;
                    prop_assert_is(object.is_exact_instance_of::<PyInt>())?;
                    prop_assert_is(object.extract::<$ty>()? == value)
                });
            )*
        };
    }
    every_integer!(run);
}

/// As an error that a property can return.
#[track_caller]
fn prop_assert_is(holds: bool) -> PyResult<()> {
    let place = core::panic::Location::caller();
    if holds {
        Ok(())
    } else {
        Err(pyo3::exceptions::PyAssertionError::new_err(format!("does not hold, {place}")))
    }
}

/// Python reads the digits, and writes the same.
fn integers_are_those_of_python(py: Python<'_>) {
    let int = py.get_type::<PyInt>();
    check(any_i128(), |value| {
        let object = int.call1((value.to_string(),))?;
        prop_assert_is(object.extract::<i128>()? == value)?;
        prop_assert_is(value.into_pyobject(py)?.eq(&object)?)?;
        prop_assert_is(value.into_pyobject(py)?.to_string() == value.to_string())
    });
    check(any_u128(), |value| {
        let object = int.call1((value.to_string(),))?;
        prop_assert_is(object.extract::<u128>()? == value)?;
        prop_assert_is(value.into_pyobject(py)?.eq(&object)?)?;
        prop_assert_is(value.into_pyobject(py)?.to_string() == value.to_string())
    });
}

/// An `int` becomes a Rust integer if it fits, as `TryFrom` says, and is an `OverflowError` if not.
fn integers_fit_or_overflow(py: Python<'_>) {
    macro_rules! run {
        ($($ty:ident),*) => {
            $(
                check(any_i128(), |value| {
                    let object = value.into_pyobject(py)?;
                    match ($ty::try_from(value), object.extract::<$ty>()) {
                        (Ok(expected), Ok(extracted)) => prop_assert_is(expected == extracted),
                        (Err(_), Err(error)) => prop_assert_is(error.is_instance_of::<PyOverflowError>(py)),
                        _ => prop_assert_is(false),
                    }
                });
            )*
        };
    }
    every_integer!(run);
}

/// Up to a thousand digits.
fn integers_of_any_size(py: Python<'_>) {
    let int = py.get_type::<PyInt>();
    check("-?[1-9][0-9]{0,1000}", |digits| {
        let object = int.call1((&digits,))?;
        match (digits.parse::<i128>(), object.extract::<i128>()) {
            (Ok(expected), Ok(extracted)) => prop_assert_is(expected == extracted),
            (Err(_), Err(error)) => prop_assert_is(error.is_instance_of::<PyOverflowError>(py)),
            _ => prop_assert_is(false),
        }?;
        match (digits.parse::<u64>(), object.extract::<u64>()) {
            (Ok(expected), Ok(extracted)) => prop_assert_is(expected == extracted),
            (Err(_), Err(error)) => prop_assert_is(error.is_instance_of::<PyOverflowError>(py)),
            _ => prop_assert_is(false),
        }
    });
}

fn sums_are_those_of_python(py: Python<'_>) {
    check((any::<i64>(), any::<i64>()), |(a, b)| {
        let sum = a.into_pyobject(py)?.add(b)?;
        prop_assert_is(sum.extract::<i128>()? == i128::from(a) + i128::from(b))?;
        let product = a.into_pyobject(py)?.mul(b)?;
        prop_assert_is(product.extract::<i128>()? == i128::from(a) * i128::from(b))
    });
}

/// Whether two numbers are the same to the last bit, where all that are none are the same.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

const ANY_F64: proptest::num::f64::Any = proptest::num::f64::ANY;

fn floats_go_both_ways(py: Python<'_>) {
    check(ANY_F64, |value| {
        let object = value.into_pyobject(py)?;
        prop_assert_is(object.is_exact_instance_of::<PyFloat>())?;
        prop_assert_is(same(object.value(), value) && same(object.extract::<f64>()?, value))?;
        // The shortest text that means this number.
        let text: String = object.repr()?.extract()?;
        prop_assert_is(same(text.parse::<f64>().unwrap_or(f64::NAN), value))
    });
}

fn floats_of_integers(py: Python<'_>) {
    check(any_i128(), |value| {
        let object = value.into_pyobject(py)?;
        prop_assert_is(same(object.extract::<f64>()?, value as f64))
    });
}

fn single_floats(py: Python<'_>) {
    check(proptest::num::f32::ANY, |value| {
        let object = value.into_pyobject(py)?;
        prop_assert_is(same(object.value(), f64::from(value)))?;
        prop_assert_is(same(object.extract::<f32>()?.into(), value.into()))
    });
    check(ANY_F64, |value| prop_assert_is(same(value.into_pyobject(py)?.extract::<f32>()?.into(), (value as f32).into())));
}

fn characters(py: Python<'_>) {
    let (chr, ord) = (eval(py, "chr"), eval(py, "ord"));
    check(any::<char>(), |value| {
        let object = value.into_pyobject(py)?;
        prop_assert_is(object.extract::<char>()? == value)?;
        prop_assert_is(ord.call1((&object,))?.extract::<u32>()? == u32::from(value))?;
        prop_assert_is(chr.call1((u32::from(value),))?.extract::<char>()? == value)
    });
}

/// Text of characters of every width, mixed or not.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,40}", "[\u{0}-\u{ff}]{0,20}", "[ä木🌲a\u{0}]{0,20}", "[\u{10000}-\u{10ffff}]{0,10}"]
}

fn texts_go_both_ways(py: Python<'_>) {
    check(any_text(), |text| {
        let object = text.as_str().into_pyobject(py)?;
        prop_assert_is(object.is_exact_instance_of::<PyString>())?;
        prop_assert_is(object.extract::<&str>()? == text)?;
        prop_assert_is(object.extract::<String>()? == text)?;
        prop_assert_is(object.extract::<Cow<'_, str>>()? == text)?;
        prop_assert_is(object.to_str()? == text && object.to_string_lossy() == text)?;
        prop_assert_is(object.len()? == text.chars().count())?;
        prop_assert_is(object == *text)?;
        prop_assert_is(PyString::intern(py, &text).to_str()? == text)
    });
}

/// Made of numbers by Python, and taken apart by it.
fn texts_are_those_of_python(py: Python<'_>) {
    let (join, split) = (eval(py, "lambda codes: ''.join(map(chr, codes))"), eval(py, "lambda text: list(map(ord, text))"));
    check(any_text(), |text| {
        let codes: Vec<u32> = text.chars().map(u32::from).collect();
        prop_assert_is(split.call1((&text,))?.extract::<Vec<u32>>()? == codes)?;
        prop_assert_is(join.call1((codes,))?.extract::<&str>()? == text)
    });
}

/// Any code points: what `str.encode` makes of them or the error that it raises, strictly for text and with escapes for
/// the names of files. (GraalPy takes two surrogates in a row for one character, but it does so itself.)
fn texts_with_surrogates(py: Python<'_>) {
    let join = eval(py, "lambda codes: ''.join(map(chr, codes))");
    let code = prop_oneof![0_u32..0x80, 0xd7f0_u32..0xe010, 0xdc80_u32..0xdd00, 0x1_0000_u32..0x11_0000];
    check(proptest::collection::vec(code, 0..8), |codes| {
        let object = join.call1((&codes,))?;
        let text: Option<String> = codes.iter().map(|&code| char::from_u32(code)).collect();
        let extracted = object.extract::<String>();
        if let Some(text) = text {
            prop_assert_is(*extracted.as_ref().map_err(|error| error.clone_ref(py))? == text)?;
        }
        match (object.call_method1("encode", ("utf-8",)), extracted) {
            (Ok(expected), Ok(extracted)) => prop_assert_is(expected.extract::<&[u8]>()? == extracted.as_bytes()),
            (Err(expected), Err(error)) => same_error(py, &expected, &error),
            _ => prop_assert_is(false),
        }?;
        let expected = object.call_method1("encode", ("utf-8", "surrogateescape"));
        match (expected, object.extract::<OsString>()) {
            (Ok(expected), Ok(name)) => {
                prop_assert_is(cfg!(not(unix)) || expected.extract::<&[u8]>()? == name.as_encoded_bytes())?;
                prop_assert_is(name.as_os_str().into_pyobject(py)?.extract::<OsString>()? == name)
            }
            (Err(expected), Err(error)) => same_error(py, &expected, &error),
            _ => prop_assert_is(cfg!(not(unix))),
        }
    });
}

/// Both are the error of a codec, with the same fields.
fn same_error(py: Python<'_>, expected: &PyErr, error: &PyErr) -> PyResult<()> {
    prop_assert_is(error.is_instance_of::<PyUnicodeEncodeError>(py))?;
    prop_assert_is(error.value(py).getattr("args")?.eq(expected.value(py).getattr("args")?)?)
}

fn bytes_go_both_ways(py: Python<'_>) {
    check(any::<Vec<u8>>(), |bytes| {
        let object = PyBytes::new(py, &bytes);
        prop_assert_is(object.as_bytes() == bytes)?;
        prop_assert_is(object.extract::<Vec<u8>>()? == bytes && object.extract::<&[u8]>()? == bytes)?;
        prop_assert_is((&bytes).into_pyobject(py)?.eq(&object)?)?;
        let numbers: Vec<u16> = bytes.iter().copied().map(u16::from).collect();
        prop_assert_is(eval(py, "bytes").call1((numbers,))?.eq(&object)?)
    });
}

/// Any bytes can be the name of a file; Python's own functions give the same `str` and take it back.
#[cfg(unix)]
fn names_of_files(py: Python<'_>) {
    use std::os::unix::ffi::OsStringExt as _;

    let decode = eval(py, "lambda name: name.decode('utf-8', 'surrogateescape')");
    let encode = eval(py, "lambda name: name.encode('utf-8', 'surrogateescape')");
    let bytes = prop_oneof![any::<Vec<u8>>(), any::<String>().prop_map(String::into_bytes)];
    check(bytes, |bytes| {
        let name = OsString::from_vec(bytes.clone());
        let object = name.as_os_str().into_pyobject(py)?;
        prop_assert_is(object.extract::<OsString>()? == name)?;
        prop_assert_is(object.as_any().eq(decode.call1((PyBytes::new(py, &bytes),))?)?)?;
        prop_assert_is(encode.call1((&object,))?.extract::<&[u8]>()? == bytes)
    });
}

#[cfg(not(unix))]
fn names_of_files(py: Python<'_>) {
    check(any::<String>(), |text| {
        let name = OsString::from(text);
        prop_assert_is(name.as_os_str().into_pyobject(py)?.extract::<OsString>()? == name)
    });
}

fn vectors_and_tuples(py: Python<'_>) {
    use proptest::collection::vec;
    type Value = (Vec<i64>, Option<String>, (u8, f64), Vec<Vec<bool>>);
    let values = (vec(any::<i64>(), 0..20), any::<Option<String>>(), any::<(u8, f64)>());
    let values = (values, vec(vec(any::<bool>(), 0..4), 0..4));
    check(values, |((numbers, text, pair), lists)| {
        let value: Value = (numbers, text, pair, lists);
        let object = value.clone().into_pyobject(py)?;
        let again: Value = object.extract()?;
        prop_assert_is(again.0 == value.0 && again.1 == value.1 && again.3 == value.3)?;
        prop_assert_is(again.2.0 == value.2.0 && same(again.2.1, value.2.1))
    });
}
