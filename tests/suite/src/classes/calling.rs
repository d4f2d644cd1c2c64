//! Instances that are called, `__call__`, and that guard a block, `__enter__` and `__exit__`.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::helpers::script;
use crate::check::raises;

tests![
    instances_are_called,
    wrong_arguments_of_calls,
    calls_with_any_arguments,
    calls_that_change_the_object,
    calls_that_fail,
    instances_called_from_rust,
    callable_subclasses,
    decorators,
    a_block_is_guarded,
    exceptions_seen_by_the_guard,
    exceptions_swallowed_by_the_guard,
    guards_that_fail,
];

#[pyclass(subclass)]
struct Adder {
    amount: i64,
    calls: usize,
}

#[pymethods]
impl Adder {
    #[new]
    fn new(amount: i64) -> Adder {
        Adder { amount, calls: 0 }
    }

    #[pyo3(signature = (value, /, *, times = 1))]
    fn __call__(&mut self, value: i64, times: i64) -> PyResult<i64> {
        self.calls += 1;
        match value {
            -1 => Err(PyValueError::new_err("not that")),
            -2 => panic!("in a call"),
            value => Ok(value + self.amount * times),
        }
    }

    #[getter]
    fn calls(&self) -> usize {
        self.calls
    }
}

fn instances_are_called(py: Python<'_>) {
    let code = "
adder = Adder(5)
assert adder(1) == 6 and adder(1, times=2) == 11 and adder.__call__(2) == 7
assert callable(adder) and list(map(adder, [1, 2])) == [6, 7]
assert adder(*[1], **{'times': 0}) == 1
import functools
assert functools.partial(adder, times=3)(1) == 16
";
    script(py, &[py.get_type::<Adder>()], code);
}

fn wrong_arguments_of_calls(py: Python<'_>) {
    let code = "
adder = Adder(5)
text = raises(TypeError, adder)
assert \"Adder.__call__() missing 1 required positional argument: 'value'\" in text, text
raises(TypeError, adder, 1, 2)
raises(TypeError, adder, value=1)
text = raises(TypeError, adder, 1, time=1)
assert \"Adder.__call__() got an unexpected keyword argument 'time'\" in text, text
raises(TypeError, adder, 'a')
raises(TypeError, Adder.__call__)
assert adder.calls == 0
";
    script(py, &[py.get_type::<Adder>()], code);
}

#[pyclass]
struct Echo;

#[pymethods]
impl Echo {
    #[new]
    fn new() -> Echo {
        Echo
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        slf: Bound<'py, Self>,
        args: Bound<'py, PyTuple>,
        kwargs: Option<Bound<'py, PyDict>>,
    ) -> (Bound<'py, Self>, Bound<'py, PyTuple>, Option<Bound<'py, PyDict>>) {
        (slf, args, kwargs)
    }
}

fn calls_with_any_arguments(py: Python<'_>) {
    let code = "
echo = Echo()
assert echo() == (echo, (), None)
assert echo(1, 'a', x=2) == (echo, (1, 'a'), {'x': 2})
keywords = {'self': 1, 'args': 2}
assert echo(**keywords)[2] == keywords and echo(**keywords)[2] is not keywords
";
    script(py, &[py.get_type::<Echo>()], code);
}

fn calls_that_change_the_object(py: Python<'_>) {
    let code = "
adder = Adder(1)
for _ in range(5):
    adder(0)
assert adder.calls == 5
";
    script(py, &[py.get_type::<Adder>()], code);
}

fn calls_that_fail(py: Python<'_>) {
    let code = "
adder = Adder(1)
assert raises(ValueError, adder, -1) == 'not that'
try:
    adder(-2)
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'in a call'
else:
    raise AssertionError('no panic')
assert adder.calls == 2
";
    script(py, &[py.get_type::<Adder>()], code);
}

