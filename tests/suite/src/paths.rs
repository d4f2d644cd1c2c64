//! Paths and the names of files, which need not be UTF-8.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::check::{define, eval, raises, raises_like};

tests![
    names_go_both_ways,
    names_that_are_no_utf8,
    surrogates_that_are_no_bytes,
    path_objects,
    paths_become_path_objects,
    wrong_types,
];

fn names_go_both_ways(py: Python<'_>) -> PyResult<()> {
    for name in ["", "a", "ä/木/🌲", "with space\n"] {
        let object = OsStr::new(name).into_pyobject(py)?;
        assert!(object == name);
        assert!(OsString::from(name).into_pyobject(py)? == name);
        assert!((&OsString::from(name)).into_pyobject(py)? == name);
        assert_eq!(object.extract::<OsString>()?, name);
        assert_eq!(object.extract::<PathBuf>()?, Path::new(name));
    }
    Ok(())
}

/// Bytes that are no UTF-8 are surrogates in Python, as `os.fsdecode` gives them.
#[cfg(unix)]
fn names_that_are_no_utf8(py: Python<'_>) -> PyResult<()> {
    use std::os::unix::ffi::OsStrExt as _;

    for bytes in [&b"caf\xe9.txt"[..], b"\xff", b"\x80\xc0\xaf", b"a\xed\xa0\x80b", b"\xf0\x9f\x8c", b"ok \xc3\xa4 \xe4"] {
        let name = OsStr::from_bytes(bytes);
        let object = name.into_pyobject(py)?;
        let code = "lambda bytes: bytes.decode('utf-8', 'surrogateescape')";
        assert!(object.as_any().eq(eval(py, code).call1((bytes,))?)?, "{object:?}");
        assert_eq!(object.extract::<OsString>()?, name);
        assert_eq!(object.extract::<PathBuf>()?, Path::new(name));
        raises::<PyUnicodeEncodeError, _, _>(py, object.extract::<&str>());
    }
    Ok(())
}

#[cfg(not(unix))]
fn names_that_are_no_utf8(py: Python<'_>) -> PyResult<()> {
    use std::os::windows::ffi::OsStringExt as _;

    let name = OsString::from_wide(&[0x61, 0xd800, 0x62]);
    assert_eq!(name.as_os_str().into_pyobject(py)?.extract::<OsString>()?, name);
    Ok(())
}

/// A surrogate that stands for no byte: what `str.encode` raises, as `os.stat` does.
#[cfg(unix)]
fn surrogates_that_are_no_bytes(py: Python<'_>) {
    for expression in ["'\\ud800'", "'a\\udc7f'", "'\\udfff'"] {
        let object = eval(py, expression);
        raises::<PyUnicodeEncodeError, _, _>(py, object.extract::<OsString>());
        raises::<PyUnicodeEncodeError, _, _>(py, object.extract::<PathBuf>());
        let code = "value.encode('utf-8', 'surrogateescape')";
        raises_like(py, object.extract::<PathBuf>(), &[("value", &object)], code);
    }
}

#[cfg(not(unix))]
fn surrogates_that_are_no_bytes(_py: Python<'_>) {}

const PATH_LIKE: &str = "
class PathLike:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        if isinstance(self.path, Exception):
            raise self.path
        return self.path
";

fn path_objects(py: Python<'_>) -> PyResult<()> {
    let class = define(py, "PathLike", PATH_LIKE);
    let object = class.call1(("some/🌲",))?;
    assert_eq!(object.extract::<PathBuf>()?, Path::new("some/🌲"));
    let path = eval(py, "__import__('pathlib').PurePosixPath('some', 'where')");
    assert_eq!(path.extract::<PathBuf>()?, Path::new("some/where"));
    // A name is a `str` only.
    raises::<PyTypeError, _, _>(py, object.extract::<OsString>());
    let failing = class.call1((eval(py, "ZeroDivisionError()"),))?;
    raises::<PyZeroDivisionError, _, _>(py, failing.extract::<PathBuf>());
    let wrong = class.call1((7,))?;
    raises_like(py, wrong.extract::<PathBuf>(), &[("value", &wrong)], "import os; os.fspath(value)");
    raises::<PyTypeError, _, _>(py, class.call1((&b"bytes"[..],))?.extract::<PathBuf>());
    Ok(())
}

fn paths_become_path_objects(py: Python<'_>) -> PyResult<()> {
    let class = eval(py, "__import__('pathlib').Path");
    let path = PathBuf::from("some/🌲");
    for object in [
        path.clone().into_pyobject(py)?,
        (&path).into_pyobject(py)?,
        path.as_path().into_pyobject(py)?,
    ] {
        assert!(object.is_instance(&class)?);
        assert!(object.str()? == "some/🌲" || cfg!(windows));
        assert_eq!(object.extract::<PathBuf>()?, path);
    }
    Ok(())
}

/// A `TypeError`, as `os.fspath` raises it; also for `bytes`, which are no path here.
fn wrong_types(py: Python<'_>) {
    for wrong in ["7", "None", "1.5", "['a']", "object()", "str"] {
        let object = eval(py, wrong);
        raises::<PyTypeError, _, _>(py, object.extract::<PathBuf>());
        raises::<PyTypeError, _, _>(py, object.extract::<OsString>());
        raises_like(py, object.extract::<PathBuf>(), &[("value", &object)], "import os; os.fspath(value)");
    }
    raises::<PyTypeError, _, _>(py, eval(py, "b'a'").extract::<PathBuf>());
    assert!(PyString::new(py, "a").extract::<PathBuf>().is_ok());
}
