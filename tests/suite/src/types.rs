//! The built-in types: `list`, `tuple`, `dict`, `type`, iterators, tracebacks, functions and singletons.

use std::cell::RefCell;

use pyo3::exceptions::{PyException, PyIndexError, PyKeyError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    IntoPyDict as _, PyBool, PyBytes, PyCFunction, PyDict, PyEllipsis, PyFloat, PyInt, PyIterator, PyList, PyNone,
    PyNotImplemented, PyString, PyTraceback, PyTuple, PyType,
};
use pyo3::{PyTypeCheck, PyTypeInfo};

use crate::check::{define, eval, raises};

tests![
    lists,
    lists_of_iterators,
    lists_that_change,
    iterators_that_lie,
    tuples,
    dicts,
    dicts_of_pairs,
    dicts_one_pair_after_the_other,
    dicts_all_pairs_under_one_lock,
    dicts_that_change,
    failing_keys,
    classes,
    names_of_classes,
    subclasses,
    iterators,
    singletons,
    type_objects,
    every_type_checks,
    functions_are_functions,
];

fn lists(py: Python<'_>) -> PyResult<()> {
    let list = PyList::new(py, ["a", "b"])?;
    assert_eq!(list.len(), 2);
    assert!(list.is_exact_instance_of::<PyList>() && !list.is_empty());
    list.append("c")?;
    list.set_item(0, 1)?;
    assert!(list.eq(eval(py, "[1, 'b', 'c']"))?);
    assert!(list.get_item(2)?.eq("c")?);
    raises::<PyIndexError, _, _>(py, list.get_item(3));
    raises::<PyIndexError, _, _>(py, list.get_item(usize::MAX));
    raises::<PyIndexError, _, _>(py, list.set_item(3, 0));
    raises::<PyIndexError, _, _>(py, list.set_item(usize::MAX, 0));
    assert!(PyList::empty(py).is_empty());
    assert_eq!(list.iter().map(|item| item.to_string()).collect::<Vec<_>>(), ["1", "b", "c"]);
    assert_eq!((&list).into_iter().count(), 3);
    assert_eq!(list.clone().into_iter().count(), 3);
    assert_eq!(list.iter().size_hint(), (0, Some(3)));
    Ok(())
}

fn lists_of_iterators(py: Python<'_>) -> PyResult<()> {
    assert!(PyList::new(py, (0..3).map(|n| n * n))?.eq(eval(py, "[0, 1, 4]"))?);
    assert!(PyList::new(py, Vec::<i32>::new())?.is_empty());
    assert!(PyList::new(py, vec![Some(1), None])?.eq(eval(py, "[1, None]"))?);
    assert!(PyList::new(py, &["a".to_owned(), "b".to_owned()])?.eq(eval(py, "['a', 'b']"))?);
    assert!(PyTuple::new(py, (0..3).map(|n| n * n))?.eq(eval(py, "(0, 1, 4)"))?);
    Ok(())
}

fn lists_that_change(py: Python<'_>) -> PyResult<()> {
    let list = PyList::new(py, 0..3)?;
    let mut seen = Vec::new();
    for item in &list {
        let item: i32 = item.extract()?;
        if item == 1 {
            list.append(10)?;
        }
        seen.push(item);
    }
    assert_eq!(seen, [0, 1, 2, 10]);
    let mut iterator = list.iter();
    iterator.next();
    list.as_any().call_method0("clear")?;
    assert!(iterator.next().is_none());
    Ok(())
}

/// An iterator that gives another number of elements than it said.
struct Lying {
    left: usize,
    said: usize,
}

impl Iterator for Lying {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        Some(self.left)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.said, Some(self.said))
    }
}

impl ExactSizeIterator for Lying {}

