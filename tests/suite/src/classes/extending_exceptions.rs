//! `extends =` exceptions, with fields of our own.

use std::collections::HashMap;

use pyo3::exceptions::{PyBaseException, PyException, PyLookupError, PyUserWarning, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::helpers::{Mark, Tally, collect, script, script_with};
use crate::check::after_collection;

tests![
    raised_and_caught,
    arguments_of_exceptions,
    fields_of_exceptions,
    raised_by_rust,
    raised_by_rust_by_class,
    causes_and_tracebacks,
    exceptions_of_python_subclasses,
    two_levels_of_exceptions,
    bases_that_are_no_errors,
    warnings_are_classes,
    dropped_after_they_were_caught,
    caught_by_rust,
];

#[pyclass(extends = PyException, subclass)]
struct Failure {
    #[pyo3(get, set)]
    code: i32,
    #[pyo3(get)]
    details: HashMap<String, String>,
}

#[pymethods]
impl Failure {
    #[new]
    #[pyo3(signature = (*_args, code = -1))]
    fn new(_args: &Bound<'_, PyTuple>, code: i32) -> Failure {
        Failure { code, details: HashMap::new() }
    }

    /// That of the base takes no keywords.
    #[pyo3(signature = (*args, code = -1))]
    fn __init__(slf: &Bound<'_, Self>, args: &Bound<'_, PyTuple>, code: i32) -> PyResult<()> {
        slf.borrow_mut().code = code;
        slf.setattr("args", args)
    }

    fn describe(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("{} ({})", slf.as_any().str()?, slf.borrow().code))
    }
}

fn failure(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Failure>()], code);
}

fn raised_and_caught(py: Python<'_>) {
    let code = "
def fail(*arguments, **keywords):
    raise Failure(*arguments, **keywords)

try:
    fail('text', code=5)
except Failure as error:
    assert error.code == 5 and str(error) == 'text' and error.describe() == 'text (5)'
    assert error.__traceback__ is not None and type(error) is Failure
try:
    fail()
except ValueError:
    raise AssertionError('not one of those')
except Exception as error:
    assert error.code == -1
try:
    raise Failure
except (KeyError, Failure) as error:
    assert error.args == () and error.code == -1
assert Failure.__mro__ == (Failure, Exception, BaseException, object)
";
    failure(py, code);
}

fn arguments_of_exceptions(py: Python<'_>) {
    let code = "
assert Failure('a', 2).args == ('a', 2) and str(Failure('a', 2)) == \"('a', 2)\"
assert repr(Failure('a')) == \"Failure('a')\" and str(Failure()) == ''
raises(TypeError, Failure, 'a', other=5)
error = Failure('a')
error.args = ('b',)
assert str(error) == 'b'
";
    failure(py, code);
}

fn fields_of_exceptions(py: Python<'_>) {
    let code = "
error = Failure(code=3)
error.code += 1
error.extra = 'attributes are taken'
assert error.code == 4 and error.extra == 'attributes are taken' and error.details == {}
raises(TypeError, setattr, error, 'code', 'four')
";
    failure(py, code);
}

#[pyfunction]
fn fail(py: Python<'_>, code: i32) -> PyResult<()> {
    let details = HashMap::from([("why".to_owned(), "because".to_owned())]);
    let error = Bound::new(py, Failure { code, details })?;
    error.setattr("args", ("from Rust",))?;
    Err(PyErr::from_value(error.into_any()))
}

#[pyfunction]
fn fail_by_class(text: String) -> PyResult<()> {
    Err(PyErr::new::<Failure, _>(text))
}

fn raised_by_rust(py: Python<'_>) -> PyResult<()> {
    let code = "
try:
    fail(7)
except Failure as error:
    assert error.code == 7 and error.details == {'why': 'because'} and str(error) == 'from Rust', error
else:
    raise AssertionError('nothing raised')
";
    let fail = wrap_pyfunction!(fail, py)?;
    script_with(py, &[py.get_type::<Failure>()], &[("fail", fail.as_any())], code);
    Ok(())
}

fn raised_by_rust_by_class(py: Python<'_>) -> PyResult<()> {
    let code = "
assert raises(Failure, fail, 'text') == 'text'
try:
    fail('text')
except Failure as error:
    assert error.code == -1 and error.args == ('text',)
";
    let fail = wrap_pyfunction!(fail_by_class, py)?;
    script_with(py, &[py.get_type::<Failure>()], &[("fail", fail.as_any())], code);
    Ok(())
}

fn caught_by_rust(py: Python<'_>) -> PyResult<()> {
    let code = "
def function():
    raise Failure('caught', code=9)
";
    let variables = script_with(py, &[py.get_type::<Failure>()], &[], code);
    let error = variables.as_any().get_item("function")?.call0().unwrap_err();
    assert!(error.is_instance_of::<Failure>(py) && error.is_instance_of::<PyException>(py));
    assert!(!error.is_instance_of::<PyValueError>(py));
    assert!(error.get_type(py).is(py.get_type::<Failure>()));
    let value = error.value(py).as_any().cast::<Failure>()?;
    assert_eq!(value.borrow().code, 9);
    assert_eq!(error.to_string(), "Failure: caught");
    // Raised again it is the same object.
    let again = PyErr::from_value(value.as_any().clone());
    assert!(again.value(py).is(value));
    Ok(())
}

