//! The smart pointers: `Py`, `Bound`, `Borrowed`.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple};
use pyo3::{BoundObject, ffi};

use crate::check::{after_collection, define, eval, mortal, raises, run};

tests![
    references_are_counted,
    the_last_reference,
    raw_pointers,
    null_pointers,
    with_and_without_token,
    borrowed_references,
    identity,
    methods_of_py,
    casts,
    failed_casts,
    unchecked_casts,
    texts,
    unprintable_objects,
    conversions_between_pointers,
    extracting_pointers,
    pointers_become_objects,
    owned_or_borrowed,
    sent_to_another_thread,
];

/// `sys.getrefcount`, where objects have a count.
fn count_of(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    py.import("sys").unwrap().getattr_opt("getrefcount").unwrap().filter(|_| crate::check::is_cpython(py))
}

/// Each clone is one reference more, each drop one less. Only CPython tells how many there are.
fn references_are_counted(py: Python<'_>) -> PyResult<()> {
    let Some(count) = count_of(py) else {
        assert!(!crate::check::is_cpython(py));
        return Ok(());
    };
    let object = eval(py, "object()");
    let references = || count.call1((&object,)).unwrap().extract::<isize>().unwrap();
    let start = references();
    let clone = object.clone();
    assert_eq!(references(), start + 1);
    let unbound = clone.unbind();
    assert_eq!(references(), start + 1);
    let more = [unbound.clone_ref(py), unbound.clone_ref(py)];
    assert_eq!(references(), start + 3);
    drop(more);
    assert_eq!(references(), start + 1);
    let borrowed = object.as_borrowed();
    let _copy = borrowed;
    assert_eq!(references(), start + 1);
    let owned = borrowed.to_owned();
    assert_eq!(references(), start + 2);
    let pointer = owned.into_ptr();
    assert_eq!(references(), start + 2);
    // SAFETY: the reference that `into_ptr` gave.
    drop(unsafe { Bound::from_owned_ptr(py, pointer) });
    assert_eq!(references(), start + 1);
    // SAFETY: alive; takes a reference of its own.
    let another = unsafe { Py::<PyAny>::from_borrowed_ptr(py, pointer) };
    assert_eq!(references(), start + 2);
    another.drop_ref(py);
    drop(unbound);
    assert_eq!(references(), start);
    // Containers and calls take and give back what they need.
    let list = PyList::new(py, [&object, &object])?;
    let tuple = PyTuple::new(py, [&object])?;
    assert_eq!(references(), start + 3);
    let first = list.get_item(0)?;
    assert_eq!(references(), start + 4);
    list.set_item(0, 0)?;
    drop((first, tuple));
    assert_eq!(references(), start + 1);
    drop(list);
    for _ in 0..10 {
        let _ = eval(py, "lambda *args: args").call1((&object, 1))?;
        let _ = eval(py, "lambda *args: 1 // 0").call1((&object, 1)).unwrap_err();
        let _ = object.getattr("no_such_attribute").unwrap_err();
        let _ = object.cast::<PyList>().unwrap_err();
        let _ = object.extract::<i32>().unwrap_err();
    }
    assert_eq!(references(), start);
    Ok(())
}

fn the_last_reference(py: Python<'_>) {
    let (object, is_dead) = mortal(py);
    let unbound = object.clone().unbind();
    let another = unbound.clone_ref(py);
    drop(object);
    drop(unbound);
    eval(py, "__import__('gc').collect()");
    assert!(!is_dead());
    drop(another);
    after_collection(py, is_dead);
}

