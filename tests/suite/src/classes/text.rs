//! `__repr__`, `__str__`, `__format__`, `__bytes__`, and the option `str`.

use core::fmt;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::helpers::{script, too_few_arguments};

tests![
    repr_and_str,
    str_falls_back_to_repr,
    text_beyond_ascii,
    text_that_fails,
    wrong_types_of_text,
    other_text_methods_are_plain_methods,
    str_from_display,
    str_from_a_format,
    text_seen_from_rust,
];

#[pyclass]
struct Both {
    name: String,
}

#[pymethods]
impl Both {
    #[new]
    fn new(name: String) -> Both {
        Both { name }
    }

    fn __repr__(&self) -> String {
        format!("Both({:?})", self.name)
    }

    fn __str__(&self) -> &str {
        &self.name
    }

    fn __format__(&self, format: &str) -> String {
        format!("{}|{format}", self.name)
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.name.as_bytes())
    }
}

fn repr_and_str(py: Python<'_>) {
    let code = "
both = Both('a')
assert repr(both) == 'Both(\"a\")' and str(both) == 'a'
assert both.__repr__() == 'Both(\"a\")' and both.__str__() == 'a'
assert Both.__repr__(both) == 'Both(\"a\")'
assert '%r %s' % (both, both) == 'Both(\"a\") a'
assert repr([both]) == '[Both(\"a\")]'
assert '{!r}'.format(both) == 'Both(\"a\")'
raises(TypeError, Both.__repr__, 5)
raises(TypeError, both.__str__, 5)
";
    script(py, &[py.get_type::<Both>()], code);
    too_few_arguments(py, &[py.get_type::<Both>()], &["Both.__repr__()"]);
}

#[pyclass]
struct OnlyRepr;

#[pymethods]
impl OnlyRepr {
    #[new]
    fn new() -> OnlyRepr {
        OnlyRepr
    }

    fn __repr__(&self) -> &'static str {
        "<only>"
    }
}

fn str_falls_back_to_repr(py: Python<'_>) {
    let code = "assert str(OnlyRepr()) == repr(OnlyRepr()) == '{}'.format(OnlyRepr()) == '<only>'";
    script(py, &[py.get_type::<OnlyRepr>()], code);
}

fn text_beyond_ascii(py: Python<'_>) {
    let code = "
for text in ('', 'ä', '🌲', 'a\\0b', 'x' * 10000):
    assert str(Both(text)) == text
";
    script(py, &[py.get_type::<Both>()], code);
}

#[pyclass]
struct Failing;

#[pymethods]
impl Failing {
    #[new]
    fn new() -> Failing {
        Failing
    }

    fn __repr__(&self) -> PyResult<String> {
        Err(PyValueError::new_err("no repr"))
    }

    fn __str__(&self) -> String {
        panic!("no str")
    }
}

fn text_that_fails(py: Python<'_>) {
    let code = "
assert raises(ValueError, repr, Failing()) == 'no repr'
assert raises(ValueError, repr, [Failing()]) == 'no repr'
try:
    str(Failing())
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'no str'
else:
    raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Failing>()], code);
}

#[pyclass]
struct NoText;

#[pymethods]
impl NoText {
    #[new]
    fn new() -> NoText {
        NoText
    }

    fn __repr__(&self) -> i32 {
        5
    }

    fn __str__(&self) {}
}

fn wrong_types_of_text(py: Python<'_>) {
    let code = "
raises(TypeError, repr, NoText())
raises(TypeError, str, NoText())
";
    script(py, &[py.get_type::<NoText>()], code);
}

fn other_text_methods_are_plain_methods(py: Python<'_>) {
    let code = "
both = Both('ä')
assert format(both) == 'ä|' and format(both, '>5') == 'ä|>5' and '{:x y}'.format(both) == 'ä|x y'
assert bytes(both) == 'ä'.encode()
";
    script(py, &[py.get_type::<Both>()], code);
}

#[pyclass(str)]
struct Displayed(i32);

impl fmt::Display for Displayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no. {}", self.0)
    }
}

#[pymethods]
impl Displayed {
    #[new]
    fn new(number: i32) -> Displayed {
        Displayed(number)
    }
}

fn str_from_display(py: Python<'_>) {
    let code = "
assert str(Displayed(5)) == 'no. 5'
assert 'Displayed' in repr(Displayed(5))
";
    script(py, &[py.get_type::<Displayed>()], code);
}

#[pyclass(str = "{name}: {number:>4}")]
struct Formatted {
    name: String,
    number: i32,
}

#[pymethods]
impl Formatted {
    #[new]
    fn new(name: String, number: i32) -> Formatted {
        Formatted { name, number }
    }
}

#[pyclass(str = "<{0}, {1}>")]
struct FormattedTuple(i32, i32);

#[pymethods]
impl FormattedTuple {
    #[new]
    fn new(first: i32, second: i32) -> FormattedTuple {
        FormattedTuple(first, second)
    }
}

fn str_from_a_format(py: Python<'_>) {
    let code = "
assert str(Formatted('a', 5)) == 'a:    5'
assert str(FormattedTuple(1, 2)) == '<1, 2>'
";
    script(py, &[py.get_type::<Formatted>(), py.get_type::<FormattedTuple>()], code);
}

fn text_seen_from_rust(py: Python<'_>) -> PyResult<()> {
    let both = Bound::new(py, Both::new("a".to_owned()))?;
    assert_eq!(both.to_string(), "a");
    assert_eq!(format!("{both:?}"), "Both(\"a\")");
    assert!(both.repr()? == "Both(\"a\")");
    let failing = Bound::new(py, Failing)?;
    assert!(failing.repr().is_err());
    Ok(())
}
