//! `#[pyfunction]`: how functions are called, what they take and what they return.

use std::collections::{BTreeMap, HashMap};
use std::num::ParseIntError;

use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyList, PyString, PyTuple};

use crate::check::{raises, run};

tests![
    no_parameters,
    positional,
    positional_only,
    one_positional_only,
    defaults,
    defaults_of_positional_only,
    keyword_only,
    rest,
    rest_with_types,
    everything,
    names_that_are_not_interned,
    wrong_calls_say_what_python_says,
    options,
    required_options,
    references,
    tokens_anywhere,
    modules_passed,
    own_conversions,
    names_in_python,
    keywords_as_names,
    documentation,
    signatures_for_tools,
    texts_of_signatures,
    returned_values,
    returned_nothing,
    returned_results,
    returned_errors,
    returned_references,
    returned_by_trait,
    failing_conversions,
    conversions_in_order,
    attributes_on_top,
    options_in_the_attribute,
    options_beside_the_attribute,
    generic_lifetimes,
    wrapped_in_many_ways,
    many_parameters,
    called_from_python_in_every_way,
    recursion,
    no_references_leak,
];

/// Runs Python code with a function as `f`.
#[track_caller]
fn with(py: Python<'_>, f: PyResult<Bound<'_, PyCFunction>>, code: &str) {
    let f = f.unwrap();
    run(py, &[("f", f.as_any())], &format!("{RAISES}{code}")).unwrap_or_else(|error| panic!("{error:?}\nin {code}"));
}

/// `raises(class, text, f, …)`: calling `f` fails with the class and, unless it is `None`, the text.
const RAISES: &str = "
def raises(_class, _text, _call, *args, **kwargs):
    try:
        result = _call(*args, **kwargs)
    except _class as error:
        assert type(error) is _class, type(error)
        assert _text is None or str(error) == _text, str(error)
        return error
    assert False, '%r instead of %r' % (result, _class)

";

/// Takes nothing.
#[pyfunction]
fn nothing() -> i32 {
    42
}

