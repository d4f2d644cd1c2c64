//! Methods: what they are called on, what they take, static and class methods, class attributes.

use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};

use super::helpers::script;
use crate::check::{is_cpython, raises};

tests![
    shared_and_exclusive_receivers,
    receivers_that_are_objects,
    receivers_that_are_guards,
    methods_return_the_object_itself,
    arguments_of_methods,
    wrong_arguments_of_methods,
    errors_and_panics_of_methods,
    methods_of_another_class,
    unbound_methods,
    names_of_methods,
    documentation_of_methods,
    static_methods,
    class_methods,
    class_methods_of_subclasses,
    class_attributes,
    class_attributes_that_hold_instances,
    special_methods_switched_off,
    methods_left_out_by_cfg,
    methods_with_the_token,
    classes_as_arguments,
    optional_and_many_instances,
    instances_by_clone,
    methods_called_from_rust,
];

#[pyclass]
struct Counter {
    count: i64,
}

#[pymethods]
impl Counter {
    #[new]
    #[pyo3(signature = (count = 0))]
    fn new(count: i64) -> Counter {
        Counter { count }
    }

    /// How many.
    fn value(&self) -> i64 {
        self.count
    }

    fn increment(&mut self) {
        self.count += 1;
    }

    /// Adds and tells.
    #[pyo3(signature = (amount, *, times = 1))]
    fn add(&mut self, amount: i64, times: i64) -> i64 {
        self.count += amount * times;
        self.count
    }

    fn by_ref(slf: PyRef<'_, Self>) -> i64 {
        slf.count
    }

    fn by_ref_mut(mut slf: PyRefMut<'_, Self>) -> i64 {
        slf.count += 1;
        slf.count
    }

    fn by_bound(slf: Bound<'_, Self>) -> i64 {
        slf.borrow_mut().count += 1;
        slf.borrow().count
    }

    fn by_borrowed_bound(slf: &Bound<'_, Self>) -> i64 {
        slf.borrow().count
    }

    fn by_py(slf: Py<Self>, py: Python<'_>) -> i64 {
        slf.borrow(py).count
    }

    fn by_guard(slf: PyClassGuard<'_, Self>) -> i64 {
        slf.count
    }

    fn by_exclusive_guard(mut slf: PyClassGuardMut<'_, Self>) -> i64 {
        slf.count += 1;
        slf.count
    }

    fn chained(mut slf: PyRefMut<'_, Self>) -> PyRefMut<'_, Self> {
        slf.count *= 2;
        slf
    }

    fn shared(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn bound<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    #[pyo3(signature = (first, second = 2, *rest, third, **named))]
    fn everything(
        &self,
        first: i64,
        second: i64,
        rest: &Bound<'_, PyTuple>,
        third: &str,
        named: Option<&Bound<'_, PyDict>>,
    ) -> String {
        let named = named.map_or_else(String::new, ToString::to_string);
        format!("{} {first} {second} {rest} {third} {named}", self.count)
    }

    fn fail(&mut self, how: &str) -> PyResult<()> {
        self.count = -1;
        if how == "panic" {
            panic!("in a method");
        }
        Err(PyValueError::new_err(how.to_owned()))
    }

    #[pyo3(name = "import")]
    fn with_another_name(&self) -> i64 {
        self.count
    }

    fn list<'py>(&self, py: Python<'py>, length: usize) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, core::iter::repeat_n(self.count, length))
    }

    #[staticmethod]
    fn twice(value: i64) -> i64 {
        value * 2
    }

    #[staticmethod]
    #[pyo3(signature = (value = 5))]
    fn starting_at(value: i64) -> Counter {
        Counter { count: value }
    }

    #[classmethod]
    fn of(class: &Bound<'_, PyType>, count: i64) -> PyResult<Py<PyAny>> {
        Ok(class.call1((count,))?.unbind())
    }

    #[classmethod]
    fn class_name(class: Bound<'_, PyType>) -> PyResult<String> {
        Ok(class.name()?.to_string())
    }

    #[classmethod]
    fn class_itself(class: Py<PyType>) -> Py<PyType> {
        class
    }

    fn plus(&self, other: &Counter) -> Counter {
        Counter { count: self.count + other.count }
    }

    fn take_from(&mut self, other: &mut Counter) {
        self.count += core::mem::take(&mut other.count);
    }

    #[cfg(any())]
    fn never(&self) -> NoSuchType {}
}