fn raw_pointers(py: Python<'_>) -> PyResult<()> {
    let object = PyString::new(py, "pointed at");
    let pointer = object.as_ptr();
    assert_eq!(object.clone().unbind().as_ptr(), pointer);
    assert_eq!(object.as_borrowed().as_ptr(), pointer);
    // SAFETY: alive, and each of these takes or is given a reference of its own.
    unsafe {
        assert!(Bound::from_borrowed_ptr(py, pointer).is(&object));
        assert!(Bound::from_borrowed_ptr_or_opt(py, pointer).unwrap().is(&object));
        assert!(Bound::from_borrowed_ptr_or_err(py, pointer)?.is(&object));
        assert!(Bound::from_owned_ptr_or_opt(py, object.clone().into_ptr()).unwrap().is(&object));
        assert!(Bound::from_owned_ptr_or_err(py, object.clone().into_ptr())?.is(&object));
        assert!(Py::<PyString>::from_owned_ptr(py, object.clone().into_ptr()).is(&object));
        assert!(Py::<PyString>::from_owned_ptr_or_err(py, object.clone().into_ptr())?.is(&object));
        assert!(Py::<PyString>::from_owned_ptr_or_opt(py, object.clone().into_ptr()).unwrap().is(&object));
        assert!(Borrowed::from_ptr(py, pointer).is(&object));
        assert!(Borrowed::from_ptr_or_opt(py, pointer).unwrap().is(&object));
        assert!(Borrowed::from_ptr_or_err(py, pointer)?.is(&object));
    }
    Ok(())
}