fn iterators_that_lie(py: Python<'_>) {
    let panics = |left, said| {
        for make in [
            |py, lying| PyList::new(py, lying).map(Bound::into_any),
            |py, lying| PyTuple::new(py, lying).map(Bound::into_any),
        ] as [fn(Python<'_>, Lying) -> PyResult<Bound<'_, PyAny>>; 2]
        {
            let made = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
                make(py, Lying { left, said }).map(drop)
            }));
            assert!(made.is_err());
        }
    };
    panics(2, 3);
    panics(4, 3);
    panics(0, 1);
    panics(1, 0);
    panics(99, 100);
    panics(101, 100);
    assert!(!PyErr::occurred(py));
}

fn tuples(py: Python<'_>) -> PyResult<()> {
    let tuple = PyTuple::new(py, ["a", "b"])?;
    assert_eq!(tuple.len(), 2);
    assert!(tuple.is_exact_instance_of::<PyTuple>() && !tuple.is_empty());
    assert!(tuple.get_item(1)?.eq("b")?);
    assert!(tuple.get_borrowed_item(0)?.eq("a")?);
    raises::<PyIndexError, _, _>(py, tuple.get_item(2));
    raises::<PyIndexError, _, _>(py, tuple.get_item(usize::MAX));
    assert!(PyTuple::empty(py).is_empty());
    assert_eq!(tuple.iter().len(), 2);
    assert_eq!((&tuple).into_iter().map(|item| item.to_string()).collect::<String>(), "ab");
    assert_eq!(tuple.into_iter().count(), 2);
    Ok(())
}

fn dicts(py: Python<'_>) -> PyResult<()> {
    let dict = PyDict::new(py);
    assert!(dict.is_empty());
    dict.set_item("a", 1)?;
    dict.set_item(2, "b")?;
    assert_eq!(dict.len(), 2);
    assert!(dict.contains("a")? && !dict.contains("b")?);
    assert!(dict.get_item("a")?.unwrap().eq(1)?);
    assert!(dict.get_item("missing")?.is_none());
    let copy = dict.copy()?;
    dict.del_item("a")?;
    raises::<PyKeyError, _, _>(py, dict.del_item("a"));
    assert!(copy.eq(eval(py, "{'a': 1, 2: 'b'}"))?);
    assert!(copy.keys().eq(eval(py, "['a', 2]"))?);
    assert!(copy.values().eq(eval(py, "[1, 'b']"))?);
    assert!(copy.items().eq(eval(py, "[('a', 1), (2, 'b')]"))?);
    copy.clear();
    assert!(copy.is_empty() && !dict.is_empty());
    Ok(())
}

fn dicts_one_pair_after_the_other(py: Python<'_>) -> PyResult<()> {
    let dict = eval(py, "{'a': 1, 2: None, (): 'ö'}").cast_into::<PyDict>()?;
    assert_eq!(dict.iter().len(), 3);
    let mut again = Vec::new();
    for (key, value) in &dict {
        again.push((key, value));
    }
    assert!(again.clone().into_py_dict(py)?.eq(&dict)?);
    assert!(again.iter().map(|(key, _)| key).collect::<Vec<_>>().into_pyobject(py)?.eq(dict.keys())?);
    assert_eq!(PyDict::new(py).into_iter().count(), 0);
    // Pairs are owned.
    let mut pairs = dict.iter();
    let (_, first) = pairs.next().expect("there are three");
    dict.set_item("a", 5)?;
    assert!(first.eq(1)?);
    assert_eq!(pairs.count(), 2);
    let sub = define(py, "sub", "class Sub(dict): pass\nsub = Sub(a=1)").cast_into::<PyDict>()?;
    assert_eq!(sub.iter().count(), 1);
    Ok(())
}

