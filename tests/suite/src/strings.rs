//! `str` and text.

use std::borrow::Cow;

use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::check::{define, eval, is_pypy, raises, raises_like, try_define};

tests![
    texts_go_both_ways,
    borrowed_text_stays,
    every_rust_type,
    subclasses,
    subclasses_that_lie,
    lone_surrogates,
    lossy_text,
    characters,
    wrong_types,
    interned_strings,
    comparison,
];

/// One to four bytes per character, the edges of each width, NUL, and text that is no ASCII by its last character only.
const TEXTS: &[&str] = &[
    "",
    "a",
    "ascii only",
    "\0",
    "a\0b",
    "\u{7f}",
    "\u{80}",
    "naïve",
    "\u{ff}",
    "\u{100}",
    "дерево",
    "\u{7ff}\u{800}",
    "木",
    "\u{d7ff}\u{e000}",
    "\u{feff}with a mark",
    "\u{fffd}\u{ffff}",
    "\u{10000}",
    "🌲 astral \u{10ffff}",
    "ascii and then ä",
];

fn texts_go_both_ways(py: Python<'_>) -> PyResult<()> {
    let encode = eval(py, "lambda text: list(text.encode('utf-8'))");
    for text in TEXTS {
        let string = PyString::new(py, text);
        assert!(string.is_exact_instance_of::<PyString>());
        assert_eq!(string.len()?, text.chars().count());
        assert_eq!(string.to_str()?, *text);
        assert_eq!(string.to_cow()?, *text);
        assert_eq!(string.to_string_lossy(), *text);
        assert_eq!(string.to_string(), *text);
        assert_eq!(string.encode_utf8()?.as_bytes(), text.as_bytes());
        // Python sees the same characters, and makes an equal string of them.
        assert_eq!(encode.call1((&string,))?.extract::<Vec<u8>>()?, text.as_bytes());
        let characters: Vec<u32> = text.chars().map(u32::from).collect();
        let python = eval(py, "lambda codes: ''.join(map(chr, codes))").call1((characters,))?;
        assert!(python.eq(&string)?);
        assert_eq!(python.extract::<&str>()?, *text);
        assert_eq!(python.cast::<PyString>()?.clone().unbind().to_str(py)?, *text);
        assert_eq!(python.cast::<PyString>()?.clone().unbind().to_cow(py)?, *text);
    }
    let long = "ab🌲".repeat(100_000);
    assert_eq!(PyString::new(py, &long).to_str()?, long);
    Ok(())
}

/// What is borrowed from a string does not move while the string lives, whatever else happens.
fn borrowed_text_stays(py: Python<'_>) -> PyResult<()> {
    for expression in ["'as' + 'cii'", "'dere' + 'во'", "'🌲' + 'x'"] {
        let string = eval(py, expression);
        let text = string.extract::<&str>()?;
        let copy = text.to_owned();
        eval(py, "[str(n) * 10 for n in range(1000)]");
        py.import("gc")?.call_method0("collect")?;
        assert_eq!(text, copy);
        assert_eq!(string.extract::<&str>()?, copy);
    }
    Ok(())
}

