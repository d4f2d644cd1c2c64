//! Panics in every kind of slot: an exception where one can be raised, else `sys.unraisablehook`. None crosses C, and
//! none leaves the object borrowed.

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::helpers::{collect, script, script_with, unraisable};
use crate::check::is_cpython;

tests![
    panics_in_slots_are_exceptions,
    panics_in_python_code_of_rust,
    panics_with_values_of_any_type,
    panics_are_not_caught_as_exceptions,
    errors_while_clearing,
];

#[pyclass(subclass)]
struct Panicky {
    #[pyo3(get)]
    calls: usize,
}

#[pymethods]
impl Panicky {
    #[new]
    #[pyo3(signature = (panics = false))]
    fn new(panics: bool) -> Panicky {
        assert!(!panics, "slot new");
        Panicky { calls: 0 }
    }

    #[pyo3(signature = (panics = false, more = false))]
    fn __init__(&mut self, panics: bool, more: bool) {
        let _ = panics;
        assert!(!more, "slot init");
    }

    fn __call__(&mut self) {
        self.calls += 1;
        panic!("slot call");
    }

    fn __str__(&self) -> String {
        panic!("slot str")
    }

    fn __hash__(&self) -> u64 {
        panic!("slot hash")
    }

    fn __bool__(&self) -> bool {
        panic!("slot bool")
    }

    fn __len__(&self) -> usize {
        panic!("slot len")
    }

    fn __getitem__(&self, _key: i32) -> i32 {
        panic!("slot getitem")
    }

    fn __setitem__(&mut self, _key: i32, _value: i32) {
        panic!("slot setitem")
    }

    fn __delitem__(&mut self, _key: i32) {
        panic!("slot delitem")
    }

    fn __contains__(&self, _key: i32) -> bool {
        panic!("slot contains")
    }

    fn __iter__(&self) -> i32 {
        panic!("slot iter")
    }

    fn __next__(&mut self) -> Option<i32> {
        panic!("slot next")
    }

    fn __lt__(&self, _other: i32) -> bool {
        panic!("slot lt")
    }

    fn __sub__(&self, _other: i32) -> i32 {
        panic!("slot sub")
    }

    fn __rsub__(&self, _other: i32) -> i32 {
        panic!("slot rsub")
    }

    fn __isub__(&mut self, _other: i32) {
        panic!("slot isub")
    }

    fn __neg__(&self) -> i32 {
        panic!("slot neg")
    }

    fn __int__(&self) -> i32 {
        panic!("slot int")
    }

    fn __float__(&self) -> f64 {
        panic!("slot float")
    }

    fn __pow__(&self, _other: i32, _modulus: Option<i32>) -> i32 {
        panic!("slot pow")
    }

    fn __getattr__(&self, name: &str) -> i32 {
        panic!("slot getattr {name}")
    }

    fn __setattr__(&mut self, _name: &str, _value: i32) {
        panic!("slot setattr")
    }

    fn __delattr__(&mut self, _name: &str) {
        panic!("slot delattr")
    }

    fn __get__(&self, _object: &Bound<'_, PyAny>, _class: &Bound<'_, PyAny>) -> i32 {
        panic!("slot get")
    }

    fn __set__(&self, _object: &Bound<'_, PyAny>, _value: i32) {
        panic!("slot set")
    }

    fn __delete__(&self, _object: &Bound<'_, PyAny>) {
        panic!("slot delete")
    }

    fn __enter__(&self) {
        panic!("method enter")
    }

    fn method(&mut self) {
        panic!("method method")
    }

    #[staticmethod]
    fn static_method() {
        panic!("method static")
    }

    #[classmethod]
    fn class_method(_class: &Bound<'_, pyo3::types::PyType>) {
        panic!("method class")
    }

    #[getter]
    fn property(&self) -> i32 {
        panic!("getter")
    }
}