fn dicts_all_pairs_under_one_lock(py: Python<'_>) -> PyResult<()> {
    let dict = eval(py, "{1: 10, 2: 20, 3: 30}").cast_into::<PyDict>()?;
    let seen = RefCell::new(Vec::new());
    dict.locked_for_each(|key, value| {
        // The same thread may use the dict meanwhile.
        assert!(dict.get_item(&key)?.is_some_and(|same| same.is(&value)));
        seen.borrow_mut().push((key.extract::<i32>()?, value.extract::<i32>()?));
        Ok(())
    })?;
    assert_eq!(seen.take(), [(1, 10), (2, 20), (3, 30)]);
    let error = raises::<PyValueError, _, _>(
        py,
        dict.locked_for_each(|key, _| {
            seen.borrow_mut().push((key.extract()?, 0));
            if key.eq(2)? { Err(PyValueError::new_err("two")) } else { Ok(()) }
        }),
    );
    assert_eq!((error.as_str(), seen.take().len()), ("two", 2));
    let grows = |_, _| dict.set_item(dict.len() + 10, ());
    let error = raises::<PyRuntimeError, _, _>(py, dict.locked_for_each(grows));
    assert_eq!(error, "dictionary changed size during iteration");
    // The iterator's own methods do the same, and a panic ends the lock.
    let sum = |sum: i32, key: Bound<'_, PyAny>| sum + key.extract::<i32>().unwrap_or(100);
    assert_eq!(dict.iter().map(|(key, _)| key).fold(0, sum), 1 + 2 + 3 + 13);
    let panics = std::panic::AssertUnwindSafe(|| dict.iter().for_each(|(key, _)| assert!(key.is_none())));
    std::panic::catch_unwind(panics).expect_err("it panics");
    dict.set_item("after", 1)
}

fn dicts_that_change(py: Python<'_>) -> PyResult<()> {
    let message = |dict: &Bound<'_, PyDict>, change: &dyn Fn()| {
        let mut pairs = dict.iter();
        pairs.next();
        change();
        let end = std::panic::AssertUnwindSafe(|| pairs.for_each(drop));
        let payload = std::panic::catch_unwind(end).expect_err("it has changed");
        *payload.downcast::<String>().expect("a message")
    };
    let dict = eval(py, "dict.fromkeys(range(10))").cast_into::<PyDict>()?;
    let grown = message(&dict, &|| dict.set_item("new", 1).unwrap());
    assert_eq!(grown, "dictionary changed size during iteration");
    let shrunk = message(&dict, &|| dict.del_item(5).unwrap());
    assert_eq!(shrunk, "dictionary changed size during iteration");
    Ok(())
}

fn dicts_of_pairs(py: Python<'_>) -> PyResult<()> {
    assert!([("a", 1), ("b", 2)].into_py_dict(py)?.eq(eval(py, "{'a': 1, 'b': 2}"))?);
    assert!(vec![(1, vec![2])].into_py_dict(py)?.eq(eval(py, "{1: [2]}"))?);
    assert!((0..3).map(|n| (n, n * n)).into_py_dict(py)?.eq(eval(py, "{0: 0, 1: 1, 2: 4}"))?);
    raises::<PyTypeError, _, _>(py, [(vec![1], 1)].into_py_dict(py));
    Ok(())
}

fn failing_keys(py: Python<'_>) {
    let dict = PyDict::new(py);
    let key = eval(py, "[]");
    raises::<PyTypeError, _, _>(py, dict.get_item(&key));
    raises::<PyTypeError, _, _>(py, dict.set_item(&key, 1));
    raises::<PyTypeError, _, _>(py, dict.del_item(&key));
    raises::<PyTypeError, _, _>(py, dict.contains(&key));
    assert!(!PyErr::occurred(py));
}