fn null_pointers(py: Python<'_>) {
    let null = core::ptr::null_mut;
    // SAFETY: null is what these are made for.
    unsafe {
        assert!(Bound::from_owned_ptr_or_opt(py, null()).is_none());
        assert!(Bound::from_borrowed_ptr_or_opt(py, null()).is_none());
        assert!(Py::<PyAny>::from_owned_ptr_or_opt(py, null()).is_none());
        assert!(Borrowed::from_ptr_or_opt(py, null()).is_none());
    }
    type Failed = fn(Python<'_>) -> PyErr;
    let failed: [Failed; 4] = [
        // SAFETY: null, with an exception set.
        |py| unsafe { Bound::from_owned_ptr_or_err(py, core::ptr::null_mut()) }.unwrap_err(),
        // SAFETY: as above.
        |py| unsafe { Bound::from_borrowed_ptr_or_err(py, core::ptr::null_mut()) }.unwrap_err(),
        // SAFETY: as above.
        |py| unsafe { Py::<PyAny>::from_owned_ptr_or_err(py, core::ptr::null_mut()) }.unwrap_err(),
        // SAFETY: as above.
        |py| unsafe { Borrowed::from_ptr_or_err(py, core::ptr::null_mut()) }.map(drop).unwrap_err(),
    ];
    for failed in failed {
        PyValueError::new_err("set before").restore(py);
        assert_eq!(failed(py).to_string(), "ValueError: set before");
        assert!(!PyErr::occurred(py));
    }
    let panics: [fn(Python<'_>); 4] = [
        // SAFETY: null, for which it panics.
        |py| drop(unsafe { Bound::from_owned_ptr(py, core::ptr::null_mut()) }),
        // SAFETY: as above.
        |py| drop(unsafe { Bound::from_borrowed_ptr(py, core::ptr::null_mut()) }),
        // SAFETY: as above.
        |py| drop(unsafe { Py::<PyAny>::from_owned_ptr(py, core::ptr::null_mut()) }),
        // SAFETY: as above.
        |py| drop(unsafe { Borrowed::from_ptr(py, core::ptr::null_mut()).to_owned() }),
    ];
    for panics in panics {
        std::panic::catch_unwind(|| Python::attach(panics)).unwrap_err();
    }
}

fn with_and_without_token(py: Python<'_>) -> PyResult<()> {
    let list = PyList::new(py, [1, 2])?;
    let unbound: Py<PyList> = list.clone().unbind();
    unbound.bind(py).append(3)?;
    assert_eq!(PyListMethods::len(&*unbound.bind_borrowed(py)), 3);
    assert!(list.as_unbound().is(&unbound));
    assert!(unbound.as_any().is(&list));
    let any: Py<PyAny> = unbound.clone_ref(py).into_any();
    assert!(any.into_bound(py).is(&list));
    assert_eq!(unbound.into_bound(py).extract::<Vec<i32>>()?, [1, 2, 3]);
    assert!(list.as_any().is(list.clone().into_any()));
    Python::attach(|inner| assert!(list.py().None().is(inner.None())));
    Ok(())
}

/// A borrowed reference is copied, and what is extracted of it lives as long as the owner.
fn borrowed_references(py: Python<'_>) -> PyResult<()> {
    fn longest<'a>(first: Borrowed<'a, '_, PyAny>, second: Borrowed<'a, '_, PyAny>) -> PyResult<&'a str> {
        let (first, second): (&'a str, &'a str) = (first.extract()?, second.extract()?);
        Ok(if first.len() > second.len() { first } else { second })
    }
    let (short, long) = (eval(py, "'oak'"), eval(py, "'beech'"));
    let longest = longest(short.as_borrowed(), long.as_borrowed())?;
    assert_eq!(longest, "beech");
    let tuple = eval(py, "(1, 'two')").cast_into::<PyTuple>()?;
    let item = tuple.get_borrowed_item(1)?;
    let copy = item;
    assert_eq!(item.cast::<PyString>()?.to_str()?, copy.to_owned().cast_into::<PyString>()?.to_str()?);
    assert!(Borrowed::from(&tuple).is(&tuple));
    assert!(item.cast_exact::<PyString>().is_ok() && item.cast_exact::<PyInt>().is_err());
    Ok(())
}

fn identity(py: Python<'_>) {
    let (one, other) = (eval(py, "[]"), eval(py, "[]"));
    assert!(one.is(&one) && one.is(one.clone().unbind()) && one.is(one.as_borrowed()));
    assert!(!one.is(&other) && one.eq(&other).unwrap());
    let unbound = one.clone().unbind();
    assert!(unbound.is(&one) && !unbound.is(other.as_unbound()));
}

fn methods_of_py(py: Python<'_>) -> PyResult<()> {
    let code = "
class Object:
    value = 1

    def __call__(self, *args, **kwargs):
        return (args, kwargs)

    def method(self, *args, **kwargs):
        return (args, kwargs)

object = Object()
";
    let object = define(py, "object", code).unbind();
    assert_eq!(object.getattr(py, "value")?.extract::<i32>(py)?, 1);
    object.setattr(py, "value", "new")?;
    assert_eq!(object.getattr(py, "value")?.extract::<String>(py)?, "new");
    assert!(object.getattr(py, "missing").is_err());
    let kwargs = PyDict::new(py);
    kwargs.set_item("key", 2)?;
    let check = |result: Py<PyAny>, expected| assert!(result.bind(py).eq(eval(py, expected)).unwrap(), "{expected}");
    check(object.call0(py)?, "((), {})");
    check(object.call1(py, (1, "a"))?, "((1, 'a'), {})");
    check(object.call(py, (1,), Some(&kwargs))?, "((1,), {'key': 2})");
    check(object.call_method0(py, "method")?, "((), {})");
    check(object.call_method1(py, "method", (1,))?, "((1,), {})");
    check(object.call_method(py, "method", (), Some(&kwargs))?, "((), {'key': 2})");
    assert!(object.is_truthy(py)? && !object.is_none(py));
    assert!(!py.None().is_truthy(py)? && py.None().is_none(py));
    Ok(())
}

fn casts(py: Python<'_>) -> PyResult<()> {
    let sub = define(py, "sub", "class List(list): pass\nsub = List([1])");
    assert_eq!(PyListMethods::len(sub.cast::<PyList>()?), 1);
    assert!(sub.cast_exact::<PyList>().is_err());
    assert!(sub.clone().cast_into::<PyList>()?.is(&sub));
    assert!(sub.clone().cast_into_exact::<PyList>().is_err());
    assert!(sub.clone().unbind().cast_bound::<PyList>(py).is_ok());
    assert!(sub.clone().unbind().cast_bound::<PyDict>(py).is_err());
    let list = eval(py, "[1]");
    assert!(list.cast_exact::<PyList>()?.is(&list));
    assert!(list.clone().cast_into_exact::<PyList>()?.is(&list));
    assert!(list.cast::<PyAny>()?.is(&list));
    // The older names.
    assert!(list.downcast::<PyList>()?.is(&list));
    assert!(list.downcast_exact::<PyList>()?.is(&list));
    assert!(list.clone().downcast_into::<PyList>()?.is(&list));
    assert!(list.downcast::<PyDict>().is_err());
    Ok(())
}

fn failed_casts(py: Python<'_>) {
    let int = eval(py, "5");
    let message = "'int' object is not an instance of 'str'";
    let error = int.cast::<PyString>().unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(format!("{error:?}").contains('5'));
    assert_eq!(raises::<PyTypeError, _, _>(py, int.cast::<PyString>()), message);
    assert_eq!(raises::<PyTypeError, _, _>(py, int.clone().cast_into::<PyString>()), message);
    let error = int.clone().cast_into::<PyString>().unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(error.into_inner().is(&int));
    assert_eq!(raises::<PyTypeError, _, _>(py, int.extract::<Bound<'_, PyString>>()), message);
    let sub = define(py, "sub", "class Text(str): pass\nsub = Text()");
    let text = raises::<PyTypeError, _, _>(py, sub.cast_exact::<PyString>());
    assert_eq!(text, "'Text' object is not an instance of 'str'");
}

fn unchecked_casts(py: Python<'_>) {
    let list = eval(py, "[1, 2]");
    // SAFETY: a list.
    unsafe {
        assert_eq!(PyListMethods::len(list.cast_unchecked::<PyList>()), 2);
        assert_eq!(PyListMethods::len(&list.clone().cast_into_unchecked::<PyList>()), 2);
        let unbound = list.clone().unbind();
        assert_eq!(PyListMethods::len(unbound.cast_bound_unchecked::<PyList>(py)), 2);
        let borrowed = list.as_borrowed().cast_unchecked::<PyList>();
        assert_eq!(PyListMethods::len(&*borrowed), 2);
    }
}

/// `Display` is `str()`, `Debug` is `repr()`.
fn texts(py: Python<'_>) {
    let text = eval(py, "'a\\'b🌲'");
    assert_eq!(format!("{text}"), "a'b🌲");
    assert_eq!(format!("{text:?}"), "\"a'b🌲\"");
    assert_eq!(format!("{:?}", text.as_borrowed()), "\"a'b🌲\"");
    let unbound = text.unbind();
    assert_eq!(format!("{unbound}"), "a'b🌲");
    assert!(format!("{unbound:?}").starts_with("Py(0x"));
}

/// A failure on the way to a text cannot be returned, so it goes where Python reports such failures.
fn unprintable_objects(py: Python<'_>) -> PyResult<()> {
    let code = "
import io, sys

class Object:
    def __str__(self):
        raise ValueError('no text')

    __repr__ = __str__

object = Object()
before, sys.stderr = sys.stderr, io.StringIO()
";
    let variables = run(py, &[], code)?;
    let object = variables.get_item("object")?.unwrap();
    let texts = [format!("{object}"), format!("{object:?}")];
    run(py, &[("variables", variables.as_any())], "import sys; variables['text'] = sys.stderr.getvalue(); sys.stderr = variables['before']")?;
    assert_eq!(texts, ["<unprintable Object object>", "<unprintable Object object>"]);
    let reported: String = variables.get_item("text")?.unwrap().extract()?;
    assert_eq!(reported.matches("ValueError: no text").count(), 2, "{reported}");
    Ok(())
}

fn conversions_between_pointers(py: Python<'_>) {
    let list = PyList::empty(py);
    let unbound: [Py<PyList>; 3] = [list.clone().into(), (&list).into(), list.as_borrowed().into()];
    assert!(unbound.iter().all(|same| same.is(&list)));
    let any: [Py<PyAny>; 2] = [list.clone().into(), list.clone().unbind().into()];
    assert!(any.iter().all(|same| same.is(&list)));
    let bound: Bound<'_, PyList> = Bound::from(&list);
    assert!(bound.is(&list));
    let as_ref: &Bound<'_, PyAny> = list.as_ref();
    assert!(as_ref.is(&list));
    let as_ref: &Py<PyAny> = list.as_ref();
    assert!(as_ref.is(&list));
}

fn extracting_pointers(py: Python<'_>) -> PyResult<()> {
    let list = eval(py, "[1]");
    assert!(list.extract::<Bound<'_, PyList>>()?.is(&list));
    assert!(list.extract::<Py<PyList>>()?.is(&list));
    assert!(list.extract::<Bound<'_, PyAny>>()?.is(&list));
    assert!(list.extract::<Py<PyAny>>()?.is(&list));
    assert!(list.extract::<PyObject>()?.is(&list));
    raises::<PyTypeError, _, _>(py, list.extract::<Bound<'_, PyDict>>());
    raises::<PyTypeError, _, _>(py, list.extract::<Py<PyDict>>());
    assert!(list.clone().unbind().extract::<Vec<i32>>(py)? == [1]);
    Ok(())
}

fn pointers_become_objects(py: Python<'_>) {
    let list = PyList::empty(py);
    let unbound = list.clone().unbind();
    let borrowed = list.as_borrowed();
    assert!((&list).into_pyobject(py).unwrap().is(&list));
    assert!((&&list).into_pyobject(py).unwrap().is(&list));
    assert!(borrowed.into_pyobject(py).unwrap().is(&list));
    assert!((&borrowed).into_pyobject(py).unwrap().is(&list));
    assert!((&unbound).into_pyobject(py).unwrap().is(&list));
    assert!(unbound.into_pyobject(py).unwrap().is(&list));
    assert!(list.clone().into_pyobject(py).unwrap().is(&list));
}

/// Code that takes what a conversion returns, whether it owns or borrows.
fn owned_or_borrowed(py: Python<'_>) {
    fn check<'py, T>(object: impl BoundObject<'py, T>, same: &Bound<'py, PyAny>) {
        assert_eq!(object.as_ptr(), same.as_ptr());
        assert!(object.as_borrowed().as_any().is(same));
        assert!(object.into_any().into_bound().is(same));
    }
    let list = PyList::empty(py);
    check(list.clone(), &list);
    check(list.as_borrowed(), &list);
    assert!(BoundObject::unbind(list.as_borrowed()).is(&list));
    assert!(BoundObject::into_bound(list.clone()).is(&list));
    // SAFETY: each gives a reference.
    unsafe {
        assert!(Bound::from_owned_ptr(py, BoundObject::into_ptr(list.as_borrowed())).is(&list));
        assert!(Bound::from_owned_ptr(py, BoundObject::into_ptr(list.clone())).is(&list));
    }
    let _: *mut ffi::PyObject = BoundObject::as_ptr(&list);
}

fn sent_to_another_thread(py: Python<'_>) -> PyResult<()> {
    const fn sendable<T: Send + Sync>() {}
    const _: () = sendable::<Py<PyAny>>();
    let list = PyList::empty(py).unbind();
    let shared = list.clone_ref(py);
    py.detach(|| {
        std::thread::spawn(move || Python::attach(|py| shared.bind(py).append(1))).join().expect("no panic")
    })?;
    assert_eq!(list.extract::<Vec<i32>>(py)?, [1]);
    Ok(())
}
