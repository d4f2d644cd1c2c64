//! Calls from Rust into Python.

use pyo3::exceptions::{PyAttributeError, PyTypeError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict as _, PyDict, PyTuple};

use crate::check::{define, eval, raises};

tests![
    without_arguments,
    positional_arguments,
    keyword_arguments,
    tuples_as_arguments,
    every_number_of_arguments,
    references_as_arguments,
    methods,
    failing_calls,
    what_cannot_be_called,
    classes,
    builtins,
    functions_made_in_rust,
    failing_arguments,
    many_calls,
];

const ALL: &str = "lambda *args, **kwargs: (args, kwargs)";

#[track_caller]
fn check(result: PyResult<Bound<'_, PyAny>>, expected: &str) {
    let result = result.unwrap();
    assert!(result.eq(eval(result.py(), expected)).unwrap(), "{result} instead of {expected}");
}

fn without_arguments(py: Python<'_>) {
    let all = eval(py, ALL);
    check(all.call0(), "((), {})");
    check(all.call1(()), "((), {})");
    check(all.call((), None), "((), {})");
    check(all.call((), Some(&PyDict::new(py))), "((), {})");
}

fn positional_arguments(py: Python<'_>) {
    let all = eval(py, ALL);
    check(all.call1((1,)), "((1,), {})");
    check(all.call1((1, "two", 3.0, py.None(), vec![4, 5], (6,), ())), "((1, 'two', 3.0, None, [4, 5], (6,), ()), {})");
    check(all.call((1, 2), None), "((1, 2), {})");
}

fn keyword_arguments(py: Python<'_>) -> PyResult<()> {
    let all = eval(py, ALL);
    let kwargs = [("a", 1), ("ä🌲", 2)].into_py_dict(py)?;
    check(all.call((), Some(&kwargs)), "((), {'a': 1, 'ä\\U0001f332': 2})");
    check(all.call((0, "x"), Some(&kwargs)), "((0, 'x'), {'a': 1, 'ä\\U0001f332': 2})");
    check(eval(py, "lambda a, *, b=2: (a, b)").call((), Some(&[("a", 1)].into_py_dict(py)?)), "(1, 2)");
    // The callee gets a dict of its own.
    eval(py, "lambda **kwargs: kwargs.clear()").call((), Some(&kwargs))?;
    assert_eq!(PyDictMethods::len(&kwargs), 2);
    let numbers = [(1, 1)].into_py_dict(py)?;
    raises::<PyTypeError, _, _>(py, all.call((), Some(&numbers)));
    Ok(())
}

fn tuples_as_arguments(py: Python<'_>) -> PyResult<()> {
    let all = eval(py, ALL);
    let tuple = (1, "two").into_pyobject(py)?;
    let kwargs = [("a", 1)].into_py_dict(py)?;
    check(all.call1(&tuple), "((1, 'two'), {})");
    check(all.call1(tuple.clone()), "((1, 'two'), {})");
    check(all.call1(tuple.as_borrowed()), "((1, 'two'), {})");
    check(all.call1(tuple.clone().unbind()), "((1, 'two'), {})");
    let unbound = tuple.clone().unbind();
    check(all.call1(&unbound), "((1, 'two'), {})");
    check(all.call(&tuple, Some(&kwargs)), "((1, 'two'), {'a': 1})");
    check(all.call(tuple, Some(&kwargs)), "((1, 'two'), {'a': 1})");
    check(all.call1(PyTuple::empty(py)), "((), {})");
    Ok(())
}

fn every_number_of_arguments(py: Python<'_>) -> PyResult<()> {
    let all = eval(py, ALL);
    let kwargs = [("k", 0)].into_py_dict(py)?;
    macro_rules! check_number {
        ($($value:literal)*) => {{
            let expected = format!("({:?}, {{}})", ($($value,)*));
            check(all.call1(($($value,)*)), &expected);
            check(all.call1(&($($value,)*)), &expected);
            check(all.call_method1("__call__", ($($value,)*)), &expected);
            let expected = format!("({:?}, {{'k': 0}})", ($($value,)*));
            check(all.call(($($value,)*), Some(&kwargs)), &expected);
        }};
    }
    check_number!(1);
    check_number!(1 2);
    check_number!(1 2 3);
    check_number!(1 2 3 4);
    check_number!(1 2 3 4 5);
    check_number!(1 2 3 4 5 6);
    check_number!(1 2 3 4 5 6 7);
    check_number!(1 2 3 4 5 6 7 8);
    check_number!(1 2 3 4 5 6 7 8 9);
    check_number!(1 2 3 4 5 6 7 8 9 10);
    check_number!(1 2 3 4 5 6 7 8 9 10 11);
    check_number!(1 2 3 4 5 6 7 8 9 10 11 12);
    Ok(())
}

fn references_as_arguments(py: Python<'_>) {
    let same = eval(py, "lambda a, b: a is b");
    let list = eval(py, "[]");
    let unbound = list.clone().unbind();
    check(same.call1((&list, &unbound)), "True");
    check(same.call1((list.as_borrowed(), unbound)), "True");
    check(same.call1((list.clone(), &&list)), "True");
    check(same.call1(&(list.clone(), list)), "True");
}