fn counter(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Counter>()], &format!("counter = Counter(1)\n{code}"));
}

fn shared_and_exclusive_receivers(py: Python<'_>) {
    let code = "
assert counter.value() == 1
assert counter.increment() is None
assert counter.value() == 2
assert counter.add(5) == 7
";
    counter(py, code);
}

fn receivers_that_are_objects(py: Python<'_>) {
    let code = "
assert counter.by_bound() == 2
assert counter.by_borrowed_bound() == 2
assert counter.by_py() == 2
";
    counter(py, code);
}

fn receivers_that_are_guards(py: Python<'_>) {
    let code = "
assert counter.by_ref() == 1
assert counter.by_ref_mut() == 2
assert counter.by_guard() == 2
assert counter.by_exclusive_guard() == 3
assert counter.value() == 3
";
    counter(py, code);
}

fn methods_return_the_object_itself(py: Python<'_>) {
    let code = "
assert counter.chained() is counter
assert counter.chained().chained().value() == 8
assert counter.shared() is counter
assert counter.bound() is counter
# Nothing stays borrowed.
counter.increment()
";
    counter(py, code);
}

fn arguments_of_methods(py: Python<'_>) {
    let code = "
assert counter.add(amount=2) == 3
assert counter.add(2, times=3) == 9
assert counter.everything(1, third='a') == '9 1 2 () a '
assert counter.everything(1, 3, 4, 5, third='a', x=1) == \"9 1 3 (4, 5) a {'x': 1}\"
assert counter.everything(third='b', first=0, second=1) == '9 0 1 () b '
assert counter.add(*(1,), **{'times': 0}) == 9
";
    counter(py, code);
}

fn wrong_arguments_of_methods(py: Python<'_>) {
    let code = "
text = raises(TypeError, counter.add)
assert \"Counter.add() missing 1 required positional argument: 'amount'\" in text, text
text = raises(TypeError, counter.add, 1, 2)
assert text == 'Counter.add() takes 1 positional argument but 2 were given', text
text = raises(TypeError, counter.add, 1, time=2)
assert \"Counter.add() got an unexpected keyword argument 'time'\" in text, text
text = raises(TypeError, counter.everything, 1)
assert \"Counter.everything() missing 1 required keyword-only argument: 'third'\" in text, text
raises(TypeError, counter.value, 1)
raises(TypeError, counter.value, x=1)
text = raises(TypeError, counter.add, 'x')
assert \"'amount'\" in text, text
assert counter.value() == 1
";
    counter(py, code);
}

fn errors_and_panics_of_methods(py: Python<'_>) {
    let code = "
assert raises(ValueError, counter.fail, 'bad') == 'bad'
assert counter.value() == -1
counter.add(5)
try:
    counter.fail('panic')
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'in a method', error
else:
    raise AssertionError('no panic')
# It is not borrowed any more.
assert counter.add(3) == 2
";
    counter(py, code);
}

#[pyclass]
struct Other;

fn methods_of_another_class(py: Python<'_>) -> PyResult<()> {
    let other = Bound::new(py, Other)?;
    let class = py.get_type::<Counter>();
    raises::<PyTypeError, _, _>(py, class.call_method1("value", (&other,)));
    raises::<PyTypeError, _, _>(py, class.call_method1("increment", (5,)));
    raises::<PyTypeError, _, _>(py, class.call_method0("by_ref"));
    raises::<PyTypeError, _, _>(py, class.call_method1("by_bound", (&other,)));
    raises::<PyAttributeError, _, _>(py, other.call_method0("value"));
    Ok(())
}

fn unbound_methods(py: Python<'_>) {
    let code = "
assert Counter.value(counter) == 1
assert Counter.add(counter, 5, times=2) == 11
method = counter.value
del counter
assert method() == 11
assert list(map(Counter.value, [Counter(1), Counter(2)])) == [1, 2]
assert Counter.__dict__['value'].__get__(Counter(4))() == 4
";
    counter(py, code);
}

fn names_of_methods(py: Python<'_>) {
    let code = "
assert getattr(counter, 'import')() == 1
assert not hasattr(counter, 'with_another_name')
assert Counter.value.__name__ == 'value'
assert Counter.value.__qualname__ == 'Counter.value'
";
    counter(py, code);
}