fn classes(py: Python<'_>) -> PyResult<()> {
    let int = PyType::new::<PyInt>(py);
    assert!(int.is(eval(py, "int")) && int.is(py.get_type::<PyInt>()));
    assert_eq!(int.as_type_ptr().cast(), int.as_ptr());
    // SAFETY: a live class.
    assert!(unsafe { PyType::from_borrowed_type_ptr(py, int.as_type_ptr()) }.is(&int));
    assert!(eval(py, "5").cast::<PyType>().is_err());
    let metaclass = define(py, "Class", "
class Meta(type):
    pass

class Class(metaclass=Meta):
    pass
");
    assert!(metaclass.cast::<PyType>().is_ok() && metaclass.cast_exact::<PyType>().is_err());
    Ok(())
}

fn names_of_classes(py: Python<'_>) -> PyResult<()> {
    let int = py.get_type::<PyInt>();
    assert!(int.name()? == "int" && int.qualname()? == "int" && int.module()? == "builtins");
    assert!(int.fully_qualified_name()? == "int");
    let inner = define(py, "Outer", "
class Outer:
    class Inner:
        __module__ = 'some.where'
").getattr("Inner")?.cast_into::<PyType>()?;
    assert!(inner.name()? == "Inner" && inner.qualname()? == "Outer.Inner" && inner.module()? == "some.where");
    assert!(inner.fully_qualified_name()? == "some.where.Outer.Inner");
    let exception = py.get_type::<PyException>();
    assert!(exception.fully_qualified_name()? == "Exception");
    Ok(())
}

fn subclasses(py: Python<'_>) -> PyResult<()> {
    let bool = py.get_type::<PyBool>();
    assert!(bool.is_subclass_of::<PyInt>()? && bool.is_subclass_of::<PyAny>()?);
    assert!(!bool.is_subclass_of::<PyString>()?);
    assert!(bool.is_subclass(&eval(py, "int"))? && bool.is_subclass(&eval(py, "(str, int)"))?);
    raises::<PyTypeError, _, _>(py, bool.is_subclass(&eval(py, "5")));
    assert!(bool.mro().eq(eval(py, "(bool, int, object)"))?);
    assert!(bool.bases().eq(eval(py, "(int,)"))?);
    assert!(py.get_type::<PyAny>().bases().is_empty());
    Ok(())
}

fn iterators(py: Python<'_>) -> PyResult<()> {
    let object = eval(py, "iter('ab')");
    let iterator = object.cast::<PyIterator>()?;
    assert_eq!(iterator.clone().map(|item| item.unwrap().to_string()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(iterator.clone().count(), 0);
    let own = define(py, "own", "
class Iterator:
    left = 3

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.left

own = Iterator()
");
    let numbers: PyResult<Vec<i32>> = own.cast::<PyIterator>()?.clone().map(|item| item?.extract()).collect();
    assert_eq!(numbers?, [2, 1, 0]);
    for other in ["[1]", "'ab'", "5", "range(3)"] {
        let text = raises::<PyTypeError, _, _>(py, eval(py, other).cast::<PyIterator>());
        assert!(text.ends_with("object is not an instance of 'Iterator'"), "{text}");
    }
    Ok(())
}

fn singletons(py: Python<'_>) {
    assert!(PyNone::get(py).is(eval(py, "None")));
    assert!(PyEllipsis::get(py).is(eval(py, "...")));
    assert!(PyNotImplemented::get(py).is(eval(py, "NotImplemented")));
    assert!(eval(py, "None").cast::<PyNone>().is_ok() && eval(py, "0").cast::<PyNone>().is_err());
    assert!(eval(py, "...").is_exact_instance_of::<PyEllipsis>());
    assert!(!eval(py, "None").is_instance_of::<PyNotImplemented>());
    assert!(py.get_type::<PyNone>().is(eval(py, "type(None)")));
    assert!(py.get_type::<PyEllipsis>().is(eval(py, "type(...)")));
    assert!(py.get_type::<PyNotImplemented>().is(eval(py, "type(NotImplemented)")));
    assert!(PyNone::get(py).is_none());
}

fn type_objects(py: Python<'_>) {
    #[track_caller]
    fn check<T: PyTypeInfo>(py: Python<'_>, expected: &str) {
        let expected = eval(py, expected);
        assert!(T::type_object(py).is(&expected), "{expected}");
        assert_eq!(T::type_object_raw(py).cast(), expected.as_ptr());
        assert!(T::classinfo_object(py).is(&expected));
        assert!(expected.getattr("__name__").unwrap().eq(T::NAME).unwrap(), "{}", T::NAME);
    }
    check::<PyAny>(py, "object");
    check::<PyBool>(py, "bool");
    check::<PyBytes>(py, "bytes");
    check::<PyDict>(py, "dict");
    check::<PyFloat>(py, "float");
    check::<PyInt>(py, "int");
    check::<PyList>(py, "list");
    check::<PyModule>(py, "type(__import__('sys'))");
    check::<PyString>(py, "str");
    check::<PyTuple>(py, "tuple");
    check::<PyType>(py, "type");
}

/// Each type knows its instances, those of subclasses, and nothing else.
fn every_type_checks(py: Python<'_>) {
    let code = "
class Int(int): pass
class Float(float): pass
class Str(str): pass
class Bytes(bytes): pass
class List(list): pass
class Tuple(tuple): pass
class Dict(dict): pass
class Meta(type): pass
class Object: pass

exact = {
    'int': 5, 'bool': True, 'float': 0.5, 'str': 'a', 'bytes': b'a', 'list': [], 'tuple': (), 'dict': {}, 'type': int,
    'module': __import__('sys'), 'object': Object(),
}
subclassed = {
    'int': Int(), 'float': Float(), 'str': Str(), 'bytes': Bytes(), 'list': List(), 'tuple': Tuple(), 'dict': Dict(),
    'type': Meta('M', (), {}),
}
";
    let variables = crate::check::run(py, &[], code).unwrap();
    let objects = |name: &str| {
        let dict = variables.get_item(name).unwrap().unwrap().cast_into::<PyDict>().unwrap();
        dict.items().iter().map(|pair| pair.extract::<(String, Bound<'_, PyAny>)>().unwrap()).collect::<Vec<_>>()
    };
    let (exact, subclassed) = (objects("exact"), objects("subclassed"));
    #[track_caller]
    fn check<T: PyTypeInfo>(exact: &[(String, Bound<'_, PyAny>)], subclassed: &[(String, Bound<'_, PyAny>)]) {
        for (name, object) in exact {
            let is = name == T::NAME || (T::NAME == "int" && name == "bool");
            assert_eq!(object.is_instance_of::<T>(), is, "{name} {}", T::NAME);
            assert_eq!(object.is_exact_instance_of::<T>(), name == T::NAME, "{name} {}", T::NAME);
            assert_eq!(object.cast::<T>().is_ok(), is);
            assert_eq!(T::type_check(object), is);
        }
        for (name, object) in subclassed {
            assert_eq!(object.is_instance_of::<T>(), name == T::NAME, "{name} {}", T::NAME);
            assert!(!object.is_exact_instance_of::<T>(), "{name} {}", T::NAME);
        }
    }
    check::<PyInt>(&exact, &subclassed);
    check::<PyBool>(&exact, &subclassed);
    check::<PyFloat>(&exact, &subclassed);
    check::<PyString>(&exact, &subclassed);
    check::<PyBytes>(&exact, &subclassed);
    check::<PyList>(&exact, &subclassed);
    check::<PyTuple>(&exact, &subclassed);
    check::<PyDict>(&exact, &subclassed);
    check::<PyType>(&exact, &subclassed);
    check::<PyModule>(&exact, &subclassed);
}

#[pyfunction]
fn own() {}

fn functions_are_functions(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(own, py)?;
    assert!(function.is_exact_instance_of::<PyCFunction>());
    assert!(eval(py, "lambda: 1").cast::<PyCFunction>().is_err());
    let error = define(py, "failing", "def failing(): 1 // 0").call0().unwrap_err();
    let traceback = error.traceback(py).unwrap();
    assert!(traceback.is_exact_instance_of::<PyTraceback>());
    assert!(traceback.getattr("tb_lineno")?.extract::<i32>()? >= 0);
    Ok(())
}