fn methods(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", "
class Object:
    def all(self, *args, **kwargs):
        return (args, kwargs)

    @classmethod
    def of_class(cls, *args):
        return cls.__name__, args

    @staticmethod
    def static(*args):
        return args

    def __getattr__(self, name):
        return lambda *args: (name, args)

object = Object()
object.own = lambda *args: args
");
    let kwargs = [("a", 1)].into_py_dict(py)?;
    check(object.call_method0("all"), "((), {})");
    check(object.call_method1("all", (1, 2)), "((1, 2), {})");
    check(object.call_method("all", (1,), Some(&kwargs)), "((1,), {'a': 1})");
    check(object.call_method("all", (), None), "((), {})");
    check(object.call_method0("of_class"), "('Object', ())");
    check(object.call_method1("of_class", (1,)), "('Object', (1,))");
    check(object.call_method0("static"), "()");
    check(object.call_method1("static", (1,)), "(1,)");
    check(object.call_method0("own"), "()");
    check(object.call_method0("anything"), "('anything', ())");
    check(object.call_method1(pyo3::intern!(py, "anything"), (1,)), "('anything', (1,))");
    check(eval(py, "'text'").call_method0("upper"), "'TEXT'");
    check(eval(py, "[3, 1, 2]").call_method1("index", (1,)), "1");
    check(py.import("math")?.call_method1("gcd", (12, 18)), "6");
    Ok(())
}

fn failing_calls(py: Python<'_>) {
    let failing = eval(py, "lambda *args, **kwargs: 1 // 0");
    raises::<PyZeroDivisionError, _, _>(py, failing.call0());
    raises::<PyZeroDivisionError, _, _>(py, failing.call1((1,)));
    raises::<PyZeroDivisionError, _, _>(py, failing.call((1,), Some(&PyDict::new(py))));
    raises::<PyTypeError, _, _>(py, eval(py, "lambda: 1").call1((1,)));
    raises::<PyTypeError, _, _>(py, eval(py, "lambda a: 1").call0());
    raises::<PyAttributeError, _, _>(py, failing.call_method0("missing"));
    raises::<PyAttributeError, _, _>(py, failing.call_method1("missing", (1,)));
    raises::<PyTypeError, _, _>(py, eval(py, "'text'").call_method1("upper", (1,)));
    assert!(!PyErr::occurred(py));
}

fn what_cannot_be_called(py: Python<'_>) {
    for object in ["5", "None", "'text'", "object()"] {
        let object = eval(py, object);
        raises::<PyTypeError, _, _>(py, object.call0());
        raises::<PyTypeError, _, _>(py, object.call1((1,)));
        raises::<PyTypeError, _, _>(py, object.call((1,), Some(&PyDict::new(py))));
    }
    raises::<PyTypeError, _, _>(py, eval(py, "'text'").call_method0("__doc__"));
}

fn classes(py: Python<'_>) -> PyResult<()> {
    let class = define(py, "Class", "
class Class:
    def __init__(self, a, b=2):
        self.sum = a + b
");
    assert!(class.call1((1,))?.getattr("sum")?.eq(3)?);
    assert!(class.call((1,), Some(&[("b", 5)].into_py_dict(py)?))?.getattr("sum")?.eq(6)?);
    check(eval(py, "int").call1(("ff", 16)), "255");
    check(eval(py, "dict").call((), Some(&[("a", 1)].into_py_dict(py)?)), "{'a': 1}");
    check(eval(py, "list").call1(("ab",)), "['a', 'b']");
    check(eval(py, "str").call0(), "''");
    Ok(())
}

fn builtins(py: Python<'_>) -> PyResult<()> {
    check(eval(py, "len").call1(("four",)), "4");
    check(eval(py, "max").call1((1, 3, 2)), "3");
    check(eval(py, "sorted").call(("cab",), Some(&[("reverse", true)].into_py_dict(py)?)), "['c', 'b', 'a']");
    check(eval(py, "__import__('functools').partial(max, 5)").call1((3,)), "5");
    check(eval(py, "'{} {x}'.format").call((1,), Some(&[("x", 2)].into_py_dict(py)?)), "'1 2'");
    Ok(())
}

#[pyfunction]
#[pyo3(signature = (a, b = 2))]
fn sum(a: i32, b: i32) -> i32 {
    a + b
}

fn functions_made_in_rust(py: Python<'_>) -> PyResult<()> {
    let sum = wrap_pyfunction!(sum, py)?;
    check(sum.call1((1,)), "3");
    check(sum.call1((1, 5)), "6");
    check(sum.call((1,), Some(&[("b", 5)].into_py_dict(py)?)), "6");
    raises::<PyTypeError, _, _>(py, sum.call0());
    Ok(())
}

struct Failing;

impl<'py> IntoPyObject<'py> for Failing {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Self::Output> {
        Err(PyZeroDivisionError::new_err("no object"))
    }
}

/// An argument that cannot be made: nothing is called.
fn failing_arguments(py: Python<'_>) -> PyResult<()> {
    let called = define(py, "append", "called = []\nappend = called.append");
    raises::<PyZeroDivisionError, _, _>(py, called.call1((Failing,)));
    raises::<PyZeroDivisionError, _, _>(py, called.call((1, Failing), None));
    raises::<PyZeroDivisionError, _, _>(py, called.call_method1("__call__", (Failing,)));
    assert_eq!(called.getattr("__self__")?.len()?, 0);
    Ok(())
}

fn many_calls(py: Python<'_>) -> PyResult<()> {
    let add = eval(py, "lambda a, b: a + b");
    let mut total = 0_i32.into_pyobject(py).unwrap().into_any();
    for number in 0..500 {
        total = add.call1((&total, number))?;
    }
    assert_eq!(total.extract::<i32>()?, 124_750);
    Ok(())
}