/// PyPy 7.3 shows none for methods made in C.
fn documentation_of_methods(py: Python<'_>) {
    let code = "
import sys
lost = sys.implementation.name == 'pypy' and sys.implementation.version < (8,)
assert Counter.value.__doc__ == (None if lost else 'How many.'), Counter.value.__doc__
assert counter.add.__doc__ == (None if lost else 'Adds and tells.'), counter.add.__doc__
assert not Counter.increment.__doc__
";
    counter(py, code);
    if is_cpython(py) {
        let code = "
import inspect
assert Counter.add.__text_signature__ == '($self, amount, *, times=1)'
assert str(inspect.signature(counter.add)) == '(amount, *, times=1)'
assert Counter.of.__text_signature__ == '($cls, count)'
assert Counter.twice.__text_signature__ == '(value)'
";
        counter(py, code);
    }
}

fn static_methods(py: Python<'_>) {
    let code = "
assert Counter.twice(4) == 8
assert counter.twice(value=5) == 10
assert Counter.starting_at().value() == 5
assert Counter.starting_at(7).value() == 7
text = raises(TypeError, Counter.twice)
assert \"Counter.twice() missing 1 required positional argument: 'value'\" in text, text
raises(TypeError, counter.twice, 1, 2)
";
    counter(py, code);
}

fn class_methods(py: Python<'_>) {
    let code = "
assert Counter.of(3).value() == 3
assert counter.of(count=4).value() == 4
assert Counter.class_name() == 'Counter' == counter.class_name()
assert Counter.class_itself() is Counter
raises(TypeError, Counter.of)
raises(TypeError, Counter.class_name, 1)
raises(TypeError, Counter.of, 'x')
";
    counter(py, code);
}

#[pyclass(subclass)]
struct Open;

#[pymethods]
impl Open {
    #[new]
    fn new() -> Open {
        Open
    }

    #[classmethod]
    fn make(class: &Bound<'_, PyType>) -> PyResult<Py<PyAny>> {
        Ok(class.call0()?.unbind())
    }

    #[staticmethod]
    fn answer() -> i32 {
        42
    }

    #[classattr]
    fn tag() -> &'static str {
        "open"
    }
}

fn class_methods_of_subclasses(py: Python<'_>) {
    let code = "
class Sub(Open):
    tag = 'sub'

assert type(Open.make()) is Open
assert type(Sub.make()) is Sub
assert type(Sub().make()) is Sub
assert Sub.answer() == 42
assert (Open.tag, Sub.tag, super(Sub, Sub()).tag) == ('open', 'sub', 'open')
";
    script(py, &[py.get_type::<Open>()], code);
}

#[pyclass(subclass)]
struct Attributes;

#[pymethods]
impl Attributes {
    #[classattr]
    const NUMBER: i32 = 5;

    #[classattr]
    #[pyo3(name = "TEXT")]
    const SOMETHING: &'static str = "ä🌲";

    #[classattr]
    fn computed() -> PyResult<Vec<i32>> {
        Ok(vec![1, 2])
    }

