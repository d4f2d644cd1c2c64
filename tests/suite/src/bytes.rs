//! `bytes`, and bytes in Rust.

use std::borrow::Cow;

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::check::{define, eval, is_pypy, raises, try_define};

tests![both_ways, borrowed_bytes, vectors_of_bytes, other_containers, wrong_types, subclasses, subclasses_that_lie];

fn both_ways(py: Python<'_>) -> PyResult<()> {
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [&b""[..], b"\0", b"a\0b", b"\xff\xfe", &all, &vec![7; 100_000]] {
        let object = PyBytes::new(py, bytes);
        assert!(object.is_exact_instance_of::<PyBytes>());
        assert_eq!(object.as_bytes(), bytes);
        assert_eq!(object.len()?, bytes.len());
        assert_eq!(object.extract::<&[u8]>()?, bytes);
        assert_eq!(object.extract::<Vec<u8>>()?, bytes);
        assert_eq!(object.extract::<Cow<'_, [u8]>>()?, bytes);
        assert_eq!(object.clone().unbind().as_bytes(py), bytes);
        assert!(object.eq(bytes)?);
        let numbers = py.import("builtins")?.getattr("list")?.call1((&object,))?;
        assert!(py.import("builtins")?.getattr("bytes")?.call1((numbers,))?.eq(&object)?);
    }
    Ok(())
}

fn borrowed_bytes(py: Python<'_>) -> PyResult<()> {
    let object = eval(py, "bytes(range(100)) * 10");
    let bytes: &[u8] = object.extract()?;
    assert!(matches!(object.extract::<Cow<'_, [u8]>>()?, Cow::Borrowed(same) if same == bytes));
    eval(py, "[bytes(n) for n in range(1000)]");
    py.import("gc")?.call_method0("collect")?;
    assert_eq!(bytes.len(), 1000);
    assert!((0..1000).all(|n| usize::from(bytes[n]) == n % 100));
    Ok(())
}

/// They become `bytes`, not a list of numbers; other integers become a list.
fn vectors_of_bytes(py: Python<'_>) -> PyResult<()> {
    let bytes = [1_u8, 2, 255];
    let objects = [
        bytes.to_vec().into_pyobject(py)?,
        (&bytes.to_vec()).into_pyobject(py)?,
        bytes[..].into_pyobject(py)?,
        bytes.into_pyobject(py)?,
        (&bytes).into_pyobject(py)?,
        Cow::Borrowed(&bytes[..]).into_pyobject(py)?,
        Cow::<'_, [u8]>::Owned(bytes.to_vec()).into_pyobject(py)?,
    ];
    for object in objects {
        assert!(object.is_exact_instance_of::<PyBytes>());
        assert_eq!(object.extract::<[u8; 3]>()?, bytes);
    }
    assert!(Vec::<u8>::new().into_pyobject(py)?.is_exact_instance_of::<PyBytes>());
    assert!(vec![1_i8].into_pyobject(py)?.is_exact_instance_of::<PyList>());
    assert!(vec![1_u16].into_pyobject(py)?.is_exact_instance_of::<PyList>());
    Ok(())
}

/// A vector, and a `Cow` that owns, take any sequence of numbers.
fn other_containers(py: Python<'_>) -> PyResult<()> {
    for expression in ["bytearray(b'abc')", "[97, 98, 99]", "(97, 98, 99)", "memoryview(b'abc')", "range(97, 100)"] {
        let object = eval(py, expression);
        assert_eq!(object.extract::<Vec<u8>>()?, b"abc", "{expression}");
        assert!(matches!(object.extract::<Cow<'_, [u8]>>()?, Cow::Owned(bytes) if bytes == b"abc"));
        raises::<PyTypeError, _, _>(py, object.extract::<&[u8]>());
    }
    raises::<PyOverflowError, _, _>(py, eval(py, "[1, 256]").extract::<Vec<u8>>());
    raises::<PyOverflowError, _, _>(py, eval(py, "[-1]").extract::<Vec<u8>>());
    Ok(())
}

fn wrong_types(py: Python<'_>) {
    for wrong in ["'abc'", "7", "None", "object()", "{1, 2}", "['a']"] {
        let object = eval(py, wrong);
        raises::<PyTypeError, _, _>(py, object.extract::<Vec<u8>>());
        raises::<PyTypeError, _, _>(py, object.extract::<&[u8]>());
        raises::<PyTypeError, _, _>(py, object.extract::<Cow<'_, [u8]>>());
    }
}

fn subclasses(py: Python<'_>) -> PyResult<()> {
    let bytes = define(py, "value", "class Bytes(bytes): pass\nvalue = Bytes(b'a\\0b')");
    assert_eq!(bytes.extract::<&[u8]>()?, b"a\0b");
    assert_eq!(bytes.extract::<Vec<u8>>()?, b"a\0b");
    assert_eq!(bytes.cast::<PyBytes>()?.as_bytes(), b"a\0b");
    Ok(())
}

/// What a class says of its length is not how much there is.
fn subclasses_that_lie(py: Python<'_>) {
    for length in ["0", "99", "5000", "2 ** 62", "-1", "1 / 0"] {
        let code = format!(
            "class Bytes(bytes):\n    def __len__(self): return {length}\nvalue = Bytes(b'abc' * 1000)"
        );
        let value = try_define(py, "value", &code);
        let bytes = value.as_ref().map_err(|_| ()).and_then(|value| value.extract::<&[u8]>().map_err(|_| ()));
        match bytes {
            Ok(bytes) if is_pypy(py) => assert!(bytes.starts_with(&b"abc".repeat(1000)), "{length}"),
            Ok(bytes) => assert!(bytes == b"abc".repeat(1000), "{length}"),
            // PyPy makes C as much room as the class says, and hands it no such object if that is not enough.
            Err(()) => assert!(is_pypy(py), "{length}"),
        }
    }
}