fn instances_called_from_rust(py: Python<'_>) -> PyResult<()> {
    let adder = Bound::new(py, Adder::new(5))?;
    assert!(adder.is_callable());
    assert_eq!(adder.call1((1,))?.extract::<i64>()?, 6);
    let keywords = PyDict::new(py);
    keywords.set_item("times", 2)?;
    assert_eq!(adder.call((1,), Some(&keywords))?.extract::<i64>()?, 11);
    raises::<PyTypeError, _, _>(py, adder.call0());
    assert!(!Bound::new(py, Guard::default())?.is_callable());
    Ok(())
}

fn callable_subclasses(py: Python<'_>) {
    let code = "
class Twice(Adder):
    def __call__(self, value):
        return super().__call__(super().__call__(value))

assert Twice(5)(1) == 11 and Twice(5).calls == 0

class Plain(Adder):
    pass

assert Plain(5)(1) == 6
";
    script(py, &[py.get_type::<Adder>()], code);
}

#[pyclass(frozen)]
struct Logged {
    function: Py<PyAny>,
    seen: std::sync::Mutex<Vec<String>>,
}

#[pymethods]
impl Logged {
    #[new]
    fn new(function: Py<PyAny>) -> Logged {
        Logged { function, seen: std::sync::Mutex::default() }
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.seen.lock().unwrap().push(args.to_string());
        self.function.call(py, args, kwargs)
    }

    #[getter]
    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn decorators(py: Python<'_>) {
    let code = "
@Logged
def factorial(n, *, scale=1):
    return scale if n == 0 else n * factorial(n - 1, scale=scale)

assert factorial(3, scale=2) == 12
assert factorial.seen == ['(3,)', '(2,)', '(1,)', '(0,)'], factorial.seen
";
    script(py, &[py.get_type::<Logged>()], code);
}

#[pyclass]
#[derive(Default)]
struct Guard {
    #[pyo3(get)]
    depth: usize,
    #[pyo3(get)]
    seen: Vec<String>,
    #[pyo3(get, set)]
    swallow: bool,
}

#[pymethods]
impl Guard {
    #[new]
    fn new() -> Guard {
        Guard::default()
    }

    fn __enter__(mut slf: PyRefMut<'_, Self>) -> PyResult<PyRefMut<'_, Self>> {
        if slf.depth == 3 {
            return Err(PyValueError::new_err("too deep"));
        }
        slf.depth += 1;
        Ok(slf)
    }

    fn __exit__(
        &mut self,
        class: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        self.depth -= 1;
        self.seen.push(if class.is_none() {
            assert!(value.is_none() && traceback.is_none());
            "None".to_owned()
        } else {
            assert!(!traceback.is_none());
            format!("{} {value}", class.getattr("__name__")?)
        });
        Ok(self.swallow)
    }
}

fn a_block_is_guarded(py: Python<'_>) {
    let code = "
guard = Guard()
with guard as entered:
    assert entered is guard and guard.depth == 1
    with guard, guard:
        assert guard.depth == 3
assert guard.depth == 0 and guard.seen == ['None'] * 3
";
    script(py, &[py.get_type::<Guard>()], code);
}

fn exceptions_seen_by_the_guard(py: Python<'_>) {
    let code = "
guard = Guard()
def fail():
    with guard:
        raise KeyError('a')

assert raises(KeyError, fail) == \"'a'\"
assert guard.depth == 0 and guard.seen == [\"KeyError 'a'\"]
";
    script(py, &[py.get_type::<Guard>()], code);
}

fn exceptions_swallowed_by_the_guard(py: Python<'_>) {
    let code = "
guard = Guard()
guard.swallow = True
with guard:
    raise ValueError('gone')
import contextlib
with contextlib.ExitStack() as stack:
    stack.enter_context(guard)
    raise ValueError('too')
assert guard.seen == ['ValueError gone', 'ValueError too'] and guard.depth == 0
";
    script(py, &[py.get_type::<Guard>()], code);
}

fn guards_that_fail(py: Python<'_>) {
    let code = "
guard = Guard()
def enter():
    with guard, guard, guard, guard:
        raise AssertionError('inside')

assert raises(ValueError, enter) == 'too deep'
assert guard.depth == 0 and guard.seen == ['ValueError too deep'] * 3
";
    script(py, &[py.get_type::<Guard>()], code);
}
