//! What tests of classes have in common.

use std::ffi::CString;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PySystemError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::check::{self, is_graalpy};

/// Runs Python code in which classes stand under their names.
///
/// It also has `raises(class, function, …)`, which asserts that a call raises the very class and returns the text,
/// with the notes.
#[track_caller]
pub(super) fn script(py: Python<'_>, classes: &[Bound<'_, PyType>], code: &str) {
    script_with(py, classes, &[], code);
}

/// Like [`script`], with further objects; returns the variables.
#[track_caller]
pub(super) fn script_with<'py>(
    py: Python<'py>,
    classes: &[Bound<'py, PyType>],
    names: &[(&str, &Bound<'py, PyAny>)],
    code: &str,
) -> Bound<'py, PyDict> {
    let raises = raises_in_python(py);
    let mut all = vec![("raises", &raises)];
    let own: Vec<String> =
        classes.iter().map(|class| class.name().expect("a class has a name").to_string()).collect();
    all.extend(own.iter().map(String::as_str).zip(classes.iter().map(|class| class.as_any())));
    all.extend_from_slice(names);
    match check::run(py, &all, code) {
        Ok(variables) => variables,
        Err(error) => panic!("{}", described(py, &error)),
    }
}

fn raises_in_python(py: Python<'_>) -> Bound<'_, PyAny> {
    let code = "
def raises(expected, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except BaseException as error:
        assert type(error) is expected, '%r instead of %s' % (error, expected.__name__)
        try:
            return '\\n'.join([str(error)] + getattr(error, '__notes__', []))
        except BaseException:
            # Some of GraalPy's own exceptions have no text but an internal error.
            return ''
    raise AssertionError('nothing raised instead of ' + expected.__name__)
";
    check::define(py, "raises", code)
}

/// Code with `own(object)`: the attributes of an instance, but for what holds the fields of a class with a built-in base
/// on GraalPy, where `vars` shows that.
pub(super) const OWN: &str = "
def own(object):
    import sys
    names = [name for name in vars(object) if not name.startswith('__contents of ')]
    hidden = len(vars(object)) - len(names)
    assert hidden == (1 if sys.implementation.name == 'graalpy' else 0), vars(object)
    return {name: vars(object)[name] for name in names}
";

/// Asserts that a special method which is called by its name with too few arguments raises `TypeError`.
///
/// On GraalPy the call breaks off before our code is reached, past every `except`, and the C API turns that into a
/// `SystemError`. So each call is an evaluation of its own.
#[track_caller]
pub(super) fn too_few_arguments(py: Python<'_>, classes: &[Bound<'_, PyType>], calls: &[&str]) {
    let expected =
        if is_graalpy(py) { py.get_type::<PySystemError>() } else { py.get_type::<PyTypeError>() };
    for call in calls {
        let names = PyDict::new(py);
        for class in classes {
            names.set_item(class.name().expect("a class has a name"), class).expect("a dict");
        }
        let outcome = py.eval(&CString::new(*call).expect("no NUL"), Some(&names), None);
        let error = outcome.expect_err(call);
        assert!(error.get_type(py).is(&expected), "{call}: {error}");
    }
}

/// Asserts that a class without `subclass`, which can be called with `arguments`, cannot be extended by Python.
///
/// PyPy 7.3.11 makes the class, but `#[new]` makes no instances of it.
#[track_caller]
pub(super) fn refuses_subclasses(class: &Bound<'_, PyType>, arguments: &str) {
    let py = class.py();
    let refusal = if pypy_before(py, (7, 3, 19)) {
        format!("raises(TypeError, type('Sub', (base,), {{}}), *{arguments})")
    } else {
        "raises(TypeError, type, 'Sub', (base,), {})".to_owned()
    };
    let code = format!("text = {refusal}\nassert base.__name__ in text, text");
    script_with(py, &[], &[("base", class.as_any())], &code);
}

/// An exception with the line of the code that it came from.
fn described(py: Python<'_>, error: &PyErr) -> String {
    let code = "
import traceback

def describe(error):
    return ''.join(traceback.format_exception(type(error), error, error.__traceback__))
";
    let describe = check::define(py, "describe", code);
    let text = describe.call1((error.value(py),)).and_then(|text| text.extract::<String>());
    text.unwrap_or_else(|_| error.to_string())
}

/// What goes to `sys.unraisablehook` while `body` runs, and what is written to `sys.stderr`, where it goes before 3.8.
#[track_caller]
pub(super) fn unraisable(py: Python<'_>, body: impl FnOnce()) -> String {
    let code = "
import io, sys

class Listener:
    def listen(self):
        self.stderr, sys.stderr = sys.stderr, io.StringIO()
        self.hook = getattr(sys, 'unraisablehook', None)
        self.seen = []
        if self.hook is not None:
            sys.unraisablehook = self.unraisable

    def unraisable(self, arguments):
        # Text only: what it is about would stay alive.
        self.seen.append('%s: %s' % (arguments.exc_type.__name__, arguments.exc_value))

    def stop(self):
        written = sys.stderr.getvalue()
        sys.stderr = self.stderr
        if self.hook is not None:
            sys.unraisablehook = self.hook
        return '\\n'.join(self.seen + [written])

listener = Listener()
";
    let listener = check::define(py, "listener", code);
    listener.call_method0("listen").expect("the hook can be replaced");
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    let seen = listener.call_method0("stop").and_then(|seen| seen.extract());
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
    seen.expect("the hook can be put back")
}

/// Collects what is unreachable.
pub(super) fn collect(py: Python<'_>) {
    let collect =
        py.import("gc").and_then(|gc| gc.getattr("collect")).expect("there is gc.collect");
    for _ in 0..3 {
        collect.call0().expect("a collection raises nothing");
    }
}

/// Whether Python is at least this version.
pub(super) fn since(py: Python<'_>, major: u8, minor: u8) -> bool {
    py.import("sys")
        .and_then(|sys| sys.getattr("version_info"))
        .and_then(|version| version.ge((major, minor)))
        .expect("versions can be compared")
}

/// Whether this is a PyPy before a version.
pub(super) fn pypy_before(py: Python<'_>, version: (u8, u8, u8)) -> bool {
    let Ok(running) = py.import("sys").and_then(|sys| sys.getattr("pypy_version_info")) else {
        return false;
    };
    running.lt(version).expect("versions can be compared")
}

/// The text that an attribute of a class shows: what it was given, but nothing on PyPy 7.3.11, which does not take it over.
pub(super) fn attribute_doc<'py>(py: Python<'py>, doc: &str) -> PyResult<Bound<'py, PyAny>> {
    let shown = !pypy_before(py, (7, 3, 19));
    Ok(shown.then_some(doc).into_pyobject(py)?)
}

/// How many references to an object there are; on CPython only.
pub(super) fn references(object: &Bound<'_, PyAny>) -> isize {
    let sys = object.py().import("sys").expect("there is sys");
    let count = sys.getattr("getrefcount").expect("CPython counts");
    count.call1((object,)).and_then(|count| count.extract()).expect("an int")
}

/// Counts what happens to instances: how many there were, how many have been dropped.
#[pyclass(frozen)]
#[derive(Default)]
pub(super) struct Tally {
    made: AtomicUsize,
    dropped: AtomicUsize,
}

#[pymethods]
impl Tally {
    #[new]
    fn new() -> Tally {
        Tally::default()
    }

    #[getter]
    pub(super) fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }

    #[getter]
    pub(super) fn dropped(&self) -> usize {
        self.dropped.load(Ordering::SeqCst)
    }
}

/// Belongs into a class whose instances are counted: it is dropped with them.
pub(super) struct Mark(Py<Tally>);

impl Mark {
    pub(super) fn new(tally: &Bound<'_, Tally>) -> Mark {
        tally.get().made.fetch_add(1, Ordering::SeqCst);
        Mark(tally.clone().unbind())
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.0.get().dropped.fetch_add(1, Ordering::SeqCst);
    }
}