    #[classattr]
    fn with_token(py: Python<'_>) -> Bound<'_, PyType> {
        py.get_type::<PyDict>()
    }

    #[classattr]
    fn an_instance() -> Attributes {
        Attributes
    }

    #[classattr]
    fn another_class(py: Python<'_>) -> PyResult<Py<Counter>> {
        Py::new(py, Counter { count: 9 })
    }

    #[classattr]
    fn __hash__() -> Option<i32> {
        None
    }
}

fn class_attributes(py: Python<'_>) -> PyResult<()> {
    let code = "
assert Attributes.NUMBER == 5 and Attributes.TEXT == 'ä🌲'
assert Attributes.computed == [1, 2] and Attributes.computed is Attributes.computed
assert Attributes.with_token is dict
assert attributes.NUMBER == 5
assert not hasattr(Attributes, 'SOMETHING')

class Sub(Attributes):
    pass

assert Sub.NUMBER == 5 and Sub.computed is Attributes.computed
";
    let attributes = Bound::new(py, Attributes)?;
    let names = [("attributes", attributes.as_any())];
    super::helpers::script_with(py, &[py.get_type::<Attributes>()], &names, code);
    Ok(())
}

fn class_attributes_that_hold_instances(py: Python<'_>) {
    let code = "
assert type(Attributes.an_instance) is Attributes
assert Attributes.an_instance is Attributes.an_instance
assert Attributes.another_class.value() == 9
";
    script(py, &[py.get_type::<Attributes>()], code);
}

fn special_methods_switched_off(py: Python<'_>) {
    script(py, &[py.get_type::<Attributes>()], "raises(TypeError, hash, Attributes.an_instance)");
}

fn methods_left_out_by_cfg(py: Python<'_>) {
    counter(py, "assert not hasattr(counter, 'never')");
}

fn methods_with_the_token(py: Python<'_>) {
    counter(py, "assert counter.list(3) == [1, 1, 1]\nassert counter.list(length=0) == []");
}

#[pyfunction]
fn sum(a: &Counter, b: PyRef<'_, Counter>, c: &Bound<'_, Counter>, d: Py<Counter>, py: Python<'_>) -> i64 {
    a.count + b.count + c.borrow().count + d.borrow(py).count
}

#[pyfunction]
fn reset(mut a: PyRefMut<'_, Counter>, b: &mut Counter) {
    a.count = 0;
    b.count = 0;
}

fn classes_as_arguments(py: Python<'_>) -> PyResult<()> {
    let code = "
counter = Counter(1)
assert counter.plus(Counter(2)).value() == 3
assert counter.plus(counter).value() == 2
other = Counter(5)
counter.take_from(other)
assert (counter.value(), other.value()) == (6, 0)
text = raises(TypeError, counter.plus, 5)
assert 'Counter' in text and \"'other'\" in text, text
assert sum(counter, counter, other, other) == 12
reset(counter, other)
assert counter.value() == other.value() == 0
raises(TypeError, sum, counter, counter, 5, counter)
raises(TypeError, sum, counter, None, counter, counter)
";
    let (sum, reset) = (wrap_pyfunction!(sum, py)?, wrap_pyfunction!(reset, py)?);
    let names = [("sum", sum.as_any()), ("reset", reset.as_any())];
    super::helpers::script_with(py, &[py.get_type::<Counter>()], &names, code);
    Ok(())
}

#[pyfunction]
#[pyo3(signature = (counter = None, more = vec![]))]
fn optional(counter: Option<&Counter>, more: Vec<PyRef<'_, Counter>>) -> i64 {
    counter.map_or(0, |counter| counter.count) + more.iter().map(|counter| counter.count).sum::<i64>()
}

fn optional_and_many_instances(py: Python<'_>) -> PyResult<()> {
    let optional = wrap_pyfunction!(optional, py)?;
    let counter = Bound::new(py, Counter { count: 2 })?;
    assert_eq!(optional.call0()?.extract::<i64>()?, 0);
    assert_eq!(optional.call1((py.None(),))?.extract::<i64>()?, 0);
    assert_eq!(optional.call1((&counter,))?.extract::<i64>()?, 2);
    assert_eq!(optional.call1((&counter, vec![&counter; 3]))?.extract::<i64>()?, 8);
    raises::<PyTypeError, _, _>(py, optional.call1((5,)));
    Ok(())
}

#[pyclass(from_py_object)]
#[derive(Clone)]
struct Copied {
    values: Vec<i32>,
}

#[pyfunction]
fn changed(mut copied: Copied) -> Copied {
    copied.values.push(5);
    copied
}

fn instances_by_clone(py: Python<'_>) -> PyResult<()> {
    let copied = Bound::new(py, Copied { values: vec![1] })?;
    let changed = wrap_pyfunction!(changed, py)?.call1((&copied,))?;
    assert!(!changed.is(&copied));
    assert_eq!(changed.extract::<Copied>()?.values, [1, 5]);
    assert_eq!(copied.borrow().values, [1]);
    raises::<PyTypeError, _, _>(py, crate::check::eval(py, "5").extract::<Copied>().map(drop));
    Ok(())
}

fn methods_called_from_rust(py: Python<'_>) -> PyResult<()> {
    let counter = Bound::new(py, Counter::new(1))?;
    counter.borrow_mut().increment();
    assert_eq!(counter.borrow().value(), 2);
    assert_eq!(counter.call_method1("add", (3,))?.extract::<i64>()?, 5);
    let keywords = PyDict::new(py);
    keywords.set_item("times", 2)?;
    assert_eq!(counter.call_method("add", (1,), Some(&keywords))?.extract::<i64>()?, 7);
    assert_eq!(Counter::twice(4), 8);
    Ok(())
}