fn no_parameters(py: Python<'_>) {
    with(py, wrap_pyfunction!(nothing, py), "
assert f() == 42 and f(*()) == 42 and f(**{}) == 42
raises(TypeError, None, f, 1)
raises(TypeError, None, f, key=1)
");
}

#[pyfunction]
fn subtract(a: i32, b: i32) -> i32 {
    a - b
}

fn positional(py: Python<'_>) {
    with(py, wrap_pyfunction!(subtract, py), "
assert f(5, 3) == 2 and f(5, b=3) == 2 and f(a=5, b=3) == 2 and f(b=3, a=5) == 2
assert f(*(5, 3)) == 2 and f(**{'b': 3, 'a': 5}) == 2 and f(*[5], **{'b': 3}) == 2
raises(TypeError, \"subtract() missing 2 required positional arguments: 'a' and 'b'\", f)
raises(TypeError, \"subtract() missing 1 required positional argument: 'b'\", f, 1)
raises(TypeError, \"subtract() missing 1 required positional argument: 'a'\", f, b=1)
raises(TypeError, 'subtract() takes 2 positional arguments but 3 were given', f, 1, 2, 3)
raises(TypeError, \"subtract() got multiple values for argument 'a'\", f, 1, 2, a=1)
raises(TypeError, \"subtract() got an unexpected keyword argument 'c'\", f, 1, 2, c=1)
");
}

#[pyfunction]
#[pyo3(signature = (a, b, /))]
fn two_by_position(a: i32, b: i32) -> i32 {
    a - b
}

#[pyfunction]
#[pyo3(signature = (a, /, b))]
fn first_by_position(a: i32, b: i32) -> i32 {
    a - b
}

fn positional_only(py: Python<'_>) {
    with(py, wrap_pyfunction!(two_by_position, py), "
assert f(5, 3) == 2 and f(*(5, 3)) == 2
raises(TypeError, None, f, 5, b=3)
raises(TypeError, None, f, a=5, b=3)
raises(TypeError, \"two_by_position() missing 1 required positional argument: 'b'\", f, 1)
raises(TypeError, 'two_by_position() takes 2 positional arguments but 3 were given', f, 1, 2, 3)
");
    with(py, wrap_pyfunction!(first_by_position, py), "
assert f(5, 3) == 2 and f(5, b=3) == 2
raises(TypeError, None, f, a=5, b=3)
raises(TypeError, \"first_by_position() got some positional-only arguments passed as keyword arguments: 'a'\", f, 1, a=5, b=3)
");
}

#[pyfunction]
#[pyo3(signature = (text, /))]
fn length(text: &str) -> usize {
    text.len()
}

fn one_positional_only(py: Python<'_>) {
    with(py, wrap_pyfunction!(length, py), "
assert f('four') == 4 and f('') == 0 and f('\\U0001f332') == 4
raises(TypeError, None, f)
raises(TypeError, None, f, 'a', 'b')
raises(TypeError, None, f, text='a')
raises(TypeError, None, f, 1)
");
}

#[pyfunction]
#[pyo3(signature = (a, b = 2, c = 1 + 2, text = "t", list = vec![1, 2], nothing = None))]
fn with_defaults(
    a: i32,
    b: i32,
    c: i32,
    text: &str,
    list: Vec<i32>,
    nothing: Option<f64>,
) -> (i32, i32, i32, String, Vec<i32>, Option<f64>) {
    (a, b, c, text.to_owned(), list, nothing)
}

fn defaults(py: Python<'_>) {
    with(py, wrap_pyfunction!(with_defaults, py), "
assert f(1) == (1, 2, 3, 't', [1, 2], None)
assert f(a=1) == f(1) == f(1, 2) == f(1, c=3)
assert f(1, 20) == (1, 20, 3, 't', [1, 2], None)
assert f(1, c=30) == (1, 2, 30, 't', [1, 2], None)
assert f(1, nothing=0.5, text='x') == (1, 2, 3, 'x', [1, 2], 0.5)
assert f(1, 2, 3, 'x', [], 1.5) == (1, 2, 3, 'x', [], 1.5)
raises(TypeError, \"with_defaults() missing 1 required positional argument: 'a'\", f)
raises(TypeError, 'with_defaults() takes from 1 to 6 positional arguments but 7 were given', f, 1, 2, 3, 4, 5, 6, 7)
raises(TypeError, None, f, 1, None)
");
}

#[pyfunction]
#[pyo3(signature = (a, b = 2, /))]
fn position_with_default(a: i32, b: i32) -> (i32, i32) {
    (a, b)
}

fn defaults_of_positional_only(py: Python<'_>) {
    with(py, wrap_pyfunction!(position_with_default, py), "
assert f(1) == (1, 2) and f(1, 3) == (1, 3)
raises(TypeError, None, f)
raises(TypeError, None, f, 1, b=2)
raises(TypeError, 'position_with_default() takes from 1 to 2 positional arguments but 3 were given', f, 1, 2, 3)
");
}

#[pyfunction]
#[pyo3(signature = (a, *, b, c = 3))]
fn by_keyword(a: i32, b: i32, c: i32) -> (i32, i32, i32) {
    (a, b, c)
}

#[pyfunction]
#[pyo3(signature = (*, only = 5))]
fn only_by_keyword(only: i32) -> i32 {
    only
}

#[pyfunction]
#[pyo3(signature = (*, a, b, c))]
fn three_by_keyword(a: i32, b: i32, c: i32) -> (i32, i32, i32) {
    (a, b, c)
}

fn keyword_only(py: Python<'_>) {
    with(py, wrap_pyfunction!(by_keyword, py), "
assert f(1, b=2) == (1, 2, 3) and f(b=2, a=1, c=4) == (1, 2, 4)
raises(TypeError, \"by_keyword() missing 1 required keyword-only argument: 'b'\", f, 1)
raises(TypeError, 'by_keyword() takes 1 positional argument but 2 were given', f, 1, 2)
raises(TypeError, \"by_keyword() missing 1 required positional argument: 'a'\", f, b=2)
");
    with(py, wrap_pyfunction!(only_by_keyword, py), "
assert f() == 5 and f(only=6) == 6
raises(TypeError, 'only_by_keyword() takes 0 positional arguments but 1 was given', f, 6)
");
    with(py, wrap_pyfunction!(three_by_keyword, py), "
assert f(c=3, a=1, b=2) == (1, 2, 3)
raises(TypeError, \"three_by_keyword() missing 3 required keyword-only arguments: 'a', 'b', and 'c'\", f)
raises(TypeError, \"three_by_keyword() missing 2 required keyword-only arguments: 'a' and 'c'\", f, b=1)
");
}

#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
fn all_rest<'py>(
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> (Bound<'py, PyTuple>, Option<Bound<'py, PyDict>>) {
    (args.clone(), kwargs.cloned())
}

#[pyfunction]
#[pyo3(signature = (first, *args, key = 0, **kwargs))]
fn some_rest<'py>(
    first: i32,
    args: Bound<'py, PyTuple>,
    key: i32,
    kwargs: Option<Bound<'py, PyDict>>,
) -> (i32, Bound<'py, PyTuple>, i32, Option<Bound<'py, PyDict>>) {
    (first, args, key, kwargs)
}

fn rest(py: Python<'_>) {
    with(py, wrap_pyfunction!(all_rest, py), "
assert f() == ((), None) and f(**{}) == ((), None)
assert f(1, 'a') == ((1, 'a'), None)
assert f(x=1) == ((), {'x': 1})
assert f(1, *[2, 3], x=4, **{'y': 5, 'not an identifier': 6}) == ((1, 2, 3), {'x': 4, 'y': 5, 'not an identifier': 6})
assert f(args=1, kwargs=2) == ((), {'args': 1, 'kwargs': 2})
given = {'a': 1}
kept = f(**given)[1]
kept['b'] = 2
assert given == {'a': 1}
");
    with(py, wrap_pyfunction!(some_rest, py), "
assert f(1) == (1, (), 0, None)
assert f(1, 2, 3) == (1, (2, 3), 0, None)
assert f(1, 2, key=3) == (1, (2,), 3, None)
assert f(first=1, key=2, other=3) == (1, (), 2, {'other': 3})
raises(TypeError, \"some_rest() got multiple values for argument 'first'\", f, 1, 2, first=3)
raises(TypeError, \"some_rest() missing 1 required positional argument: 'first'\", f, key=3)
");
}

#[pyfunction]
#[pyo3(signature = (*numbers, **weights))]
fn typed_rest(numbers: Vec<i64>, weights: Option<HashMap<String, i64>>) -> i64 {
    numbers.iter().sum::<i64>() + weights.iter().flat_map(HashMap::values).sum::<i64>()
}

fn rest_with_types(py: Python<'_>) {
    with(py, wrap_pyfunction!(typed_rest, py), "
assert f() == 0 and f(1, 2) == 3 and f(1, a=10, b=20) == 31
raises(TypeError, None, f, 1, 'two')
raises(TypeError, None, f, a='two')
");
}

#[pyfunction]
#[pyo3(signature = (a, b = 2, /, c = 3, *args, d, e = 5, **kwargs))]
#[expect(clippy::too_many_arguments, reason = "all that a signature can have")]
fn all_kinds<'py>(
    py: Python<'py>,
    a: i32,
    b: i32,
    c: i32,
    args: &Bound<'py, PyTuple>,
    d: i32,
    e: i32,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyTuple>> {
    (a, b, c, args, d, e, kwargs.cloned()).into_pyobject(py)
}

fn everything(py: Python<'_>) {
    with(py, wrap_pyfunction!(all_kinds, py), "
def g(a, *rest, **kwargs):
    # Python 3.7 has no positional-only parameters of its own.
    b = rest[0] if rest else 2
    if len(rest) > 1 and 'c' in kwargs:
        raise TypeError
    c = rest[1] if len(rest) > 1 else kwargs.pop('c', 3)
    d, e = kwargs.pop('d'), kwargs.pop('e', 5)
    return (a, b, c, rest[2:], d, e, kwargs or None)

for args in [(1,), (1, 20), (1, 20, 30), (1, 20, 30, 40), (1, 20, 30, 40, 50)]:
    for kwargs in [{}, {'e': 7}, {'c': 8}, {'a': 9, 'b': 10}, {'x': 11}, {'c': 8, 'e': 7, 'x': 11, 'b': 0}]:
        try:
            expected = g(*args, d=6, **{('_' + k if k == 'a' else k): v for k, v in kwargs.items()})
        except TypeError:
            raises(TypeError, None, f, *args, d=6, **kwargs)
        else:
            if expected[6]:
                expected[6].update({k[1:]: expected[6].pop(k) for k in list(expected[6]) if k == '_a'})
            result = f(*args, d=6, **kwargs)
            assert result == expected, (result, expected)
raises(TypeError, \"all_kinds() missing 1 required keyword-only argument: 'd'\", f, 1)
raises(TypeError, \"all_kinds() missing 1 required positional argument: 'a'\", f, d=1)
raises(TypeError, \"all_kinds() missing 1 required positional argument: 'a'\", f, a=1, d=1)
");
}

/// The names that callers pass need not be the interned objects of the function.
fn names_that_are_not_interned(py: Python<'_>) {
    with(py, wrap_pyfunction!(by_keyword, py), "
name = ''.join(['', 'b'])
class Name(str):
    pass
other = ''.join([chr(0x63)])
assert f(1, **{name: 2, other: 4}) == (1, 2, 4)
assert f(1, **{Name('b'): 2}) == (1, 2, 3)
raises(TypeError, None, f, 1, b=2, **{''.join(['lo', 'ng']) * 20: 3})
raises(TypeError, None, f, 1, b=2, **{'\\ud800': 3})
raises(TypeError, None, f, 1, b=2, **{'': 3})
");
}

/// Each of them as Python says it of a function of its own, after the name.
fn wrong_calls_say_what_python_says(py: Python<'_>) {
    let functions = [
        (wrap_pyfunction!(nothing, py), "()"),
        (wrap_pyfunction!(subtract, py), "(a, b)"),
        (wrap_pyfunction!(with_defaults, py), "(a, b=2, c=3, text='t', list=[1, 2], nothing=None)"),
        (wrap_pyfunction!(by_keyword, py), "(a, *, b, c=3)"),
        (wrap_pyfunction!(three_by_keyword, py), "(*, a, b, c)"),
        (wrap_pyfunction!(only_by_keyword, py), "(*, only=5)"),
    ];
    // Whoever checks the arguments of a function without any, it is not the function itself.
    for (function, signature) in functions.into_iter().skip(1) {
        with(py, function, &format!("
def g{signature}:
    pass

import sys
calls = [
    ((), {{}}), ((1,), {{}}), ((1, 2, 3, 4, 5, 6, 7), {{}}), ((1, 2), {{'a': 1}}), ((), {{'b': 1}}), ((), {{'zz': 1}}),
    ((1, 2, 3, 4, 5, 6, 7, 8), {{}}), ((1,), {{'zz': 1}}), ((1,), {{'a': 1}}), ((), {{'a': 1}}),
]
for args, kwargs in calls:
    try:
        g(*args, **kwargs)
    except TypeError as error:
        expected = str(error)
    else:
        continue
    try:
        f(*args, **kwargs)
    except TypeError as error:
        ours = str(error)
    else:
        assert False, (args, kwargs)
    # Python counts in keyword-only arguments, and PyPy and 3.15 hint at what may have been meant.
    expected = expected[expected.index('g()') + 3:].split('. Did you mean')[0].split(' (and ')[0]
    # Which of two mistakes is told first is nobody's promise.
    if sys.implementation.name == 'cpython' and len(args) < 7 and not (kwargs and args) and 'zz' not in kwargs:
        assert ours == f.__name__ + '()' + expected, (ours, expected)
"));
    }
}

#[pyfunction]
#[pyo3(signature = (a = None, b = Some(5), text = None))]
fn optional(a: Option<i32>, b: Option<i32>, text: Option<&str>) -> (Option<i32>, Option<i32>, Option<String>) {
    (a, b, text.map(str::to_owned))
}

fn options(py: Python<'_>) {
    with(py, wrap_pyfunction!(optional, py), "
assert f() == (None, 5, None)
assert f(1, None, 'x') == (1, None, 'x')
assert f(b=None) == (None, None, None)
raises(TypeError, \"argument 'a': 'str' object cannot be interpreted as an integer\", f, 'x')
");
}

#[pyfunction]
fn required_option(a: Option<i32>) -> Option<i32> {
    a
}

/// An `Option` without a default has to be passed.
fn required_options(py: Python<'_>) {
    with(py, wrap_pyfunction!(required_option, py), "
assert f(None) is None and f(5) == 5 and f(a=None) is None
raises(TypeError, \"required_option() missing 1 required positional argument: 'a'\", f)
");
}

#[pyfunction]
#[pyo3(signature = (any, list, dict = None))]
fn by_reference<'py>(
    any: &Bound<'py, PyAny>,
    list: &Bound<'py, PyList>,
    dict: Option<&Bound<'py, PyDict>>,
) -> PyResult<usize> {
    Ok(any.len()? + list.len() + dict.map_or(0, PyDictMethods::len))
}

fn references(py: Python<'_>) {
    with(py, wrap_pyfunction!(by_reference, py), "
assert f('ab', [1]) == 3 and f('ab', [1], {1: 1}) == 4 and f('ab', [1], None) == 3
assert f('ab', [1], dict={}) == 3
class List(list):
    pass
assert f([], List([1, 2])) == 2
raises(TypeError, \"argument 'list': 'tuple' object is not an instance of 'list'\", f, '', ())
raises(TypeError, \"argument 'dict': 'int' object is not an instance of 'dict'\", f, '', [], 5)
raises(TypeError, None, f, 5, [])
");
}

#[pyfunction]
fn token_first(py: Python<'_>, a: i32) -> PyResult<bool> {
    Ok(py.None().is_none(py) && a == 1)
}

#[pyfunction]
fn token_between(a: i32, py: Python<'_>, b: i32) -> bool {
    py.None().is_none(py) && a + b == 3
}

#[pyfunction]
fn token_last<'py>(a: i32, py: Python<'py>) -> Bound<'py, PyString> {
    PyString::new(py, &a.to_string())
}

#[pyfunction]
fn only_a_token(py: pyo3::Python<'_>) -> bool {
    py.None().is_none(py)
}

fn tokens_anywhere(py: Python<'_>) {
    with(py, wrap_pyfunction!(token_first, py), "assert f(1) and f(a=1)");
    with(py, wrap_pyfunction!(token_between, py), "assert f(1, 2) and f(b=2, a=1)");
    with(py, wrap_pyfunction!(token_last, py), "assert f(1) == '1'");
    with(py, wrap_pyfunction!(only_a_token, py), "assert f()\nraises(TypeError, None, f, 1)");
}

#[pyfunction]
#[pyo3(pass_module)]
fn name_of_module<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyString>> {
    module.name()
}

#[pyfunction(pass_module, signature = (a, b = 2))]
fn module_and_more(module: &Bound<'_, PyModule>, py: Python<'_>, a: i32, b: i32) -> PyResult<String> {
    let _ = py;
    Ok(format!("{} {a} {b}", module.name()?))
}

#[pyfunction]
#[pyo3(pass_module)]
fn owned_module(py: Python<'_>, module: Py<PyModule>) -> PyResult<String> {
    Ok(module.bind(py).name()?.to_string())
}

fn modules_passed(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "their_module")?;
    with(py, wrap_pyfunction!(name_of_module, &module), "assert f() == 'their_module'\nraises(TypeError, None, f, 1)");
    with(py, wrap_pyfunction!(module_and_more, &module), "
assert f(1) == 'their_module 1 2' and f(1, b=3) == 'their_module 1 3'
raises(TypeError, None, f)
");
    with(py, wrap_pyfunction!(owned_module, &module), "assert f() == 'their_module'");
    // Without a module there is none to pass.
    with(py, wrap_pyfunction!(name_of_module, py), "raises(TypeError, None, f)");
    Ok(())
}

fn doubled(object: &Bound<'_, PyAny>) -> PyResult<i32> {
    Ok(object.extract::<i32>()? * 2)
}

mod conversions {
    use super::*;

    pub(super) fn length(object: &Bound<'_, PyAny>) -> PyResult<usize> {
        object.len()
    }
}

#[pyfunction]
#[pyo3(signature = (a, b = 100, *, c = 7))]
fn converted(
    #[pyo3(from_py_with = doubled)] a: i32,
    #[pyo3(from_py_with = doubled)] b: i32,
    #[pyo3(from_py_with = conversions::length)] c: usize,
) -> (i32, i32, usize) {
    (a, b, c)
}

fn own_conversions(py: Python<'_>) {
    with(py, wrap_pyfunction!(converted, py), "
assert f(1) == (2, 100, 7) and f(1, 2) == (2, 4, 7) and f(a=1, b=2, c='three') == (2, 4, 5)
raises(TypeError, \"argument 'a': 'str' object cannot be interpreted as an integer\", f, 'x')
raises(TypeError, None, f, 1, c=5)
");
}

#[pyfunction]
#[pyo3(name = "other_name")]
fn renamed(value: i32) -> i32 {
    value
}

fn names_in_python(py: Python<'_>) {
    with(py, wrap_pyfunction!(renamed, py), "
assert f.__name__ == 'other_name'
assert f.__qualname__ == 'other_name'
raises(TypeError, \"other_name() missing 1 required positional argument: 'value'\", f)
");
}

#[pyfunction]
fn r#match(r#type: i32, r#struct: i32) -> i32 {
    r#type - r#struct
}

#[pyfunction]
#[pyo3(signature = (r#in = 1, *r#where, r#for = 2, **r#loop))]
fn raw_names(
    r#in: i32,
    r#where: &Bound<'_, PyTuple>,
    r#for: i32,
    r#loop: Option<&Bound<'_, PyDict>>,
) -> (i32, usize, i32, usize) {
    (r#in, r#where.len(), r#for, r#loop.map_or(0, PyDictMethods::len))
}

fn keywords_as_names(py: Python<'_>) {
    with(py, wrap_pyfunction!(r#match, py), "
assert f.__name__ == 'match'
assert f(5, 3) == 2 and f(type=5, struct=3) == 2
raises(TypeError, \"match() missing 1 required positional argument: 'struct'\", f, 1)
raises(TypeError, \"argument 'type': 'str' object cannot be interpreted as an integer\", f, 'x', 1)
");
    with(py, wrap_pyfunction!(raw_names, py), "
assert f() == (1, 0, 2, 0)
assert f(5, 6, **{'for': 7, 'other': 8}) == (5, 1, 7, 1)
");
}

/// The first line.
///
/// More, with `code` and "quotes" and ä🌲.
#[pyfunction]
#[pyo3(signature = (a, b = 1))]
fn documented(a: i32, b: i32) -> i32 {
    a + b
}

#[doc = "One line."]
#[doc = concat!("made by ", "a macro")]
#[pyfunction]
fn documented_by_attribute() {}

#[pyfunction]
fn undocumented() {}

/// `__doc__` is the comment, without the line that carries the signature.
fn documentation(py: Python<'_>) -> PyResult<()> {
    let doc = |f: PyResult<Bound<'_, PyCFunction>>| -> PyResult<String> {
        Ok(f?.getattr("__doc__")?.extract::<Option<String>>()?.unwrap_or_default())
    };
    let expected = "The first line.\n\nMore, with `code` and \"quotes\" and ä🌲.";
    assert_eq!(doc(wrap_pyfunction!(documented, py))?, expected);
    assert_eq!(doc(wrap_pyfunction!(undocumented, py))?, "");
    // What a macro makes of a doc comment is not known to the attribute; what it sees is kept.
    assert!(doc(wrap_pyfunction!(documented_by_attribute, py))?.starts_with("One line."));
    Ok(())
}

/// `inspect.signature` reads it, but on GraalPy, whose functions made in C have none.
fn signatures_for_tools(py: Python<'_>) {
    let check = |f: PyResult<Bound<'_, PyCFunction>>, expected: &str| {
        // For the tools of 3.7 there is no parameter whose default is an ellipsis.
        let expected = match py.runtime().python.feature() {
            (3, 7) => expected.replace("c=Ellipsis, ", "").replace("list=Ellipsis, ", "").replace("b=Ellipsis, ", ""),
            _ => expected.to_owned(),
        };
        with(py, f, &format!("
import inspect, sys
if sys.implementation.name == 'graalpy':
    raises(ValueError, None, inspect.signature, f)
else:
    assert str(inspect.signature(f)) == {expected:?}, str(inspect.signature(f))
"));
    };
    check(wrap_pyfunction!(nothing, py), "()");
    check(wrap_pyfunction!(subtract, py), "(a, b)");
    check(wrap_pyfunction!(two_by_position, py), "(a, b, /)");
    check(wrap_pyfunction!(first_by_position, py), "(a, /, b)");
    check(wrap_pyfunction!(length, py), "(text, /)");
    check(wrap_pyfunction!(with_defaults, py), "(a, b=2, c=Ellipsis, text='t', list=Ellipsis, nothing=None)");
    check(wrap_pyfunction!(position_with_default, py), "(a, b=2, /)");
    check(wrap_pyfunction!(by_keyword, py), "(a, *, b, c=3)");
    check(wrap_pyfunction!(only_by_keyword, py), "(*, only=5)");
    check(wrap_pyfunction!(all_rest, py), "(*args, **kwargs)");
    check(wrap_pyfunction!(all_kinds, py), "(a, b=2, /, c=3, *args, d, e=5, **kwargs)");
    check(wrap_pyfunction!(token_between, py), "(a, b)");
    check(wrap_pyfunction!(only_a_token, py), "()");
    check(wrap_pyfunction!(optional, py), "(a=None, b=Ellipsis, text=None)");
    check(wrap_pyfunction!(raw_defaults, py), r#"(flag=True, number=-1.5, character="'", text='\\n\n', other=False)"#);
    check(wrap_pyfunction!(own_text, py), "(x, y=<default>)".replace("<default>", "'of my own'").as_str());
}

#[pyfunction]
#[pyo3(signature = (flag = true, number = -1.5, character = '\'', text = "\\n\n", other = false))]
fn raw_defaults(flag: bool, number: f64, character: char, text: &str, other: bool) -> bool {
    let _ = (number, character, text);
    flag && !other
}

#[pyfunction]
#[pyo3(signature = (a, b), text_signature = "(x, y='of my own')")]
fn own_text(a: i32, b: i32) -> i32 {
    a + b
}

/// Its documentation.
#[pyfunction]
#[pyo3(text_signature = None)]
fn without_text(a: i32) -> i32 {
    a
}

fn texts_of_signatures(py: Python<'_>) {
    with(py, wrap_pyfunction!(without_text, py), "
assert f.__doc__ == 'Its documentation.'
assert getattr(f, '__text_signature__', None) is None
assert f(5) == 5
");
    with(py, wrap_pyfunction!(own_text, py), "
import sys
if sys.implementation.name != 'graalpy':
    assert f.__text_signature__ == \"(x, y='of my own')\"
assert f(a=1, b=2) == 3
");
}

type Many = (i8, u128, f32, &'static str, Vec<u8>, Option<bool>, BTreeMap<u8, char>, Py<PyAny>);

#[pyfunction]
fn many_values(py: Python<'_>) -> Many {
    (-1, u128::MAX, 0.5, "text", vec![1, 2], Some(true), BTreeMap::from([(1, 'a')]), py.None())
}

fn returned_values(py: Python<'_>) {
    with(py, wrap_pyfunction!(many_values, py), "
assert f() == (-1, 2**128 - 1, 0.5, 'text', b'\\x01\\x02', True, {1: 'a'}, None)
");
}

#[pyfunction]
fn unit() {}

#[pyfunction]
#[expect(clippy::unused_unit, reason = "another way to write it")]
fn explicit_unit() -> () {}

#[pyfunction]
fn result_of_unit(fails: bool) -> PyResult<()> {
    if fails { Err(PyKeyError::new_err("asked to")) } else { Ok(()) }
}

#[pyfunction]
fn option_of_nothing() -> Option<i32> {
    None
}

fn returned_nothing(py: Python<'_>) {
    with(py, wrap_pyfunction!(unit, py), "assert f() is None");
    with(py, wrap_pyfunction!(explicit_unit, py), "assert f() is None");
    with(py, wrap_pyfunction!(result_of_unit, py), "assert f(False) is None\nraises(KeyError, \"'asked to'\", f, True)");
    with(py, wrap_pyfunction!(option_of_nothing, py), "assert f() is None");
}

#[derive(Debug)]
struct OwnError;

impl From<OwnError> for PyErr {
    fn from(_: OwnError) -> Self {
        PyValueError::new_err("an error of their own")
    }
}

#[pyfunction]
fn own_error_of_unit(fails: bool) -> Result<(), OwnError> {
    if fails { Err(OwnError) } else { Ok(()) }
}

#[pyfunction]
fn own_error(fails: bool) -> Result<i32, OwnError> {
    if fails { Err(OwnError) } else { Ok(1) }
}

#[pyfunction]
fn library_error(text: &str) -> Result<i32, ParseIntError> {
    text.parse()
}

#[pyfunction]
fn input_error() -> std::io::Result<u64> {
    Ok(std::fs::metadata("no/such/file")?.len())
}

fn returned_results(py: Python<'_>) {
    with(py, wrap_pyfunction!(own_error_of_unit, py), "
assert f(False) is None
raises(ValueError, 'an error of their own', f, True)
");
    with(py, wrap_pyfunction!(own_error, py), "
assert f(False) == 1
raises(ValueError, 'an error of their own', f, True)
");
    with(py, wrap_pyfunction!(library_error, py), "
assert f('5') == 5
raises(ValueError, 'invalid digit found in string', f, 'x')
");
    with(py, wrap_pyfunction!(input_error, py), "raises(FileNotFoundError, None, f)");
}

#[pyfunction]
fn same_error(error: Bound<'_, PyAny>) -> PyResult<()> {
    Err(PyErr::from_value(error))
}

#[pyfunction]
fn passed_on(callable: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    Ok(callable.call0()?.unbind())
}

/// The object that was raised, with what Python put on it.
fn returned_errors(py: Python<'_>) {
    with(py, wrap_pyfunction!(same_error, py), "
error = ValueError('the same')
assert raises(ValueError, 'the same', f, error) is error
assert raises(KeyError, '', f, KeyError) is not None
raises(TypeError, 'exceptions must derive from BaseException', f, 5)
try:
    try:
        1 // 0
    except ZeroDivisionError:
        f(KeyError)
except KeyError as error:
    pass
");
    with(py, wrap_pyfunction!(passed_on, py), "
import traceback
def failing():
    raise ValueError('from inside')
error = raises(ValueError, 'from inside', f, failing)
names = [entry.name for entry in traceback.extract_tb(error.__traceback__)]
assert names[-1] == 'failing' and 'raises' in names, names
assert f(lambda: 5) == 5
try:
    f(lambda: (_ for _ in ()).throw(SystemExit(3)))
except SystemExit as exit:
    assert exit.code == 3
");
}

#[pyfunction]
fn first_of<'py>(list: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyAny>> {
    list.get_item(0)
}

#[pyfunction]
fn same_object<'a, 'py>(object: &'a Bound<'py, PyAny>) -> &'a Bound<'py, PyAny> {
    object
}

#[pyfunction]
fn same_borrowed<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Borrowed<'a, 'py, PyAny> {
    object.as_borrowed()
}

#[pyfunction]
fn same_text(text: &str) -> &str {
    text
}

#[pyfunction]
fn unbound(object: Py<PyAny>) -> Py<PyAny> {
    object
}

fn returned_references(py: Python<'_>) {
    with(py, wrap_pyfunction!(first_of, py), "
object = []
assert f([object, 1]) is object
raises(IndexError, None, f, [])
");
    for same in [
        wrap_pyfunction!(same_object, py),
        wrap_pyfunction!(same_borrowed, py),
        wrap_pyfunction!(unbound, py),
    ] {
        with(py, same, "object = []\nassert f(object) is object and f(object=object) is object");
    }
    with(py, wrap_pyfunction!(same_text, py), "assert f('a\\U0001f332') == 'a\\U0001f332'");
}

struct Celsius(f64);

impl<'py> IntoPyObject<'py> for Celsius {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = OwnError;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, OwnError> {
        if self.0 < -273.15 { Err(OwnError) } else { Ok(PyString::new(py, &format!("{} °C", self.0))) }
    }
}

impl<'py> FromPyObject<'_, 'py> for Celsius {
    type Error = OwnError;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> Result<Self, OwnError> {
        object.extract().map(Self).map_err(|_| OwnError)
    }
}

#[pyfunction]
fn warmer(temperature: Celsius, by: f64) -> Celsius {
    Celsius(temperature.0 + by)
}

#[pyfunction]
fn some_object<'py>(py: Python<'py>, text: bool) -> PyResult<Bound<'py, PyAny>> {
    if text { Ok(PyString::new(py, "text").into_any()) } else { Ok(PyList::empty(py).into_any()) }
}

#[pyfunction]
fn opaque(count: usize) -> impl for<'py> IntoPyObject<'py> {
    vec![count; 2]
}

fn returned_by_trait(py: Python<'_>) {
    with(py, wrap_pyfunction!(warmer, py), "
assert f(20.5, 1) == '21.5 °C'
raises(ValueError, 'an error of their own', f, 0, -300)
raises(ValueError, 'an error of their own', f, 'cold', 1)
");
    with(py, wrap_pyfunction!(some_object, py), "assert f(True) == 'text' and f(False) == []");
    with(py, wrap_pyfunction!(opaque, py), "assert f(5) == [5, 5]");
}

/// A `TypeError` of a conversion is given the parameter's name and keeps its cause; any other is left as it is.
fn failing_conversions(py: Python<'_>) {
    with(py, wrap_pyfunction!(subtract, py), "
raises(TypeError, \"argument 'b': 'str' object cannot be interpreted as an integer\", f, 1, 'x')
assert 'argument' not in str(raises(OverflowError, None, f, 2**40, 1))
class Index:
    def __index__(self):
        raise TypeError('own text') from KeyError('cause')
error = raises(TypeError, \"argument 'a': own text\", f, Index(), 1)
assert type(error.__cause__) is KeyError
class Special(TypeError):
    pass
class Other:
    def __index__(self):
        raise Special('untouched')
raises(Special, 'untouched', f, Other(), 1)
class Leaving:
    def __index__(self):
        raise SystemExit
raises(SystemExit, '', f, Leaving(), 1)
");
}

/// From left to right, up to the first that fails.
fn conversions_in_order(py: Python<'_>) {
    with(py, wrap_pyfunction!(subtract, py), "
seen = []
class Index:
    def __init__(self, value):
        self.value = value
    def __index__(self):
        seen.append(self.value)
        if self.value < 0:
            raise ValueError
        return self.value
assert f(Index(5), Index(3)) == 2 and seen == [5, 3]
del seen[:]
assert f(b=Index(3), a=Index(5)) == 2 and seen == [5, 3]
del seen[:]
raises(ValueError, None, f, Index(-1), Index(3))
assert seen == [-1]
");
}

#[pyfunction]
#[inline(never)]
#[expect(clippy::needless_pass_by_value, reason = "the lint is let through to the function")]
#[must_use]
#[cfg(not(any()))]
/// Documented after attributes.
fn with_attributes(list: Vec<i32>) -> usize {
    list.len()
}

fn attributes_on_top(py: Python<'_>) {
    // It stays an ordinary Rust function.
    assert_eq!(with_attributes(vec![1, 2]), 2);
    with(py, wrap_pyfunction!(with_attributes, py), "
assert f([1, 2, 3]) == 3
assert f.__doc__.endswith('Documented after attributes.')
");
}

#[pyfunction(name = "short", signature = (a, *, b = 1), text_signature = "(a, *, b)")]
fn all_in_the_attribute(a: i32, b: i32) -> i32 {
    a + b
}

fn options_in_the_attribute(py: Python<'_>) {
    with(py, wrap_pyfunction!(all_in_the_attribute, py), "
assert f.__name__ == 'short' and f(1) == 2 and f(1, b=2) == 3
raises(TypeError, None, f, 1, 2)
");
}

#[pyfunction]
#[pyo3(name = "short")]
#[pyo3(signature = (a, *, b = 1))]
fn several_attributes(a: i32, b: i32) -> i32 {
    a + b
}

fn options_beside_the_attribute(py: Python<'_>) {
    with(py, wrap_pyfunction!(several_attributes, py), "assert f.__name__ == 'short' and f(1, b=2) == 3");
}

#[pyfunction]
fn with_lifetimes<'a, 'b: 'a, 'py>(first: &'a str, second: &'b Bound<'py, PyString>) -> PyResult<String> {
    Ok(format!("{first}{}", second.to_str()?))
}

fn generic_lifetimes(py: Python<'_>) {
    with(py, wrap_pyfunction!(with_lifetimes, py), "assert f('a', 'b') == 'ab'");
}

fn wrapped_in_many_ways(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "wrapping")?;
    let functions = [
        wrap_pyfunction!(nothing, py)?,
        wrap_pyfunction!(nothing, &module)?,
        wrap_pyfunction!(nothing, module.as_borrowed())?,
        wrap_pyfunction!(nothing, &&module)?,
        wrap_pyfunction!(nothing)(py)?,
        wrap_pyfunction!(nothing)(&module)?,
        wrap_pyfunction!(self::nothing, py)?,
        wrap_pyfunction!(crate::functions::nothing, py)?,
    ];
    for function in &functions {
        assert_eq!(function.call0()?.extract::<i32>()?, 42);
    }
    assert!(functions[1].getattr("__module__")?.eq("wrapping")?);
    assert!(functions[5].getattr("__module__")?.eq("wrapping")?);
    Ok(())
}

#[pyfunction]
#[expect(clippy::too_many_arguments, clippy::many_single_char_names, reason = "that is the test")]
fn sixteen(
    a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8,
    i: u8, j: u8, k: u8, l: u8, m: u8, n: u8, o: u8, p: u8,
) -> Vec<u16> {
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p].map(u16::from).to_vec()
}

fn many_parameters(py: Python<'_>) {
    with(py, wrap_pyfunction!(sixteen, py), "
expected = list(range(16))
assert f(*range(16)) == expected
assert f(*range(8), **dict(zip('ijklmnop', range(8, 16)))) == expected
assert f(**dict(zip('abcdefghijklmnop', range(16)))) == expected
assert f(**dict(reversed(list(zip('abcdefghijklmnop', range(16)))))) == expected
raises(TypeError, None, f, *range(15))
raises(TypeError, None, f, *range(17))
");
}

/// Whoever calls, and however: bound to an attribute, through `map`, `functools.partial`, a thread, `__call__`.
fn called_from_python_in_every_way(py: Python<'_>) {
    with(py, wrap_pyfunction!(subtract, py), "
import functools, threading
class Holder:
    method = f
    static = staticmethod(f)
assert Holder.method(5, 3) == 2 and Holder().static(5, 3) == 2
# A function that is not made in Python does not become a method.
assert Holder().method(5, 3) == 2
assert list(map(f, [5, 6], [3, 3])) == [2, 3]
assert functools.partial(f, 5)(3) == 2 and functools.partial(f, b=3)(5) == 2
assert f.__call__(5, 3) == 2 and f.__call__(5, b=3) == 2
assert (lambda *args, **kwargs: f(*args, **kwargs))(5, b=3) == 2
assert sorted([3, 1, 2], key=functools.partial(f, 0)) == [3, 2, 1]
results = []
thread = threading.Thread(target=lambda: results.append(f(5, 3)))
thread.start()
thread.join()
assert results == [2]
assert [f(n, 1) for n in range(300)] == list(range(-1, 299))
");
}

#[pyfunction]
fn calls_back(depth: u32, callable: &Bound<'_, PyAny>) -> PyResult<u32> {
    if depth == 0 { Ok(0) } else { Ok(callable.call1((depth - 1, callable))?.extract::<u32>()? + 1) }
}

fn recursion(py: Python<'_>) {
    with(py, wrap_pyfunction!(calls_back, py), "assert f(20, f) == 20");
    // PyPy ends the process when its stack is used up inside of a C function, whose ever it is. GraalPy does so at times,
    // and at times raises `SystemError`, for functions written in C, too.
    if !crate::check::is_cpython(py) {
        return;
    }
    with(py, wrap_pyfunction!(calls_back, py), "
raises(RecursionError, None, f, 4_000_000_000, f)
assert f(20, f) == 20
");
}

/// Only CPython tells how many references there are.
fn no_references_leak(py: Python<'_>) {
    if !crate::check::is_cpython(py) {
        return;
    }
    for function in [
        wrap_pyfunction!(all_rest, py),
        wrap_pyfunction!(some_rest, py),
        wrap_pyfunction!(all_kinds, py),
        wrap_pyfunction!(subtract, py),
        wrap_pyfunction!(optional, py),
        wrap_pyfunction!(same_object, py),
        wrap_pyfunction!(same_error, py),
        wrap_pyfunction!(by_reference, py),
        wrap_pyfunction!(length, py),
    ] {
        with(py, function, "
import sys
class Object:
    def __len__(self):
        return 5
    def __index__(self):
        return 1
object, key = Object(), 'a key %d' % len(f.__name__)
calls = [
    ((), {}), ((object,), {}), ((1, object), {}), ((object, 1, object), {key: object}), ((1,), {key: object}),
    ((1,), {'d': object, key: object}), ((), {'a': object}), ((1, 2), {'a': object}), ((ValueError(object),), {}),
    ((object, [object], {object: object}), {}), ((object,), {'key': object, 'x': object}),
]
def once():
    for args, kwargs in calls:
        try:
            f(*args, **kwargs)
        except (TypeError, ValueError):
            pass
once()
before = [sys.getrefcount(object), sys.getrefcount(key), sys.getrefcount(f)]
for _ in range(20):
    once()
after = [sys.getrefcount(object), sys.getrefcount(key), sys.getrefcount(f)]
assert before == after, (before, after)
");
    }
    let _ = raises::<PyTypeError, _, _>(py, wrap_pyfunction!(subtract, py).unwrap().call1((1,)));
}
