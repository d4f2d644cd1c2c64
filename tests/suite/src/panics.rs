//! Panics: they become exceptions, never an abort, and go on as panics where Rust takes them back.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};

use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;

use crate::check::{eval, run};

tests![
    messages,
    other_payloads,
    caught_by_base_exception_only,
    through_python_and_on,
    through_python_with_other_payloads,
    caught_in_python,
    while_converted,
    in_other_threads,
    in_destructors_of_closures,
    standard_panics,
    many,
    nothing_is_left_behind,
];

#[pyfunction]
fn literal() {
    panic!("a literal")
}

#[pyfunction]
fn formatted(number: i32) {
    panic!("number {number}")
}

#[pyfunction]
fn with_number() {
    panic_any(42_u64)
}

#[pyfunction]
fn with_struct() {
    #[derive(Debug)]
    struct Payload;
    panic_any((Payload, Box::new([0_u8; 100])))
}

#[pyfunction]
fn resumed() {
    resume_unwind(Box::new("resumed"))
}

/// What Python sees of a panic: the name of the class, the text.
#[track_caller]
fn check(py: Python<'_>, function: &Bound<'_, PyCFunction>, args: &str, text: &str) {
    let text = text.into_pyobject(py).unwrap();
    run(py, &[("f", function.as_any()), ("text", text.as_any())], &format!("
try:
    f({args})
except BaseException as error:
    assert type(error).__name__ == 'PanicException', type(error)
    assert type(error).__module__ == 'pyo3_runtime', type(error).__module__
    assert str(error) == text, str(error)
else:
    assert False
"))
    .unwrap_or_else(|error| panic!("{error:?}"));
}

fn messages(py: Python<'_>) -> PyResult<()> {
    check(py, &wrap_pyfunction!(literal, py)?, "", "a literal");
    check(py, &wrap_pyfunction!(formatted, py)?, "7", "number 7");
    check(py, &wrap_pyfunction!(resumed, py)?, "", "resumed");
    Ok(())
}

fn other_payloads(py: Python<'_>) -> PyResult<()> {
    check(py, &wrap_pyfunction!(with_number, py)?, "", "panic from Rust code");
    check(py, &wrap_pyfunction!(with_struct, py)?, "", "panic from Rust code");
    Ok(())
}

fn caught_by_base_exception_only(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(literal, py)?;
    let code = "
try:
    try:
        f()
    except Exception:
        assert False, 'taken for an ordinary error'
except BaseException as error:
    kept = error
";
    let kept = run(py, &[("f", function.as_any())], code)?.get_item("kept")?.unwrap();
    assert!(kept.is_exact_instance_of::<PanicException>());
    Ok(())
}

/// Rust, Python, Rust: the panic of the innermost is one of the outermost again.
fn through_python_and_on(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(formatted, py)?;
    let lambda = eval(py, "lambda f, n: f(n)");
    let caught = catch_unwind(AssertUnwindSafe(|| lambda.call1((&function, 5)).map(drop)));
    let payload = caught.expect_err("goes on");
    assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("number 5"));
    assert!(!PyErr::occurred(py));
    // Directly, without Python code in between.
    let caught = catch_unwind(AssertUnwindSafe(|| function.call1((6,)).map(drop)));
    assert_eq!(caught.expect_err("goes on").downcast_ref::<String>().unwrap(), "number 6");
    assert!(!PyErr::occurred(py));
    assert!(eval(py, "1 + 1").eq(2)?);
    Ok(())
}

fn through_python_with_other_payloads(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(with_number, py)?;
    let caught = catch_unwind(AssertUnwindSafe(|| function.call0().map(drop)));
    assert_eq!(caught.expect_err("goes on").downcast_ref::<String>().unwrap(), "panic from Rust code");
    Ok(())
}

fn caught_in_python(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(literal, py)?;
    let handling = eval(py, "__import__('contextlib').suppress(BaseException)");
    run(py, &[("f", function.as_any()), ("handling", &handling)], "
with handling:
    f()
done = []
try:
    f()
except BaseException:
    done.append('except')
finally:
    done.append('finally')
assert done == ['except', 'finally']
")?;
    Ok(())
}

struct Panicking;

impl FromPyObject<'_, '_> for Panicking {
    type Error = PyErr;

    fn extract(_object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        panic!("while extracted")
    }
}

impl<'py> IntoPyObject<'py> for Panicking {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Self::Output> {
        panic!("while returned")
    }
}

#[pyfunction]
fn takes(_value: Panicking) {}

#[pyfunction]
fn returns() -> Panicking {
    Panicking
}

#[pyfunction]
#[pyo3(signature = (a = panic_default()))]
fn default(a: i32) -> i32 {
    a
}

fn panic_default() -> i32 {
    panic!("while defaulted")
}

fn while_converted(py: Python<'_>) -> PyResult<()> {
    check(py, &wrap_pyfunction!(takes, py)?, "1", "while extracted");
    check(py, &wrap_pyfunction!(returns, py)?, "", "while returned");
    check(py, &wrap_pyfunction!(default, py)?, "", "while defaulted");
    assert!(wrap_pyfunction!(default, py)?.call1((5,))?.eq(5)?);
    Ok(())
}

/// A thread of Python's: the exception ends in that thread, and the others go on.
fn in_other_threads(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(literal, py)?;
    run(py, &[("f", function.as_any())], "
import threading
names = []

def work():
    try:
        f()
    except BaseException as error:
        names.append(type(error).__name__)

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert names == ['PanicException'] * 4, names
")?;
    // One of Rust's, attached while it panics.
    let joined = py.detach(|| std::thread::spawn(|| Python::attach(|_| panic!("attached"))).join());
    assert_eq!(joined.unwrap_err().downcast_ref::<&str>(), Some(&"attached"));
    assert_eq!(py.detach(|| std::thread::spawn(|| Python::attach(|py| eval(py, "5").extract::<i32>().unwrap())).join().unwrap()), 5);
    Ok(())
}

#[pyfunction]
fn drops_on_the_way(list: Py<PyAny>) {
    struct OnDrop(Py<PyAny>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            Python::attach(|py| self.0.call_method1(py, "append", ("dropped",)).map(drop)).expect("attached while unwinding");
        }
    }
    let _guard = OnDrop(list);
    panic!("with a guard")
}

fn in_destructors_of_closures(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(drops_on_the_way, py)?;
    run(py, &[("f", function.as_any())], "
seen = []
try:
    f(seen)
except BaseException as error:
    assert str(error) == 'with a guard'
assert seen == ['dropped']
")?;
    Ok(())
}

#[pyfunction]
fn index(index: usize) -> i32 {
    [1, 2, 3][index]
}

#[pyfunction]
fn divide(a: i32, b: i32) -> i32 {
    a / b
}

#[pyfunction]
fn unwrap(text: &str) -> i32 {
    text.parse().unwrap()
}

fn standard_panics(py: Python<'_>) -> PyResult<()> {
    check(py, &wrap_pyfunction!(index, py)?, "5", "index out of bounds: the len is 3 but the index is 5");
    check(py, &wrap_pyfunction!(divide, py)?, "1, 0", "attempt to divide by zero");
    let message = "called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }";
    check(py, &wrap_pyfunction!(unwrap, py)?, "'x'", message);
    Ok(())
}

fn many(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(literal, py)?;
    run(py, &[("f", function.as_any())], "
for n in range(100):
    try:
        f()
    except BaseException:
        pass
")?;
    Ok(())
}

/// A failed assertion, too: that is how these tests fail.
fn nothing_is_left_behind(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(literal, py)?;
    let result = PanicException::new_err("made by hand");
    assert!(result.is_instance_of::<PanicException>(py));
    // An exception of the class that Rust holds is no panic until it is taken from Python.
    result.restore(py);
    let caught = catch_unwind(AssertUnwindSafe(|| PyErr::take(py).map(drop)));
    assert_eq!(caught.unwrap_err().downcast_ref::<String>().unwrap(), "made by hand");
    assert!(PyErr::take(py).is_none());
    assert!(function.is_callable());
    Ok(())
}