fn every_rust_type(py: Python<'_>) -> PyResult<()> {
    let owned = "tree 🌲".to_owned();
    let borrowed: Cow<'_, str> = Cow::Borrowed("tree 🌲");
    let objects = [
        "tree 🌲".into_pyobject(py).unwrap(),
        (&"tree 🌲").into_pyobject(py).unwrap(),
        (&owned).into_pyobject(py).unwrap(),
        owned.clone().into_pyobject(py).unwrap(),
        (&borrowed).into_pyobject(py).unwrap(),
        borrowed.clone().into_pyobject(py).unwrap(),
    ];
    for object in objects {
        assert!(object.as_any().eq(eval(py, "'tree \\U0001f332'"))?);
        assert_eq!(object.extract::<String>()?, owned);
        assert_eq!(object.extract::<&str>()?, owned);
        assert_eq!(object.extract::<Cow<'_, str>>()?, owned);
    }
    Ok(())
}

fn subclasses(py: Python<'_>) -> PyResult<()> {
    let text = define(py, "text", "class Text(str): pass\ntext = Text('sub \\u6728')");
    assert_eq!(text.extract::<&str>()?, "sub 木");
    assert_eq!(text.cast::<PyString>()?.to_str()?, "sub 木");
    assert!(text.cast_exact::<PyString>().is_err());
    let ascii = define(py, "text", "class Text(str): pass\ntext = Text('sub')");
    assert_eq!(ascii.extract::<String>()?, "sub");
    Ok(())
}

/// What a class says of its length is not how much there is.
fn subclasses_that_lie(py: Python<'_>) {
    for text in ["abc", "naïve"] {
        for length in ["0", "99", "2 ** 62", "-1", "1 / 0"] {
            let code = format!(
                "class Text(str):\n    def __len__(self): return {length}\nvalue = Text('{text}' * 100)"
            );
            let value = try_define(py, "value", &code);
            match value.as_ref().map(|value| value.extract::<&str>()) {
                Ok(Ok(value)) => assert_eq!(value, text.repeat(100), "{length}"),
                // PyPy before 8 asks the class whenever it hands such an object to C.
                Ok(Err(_)) | Err(_) => assert!(is_pypy(py) && matches!(length, "-1" | "1 / 0"), "{length}"),
            }
        }
    }
}

/// The same `UnicodeEncodeError` as `str.encode` raises, with all of its fields.
fn lone_surrogates(py: Python<'_>) -> PyResult<()> {
    for expression in ["'\\ud800'", "'a\\udfff'", "'ok \\udc80\\udc81 end'", "'\\udc00\\ud800'", "'🌲\\ud83c'"] {
        let string = eval(py, expression);
        let python = string.call_method1("encode", ("utf-8",)).unwrap_err();
        let results = [
            string.extract::<&str>().map(drop),
            string.extract::<String>().map(drop),
            string.extract::<Cow<'_, str>>().map(drop),
            string.extract::<char>().map(drop),
            string.cast::<PyString>()?.to_str().map(drop),
            string.cast::<PyString>()?.to_cow().map(drop),
            string.cast::<PyString>()?.encode_utf8().map(drop),
            string.cast::<PyString>()?.clone().unbind().to_str(py).map(drop),
        ];
        for result in results {
            let error = result.unwrap_err();
            assert!(error.get_type(py).is(py.get_type::<PyUnicodeEncodeError>()), "{error}");
            for field in ["encoding", "object", "start", "end", "reason"] {
                let (ours, pythons) = (error.value(py).getattr(field)?, python.value(py).getattr(field)?);
                assert!(ours.eq(&pythons)?, "{expression}.{field}: {ours:?} instead of {pythons:?}");
            }
            assert_eq!(error.to_string(), python.to_string());
        }
        // It is no text, so it equals none.
        assert!(*string.cast::<PyString>()? != "");
    }
    Ok(())
}

fn lossy_text(py: Python<'_>) -> PyResult<()> {
    // Each of the three bytes that a surrogate would have becomes one replacement character.
    let lost = "\u{fffd}\u{fffd}\u{fffd}";
    let string = eval(py, "'a\\ud800b🌲\\udfff'");
    assert_eq!(string.cast::<PyString>()?.to_string_lossy(), format!("a{lost}b🌲{lost}"));
    assert_eq!(string.to_string(), format!("a{lost}b🌲{lost}"));
    Ok(())
}

fn characters(py: Python<'_>) -> PyResult<()> {
    for character in ['a', '\0', 'ä', '木', '🌲', char::MAX, '\u{d7ff}', '\u{e000}'] {
        let object = character.into_pyobject(py).unwrap();
        assert_eq!(object.extract::<char>()?, character);
        assert!((&character).into_pyobject(py).unwrap().as_any().eq(&object)?);
        let code: u32 = py.import("builtins")?.getattr("ord")?.call1((object,))?.extract()?;
        assert_eq!(code, u32::from(character));
    }
    for wrong in ["''", "'ab'", "'e\\u0301'"] {
        let text = raises::<PyValueError, _, _>(py, eval(py, wrong).extract::<char>());
        assert_eq!(text, "expected a string of length 1");
    }
    raises::<PyTypeError, _, _>(py, eval(py, "97").extract::<char>());
    Ok(())
}

/// A `TypeError`, as `+` raises it for what is no text.
fn wrong_types(py: Python<'_>) {
    for wrong in ["b'a'", "bytearray(b'a')", "1", "None", "['a']", "object()", "str"] {
        let object = eval(py, wrong);
        raises::<PyTypeError, _, _>(py, object.extract::<&str>());
        raises::<PyTypeError, _, _>(py, object.extract::<String>());
        raises::<PyTypeError, _, _>(py, object.extract::<Cow<'_, str>>());
        raises_like(py, object.extract::<&str>(), &[("value", &object)], "'a' + value");
    }
}

fn interned_strings(py: Python<'_>) -> PyResult<()> {
    let first = PyString::intern(py, "everypy_interned");
    let second = PyString::intern(py, &format!("everypy_{}", "interned"));
    assert!(first.is(&second));
    assert_eq!(first.to_str()?, "everypy_interned");
    assert!(py.import("sys")?.call_method1("intern", ("everypy_interned",))?.eq(&first)?);
    Ok(())
}

fn comparison(py: Python<'_>) {
    let string = PyString::new(py, "tree 🌲");
    assert!(string == "tree 🌲");
    assert!(string == *"tree 🌲");
    assert!(string != "tree");
    assert!(string != *"");
}