fn causes_and_tracebacks(py: Python<'_>) {
    let code = "
try:
    try:
        raise Failure('first', code=1)
    except Failure as error:
        raise Failure('second', code=2) from error
except Failure as error:
    second = error
assert second.__cause__.code == 1 and second.__context__ is second.__cause__
import traceback
text = ''.join(traceback.format_exception(type(second), second, second.__traceback__))
assert 'Failure: first' in text and 'Failure: second' in text and 'direct cause' in text, text
assert second.with_traceback(None) is second and second.__traceback__ is None
";
    failure(py, code);
}

fn exceptions_of_python_subclasses(py: Python<'_>) {
    let code = "
class Special(Failure):
    def __init__(self, text, **keywords):
        super().__init__(text, **keywords)
        self.special = True

    def __str__(self):
        return 'special ' + super().__str__()

try:
    raise Special('text', code=4)
except Failure as error:
    assert type(error) is Special and error.special and error.code == 4
    assert str(error) == 'special text' and error.describe() == 'special text (4)'

class Both(Failure, ValueError):
    pass

try:
    raise Both('both', code=1)
except ValueError as error:
    assert error.code == 1 and str(error) == 'both'
";
    failure(py, code);
}

#[pyclass(extends = Failure)]
struct Timeout {
    #[pyo3(get)]
    seconds: f64,
}

#[pymethods]
impl Timeout {
    #[new]
    fn new(seconds: f64) -> PyClassInitializer<Timeout> {
        PyClassInitializer::from(Failure { code: 110, details: HashMap::new() }).add_subclass(Timeout { seconds })
    }

    fn __init__(slf: &Bound<'_, Self>, seconds: f64) -> PyResult<()> {
        slf.setattr("args", (format!("after {seconds} s"),))
    }
}

fn two_levels_of_exceptions(py: Python<'_>) {
    let code = "
try:
    raise Timeout(0.5)
except Failure as error:
    assert (error.seconds, error.code, str(error)) == (0.5, 110, 'after 0.5 s')
    assert isinstance(error, Timeout) and error.describe() == 'after 0.5 s (110)'
assert Timeout.__mro__ == (Timeout, Failure, Exception, BaseException, object)
";
    script(py, &[py.get_type::<Timeout>(), py.get_type::<Failure>()], code);
}

#[pyclass(extends = PyBaseException)]
struct Quit {
    #[pyo3(get)]
    status: i32,
}

#[pymethods]
impl Quit {
    #[new]
    fn new(status: i32) -> Quit {
        Quit { status }
    }
}

#[pyclass(extends = PyLookupError)]
struct NotFound {
    #[pyo3(get)]
    place: usize,
}

#[pymethods]
impl NotFound {
    #[new]
    fn new(place: usize) -> NotFound {
        NotFound { place }
    }
}

fn bases_that_are_no_errors(py: Python<'_>) {
    let code = "
try:
    try:
        raise Quit(3)
    except Exception:
        raise AssertionError('not an Exception')
except BaseException as error:
    assert type(error) is Quit and error.status == 3 and error.args == (3,)
try:
    raise NotFound(5)
except LookupError as error:
    assert error.place == 5 and error.args == (5,)
";
    script(py, &[py.get_type::<Quit>(), py.get_type::<NotFound>()], code);
}

#[pyclass(extends = PyUserWarning)]
struct Notice {
    #[pyo3(get)]
    level: u8,
}

#[pymethods]
impl Notice {
    #[new]
    #[pyo3(signature = (_text = ""))]
    fn new(_text: &str) -> Notice {
        Notice { level: 3 }
    }
}

fn warnings_are_classes(py: Python<'_>) {
    let code = "
import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    warnings.warn('careful', Notice)
    warnings.warn(Notice('again'))
assert [(type(w.message), str(w.message), w.message.level) for w in seen] == [
    (Notice, 'careful', 3), (Notice, 'again', 3)]
";
    script(py, &[py.get_type::<Notice>()], code);
}

#[pyclass(extends = PyValueError, subclass)]
struct Marked {
    _mark: Mark,
}

#[pymethods]
impl Marked {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> Marked {
        Marked { _mark: Mark::new(tally) }
    }
}

fn dropped_after_they_were_caught(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
class Sub(Marked):
    pass

def run():
    for kind in Marked, Sub:
        for _ in range(10):
            try:
                raise kind(tally)
            except ValueError:
                pass

run()
";
    script_with(py, &[py.get_type::<Marked>()], &[("tally", tally.as_any())], code);
    assert_eq!(tally.get().made(), 20);
    after_collection(py, || tally.get().dropped() == 20);
    collect(py);
    assert_eq!(tally.get().dropped(), 20);
    Ok(())
}