fn panics_in_slots_are_exceptions(py: Python<'_>) {
    let code = "
import operator

def enter():
    with panicky:
        pass

class Owner:
    pass

panicky = Panicky()
Owner.descriptor = panicky
owner = Owner()

for text, call in [
    ('slot new', lambda: Panicky(True)),
    ('slot init', lambda: panicky.__init__(False, True)),
    ('slot call', lambda: panicky()),
    ('slot str', lambda: str(panicky)),
    ('slot hash', lambda: hash(panicky)),
    ('slot bool', lambda: bool(panicky)),
    ('slot len', lambda: len(panicky)),
    ('slot getitem', lambda: panicky[0]),
    ('slot setitem', lambda: operator.setitem(panicky, 0, 0)),
    ('slot delitem', lambda: operator.delitem(panicky, 0)),
    ('slot contains', lambda: 5 in panicky),
    ('slot iter', lambda: iter(panicky)),
    ('slot next', lambda: next(panicky)),
    ('slot lt', lambda: panicky < 5),
    ('slot sub', lambda: panicky - 5),
    ('slot rsub', lambda: 5 - panicky),
    ('slot isub', lambda: operator.isub(panicky, 5)),
    ('slot neg', lambda: -panicky),
    ('slot int', lambda: int(panicky)),
    ('slot float', lambda: float(panicky)),
    ('slot pow', lambda: panicky ** 5),
    ('slot getattr missing', lambda: panicky.missing),
    ('slot setattr', lambda: setattr(panicky, 'a', 5)),
    ('slot delattr', lambda: delattr(panicky, 'a')),
    ('slot get', lambda: owner.descriptor),
    ('slot set', lambda: setattr(owner, 'descriptor', 5)),
    ('slot delete', lambda: delattr(owner, 'descriptor')),
    ('method method', lambda: panicky.method()),
    ('method static', lambda: Panicky.static_method()),
    ('method class', lambda: Panicky.class_method()),
    ('getter', lambda: panicky.property),
] * 2:
    try:
        call()
    except BaseException as error:
        assert type(error).__name__ == 'PanicException' and str(error) == text, (text, error)
    else:
        raise AssertionError('no panic in ' + text)
# It is borrowed by nobody.
assert panicky.calls == 2
";
    script(py, &[py.get_type::<Panicky>()], code);
}

#[pyclass]
struct Caller;

#[pymethods]
impl Caller {
    #[new]
    fn new() -> Caller {
        Caller
    }

    fn call(&self, function: &Bound<'_, PyAny>) -> PyResult<()> {
        function.call0().map(drop)
    }

    fn panic_with(&self, number: i32) {
        match number {
            0 => std::panic::panic_any(5),
            1 => std::panic::panic_any("a text".to_owned()),
            _ => std::panic::panic_any("static"),
        }
    }
}

/// From Rust through Python to Rust and back again.
fn panics_in_python_code_of_rust(py: Python<'_>) {
    let code = "
caller = Caller()
try:
    caller.call(lambda: caller.call(lambda: caller.panic_with(1)))
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'a text'
else:
    raise AssertionError('no panic')
";
    // What goes on in Rust is told on stderr.
    unraisable(py, || script(py, &[py.get_type::<Caller>()], code));
}

fn panics_with_values_of_any_type(py: Python<'_>) {
    let code = "
caller = Caller()
for number, text in (1, 'a text'), (2, 'static'), (0, None):
    try:
        caller.panic_with(number)
    except BaseException as error:
        assert type(error).__name__ == 'PanicException' and (text is None or str(error) == text)
    else:
        raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Caller>()], code);
}

/// `except Exception` lets them through.
fn panics_are_not_caught_as_exceptions(py: Python<'_>) {
    let code = "
try:
    try:
        Caller().panic_with(1)
    except Exception:
        raise AssertionError('caught')
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and type(error).__mro__[1] is BaseException
";
    script(py, &[py.get_type::<Caller>()], code);
}

#[pyclass]
struct Unclear {
    itself: Option<Py<PyAny>>,
    attempts: usize,
    panics: bool,
}

#[pymethods]
impl Unclear {
    fn set(slf: Bound<'_, Self>) {
        let itself = slf.clone().into_any().unbind();
        slf.borrow_mut().itself = Some(itself);
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.itself)
    }

    fn __clear__(&mut self) -> PyResult<()> {
        self.attempts += 1;
        if self.attempts > 1 {
            self.itself = None;
        } else if self.panics {
            panic!("while cleared")
        } else {
            return Err(pyo3::exceptions::PyValueError::new_err("failed to clear"));
        }
        Ok(())
    }
}

/// The collector has nobody to tell; 3.7 would end the process if it found an exception.
fn errors_while_clearing(py: Python<'_>) -> PyResult<()> {
    if is_cpython(py) {
        for (panics, text) in [(false, "failed to clear"), (true, "while cleared")] {
            let unclear = Bound::new(py, Unclear { itself: None, attempts: 0, panics })?;
            let seen = unraisable(py, || {
                script_with(py, &[], &[("unclear", unclear.as_any())], "unclear.set()").clear();
                drop(unclear);
                collect(py);
            });
            assert!(seen.contains(text), "{seen}");
            assert!(!PyErr::occurred(py));
        }
    }
    Ok(())
}
