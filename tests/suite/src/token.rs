//! `Python<'py>`: attaching, detaching, code, what is running.

use pyo3::exceptions::{PyModuleNotFoundError, PyNameError, PySyntaxError, PyZeroDivisionError};
use pyo3::ffi::c_str;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};
use pyo3::{Capability, Implementation};

use crate::check::{eval, is_watched, raises, run};

tests![
    attaching_is_nested,
    older_names,
    detaching_and_back,
    a_panic_while_detached,
    imports,
    expressions,
    statements,
    wrong_code,
    code_in_main,
    singletons,
    types,
    versions,
    what_is_running,
    capabilities,
    signals,
];

fn attaching_is_nested(_py: Python<'_>) {
    let sum = Python::attach(|outer| {
        let one = 1_i32.into_pyobject(outer).unwrap();
        Python::attach(|inner| one.add(2_i32.into_pyobject(inner).unwrap()).unwrap().unbind())
    });
    Python::attach(|py| assert_eq!(sum.extract::<i32>(py).unwrap(), 3));
    assert_eq!(Python::try_attach(|py| eval(py, "6 * 7").extract::<i32>().unwrap()), Some(42));
}

fn older_names(py: Python<'_>) {
    assert_eq!(Python::with_gil(|py| py.allow_threads(|| 5)), 5);
    // SAFETY: attached, as `py` shows.
    let same = unsafe { (Python::assume_attached(), Python::assume_gil_acquired()) };
    assert!(same.0.None().is(py.None()) && same.1.None().is(py.None()));
}

fn detaching_and_back(py: Python<'_>) {
    let text = "from Rust".to_owned();
    let length = py.detach(|| text.len());
    assert_eq!(length, 9);
    // Attached again, and nested the other way round.
    let value = py.detach(|| Python::attach(|py| py.detach(|| Python::attach(|py| eval(py, "40 + 2").unbind()))));
    assert_eq!(value.extract::<i32>(py).unwrap(), 42);
    let error: Result<(), String> = py.detach(|| Err("no".to_owned()));
    assert_eq!(error.unwrap_err(), "no");
}

fn a_panic_while_detached(py: Python<'_>) {
    let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
        py.detach(|| panic!("while detached"));
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"while detached"));
    // Attached again.
    assert_eq!(eval(py, "1 + 1").extract::<i32>().unwrap(), 2);
}

fn imports(py: Python<'_>) -> PyResult<()> {
    let math = py.import("math")?;
    assert_eq!(math.name()?, "math");
    assert!(py.import(PyString::new(py, "math"))?.is(&math));
    let path = py.import("os.path")?;
    assert!(path.getattr("join")?.is_callable());
    assert!(path.is(py.import("sys")?.getattr("modules")?.get_item("os.path")?));
    let text = raises::<PyModuleNotFoundError, _, _>(py, py.import("no_such_module"));
    assert!(text.contains("no_such_module"), "{text}");
    Ok(())
}

fn expressions(py: Python<'_>) -> PyResult<()> {
    assert_eq!(py.eval(c_str!("6 * 7"), None, None)?.extract::<i32>()?, 42);
    assert_eq!(py.eval(c"  \t6 * 7", None, None)?.extract::<i32>()?, 42);
    assert_eq!(py.eval(c"'ä🌲'", None, None)?.extract::<String>()?, "ä🌲");
    let globals = PyDict::new(py);
    globals.set_item("a", 1)?;
    globals.set_item("b", 2)?;
    let locals = PyDict::new(py);
    locals.set_item("b", 30)?;
    assert_eq!(py.eval(c"a + b", Some(&globals), None)?.extract::<i32>()?, 3);
    assert_eq!(py.eval(c"a + b", Some(&globals), Some(&locals))?.extract::<i32>()?, 31);
    raises::<PyNameError, _, _>(py, py.eval(c"c", Some(&globals), None));
    raises::<PyZeroDivisionError, _, _>(py, py.eval(c"1 // 0", None, None));
    Ok(())
}

fn statements(py: Python<'_>) -> PyResult<()> {
    let globals = PyDict::new(py);
    let code = c"def twice(n):\n    return 2 * n\n\nx = twice(21)\n";
    py.run(code, Some(&globals), None)?;
    assert_eq!(globals.get_item("x")?.unwrap().extract::<i32>()?, 42);
    let locals = PyDict::new(py);
    py.run(c"y = x + 1", Some(&globals), Some(&locals))?;
    assert_eq!(locals.get_item("y")?.unwrap().extract::<i32>()?, 43);
    assert!(globals.get_item("y")?.is_none());
    raises::<PyZeroDivisionError, _, _>(py, py.run(c"1 // 0", Some(&globals), None));
    Ok(())
}

fn wrong_code(py: Python<'_>) {
    raises::<PySyntaxError, _, _>(py, py.eval(c"1 +", None, None));
    raises::<PySyntaxError, _, _>(py, py.eval(c"x = 1", None, None));
    raises::<PySyntaxError, _, _>(py, py.run(c"def", None, None));
    // Not UTF-8.
    assert!(py.eval(c"'\xff'", None, None).is_err());
}

fn code_in_main(py: Python<'_>) -> PyResult<()> {
    py.run(c"everypy_suite_was_here = [1]", None, None)?;
    let main = py.import("__main__")?;
    let value = main.getattr("everypy_suite_was_here")?;
    assert!(py.eval(c"everypy_suite_was_here", None, None)?.is(&value));
    main.delattr("everypy_suite_was_here")
}

fn singletons(py: Python<'_>) {
    assert!(py.None().is(eval(py, "None")));
    assert!(py.Ellipsis().is(eval(py, "...")));
    assert!(py.NotImplemented().is(eval(py, "NotImplemented")));
    assert!(py.None().is_none(py));
    assert!(!py.Ellipsis().is_none(py));
}

fn types(py: Python<'_>) {
    assert!(py.get_type::<PyInt>().is(eval(py, "int")));
    assert!(py.get_type::<PyAny>().is(eval(py, "object")));
}

fn versions(py: Python<'_>) -> PyResult<()> {
    let sys = py.import("sys")?;
    let version: String = sys.getattr("version")?.extract()?;
    let runtime = py.runtime();
    let info = sys.getattr("version_info")?;
    let numbers = (info.get_item(0)?.extract()?, info.get_item(1)?.extract()?, info.get_item(2)?.extract()?);
    assert_eq!((runtime.python.major, runtime.python.minor, runtime.python.patch), numbers);
    assert_eq!(runtime.python.feature(), (numbers.0, numbers.1));
    // What C tells starts with the same numbers; PyPy and GraalPy have other words behind them.
    assert!(py.version().starts_with(version.split(' ').next().unwrap()), "{} {version}", py.version());
    Ok(())
}

fn what_is_running(py: Python<'_>) -> PyResult<()> {
    let runtime = py.runtime();
    let sys = py.import("sys")?;
    let name: String = sys.getattr("implementation")?.getattr("name")?.extract()?;
    assert_eq!(runtime.implementation.to_string().to_lowercase(), name);
    match runtime.implementation {
        Implementation::PyPy => {
            let version = sys.getattr("pypy_version_info")?;
            assert_eq!(runtime.release.major, version.get_item(0)?.extract::<u8>()?);
            assert_eq!(runtime.release.minor, version.get_item(1)?.extract::<u8>()?);
            assert_eq!(runtime.release.patch, version.get_item(2)?.extract::<u8>()?);
            assert!(runtime.to_string().contains(&format!("(Python {})", runtime.python)));
        }
        _ => {
            assert_eq!(runtime.release, runtime.python);
            assert!(runtime.to_string().contains(&runtime.python.to_string()));
        }
    }
    assert!(runtime.to_string().starts_with(&runtime.implementation.to_string()));
    assert_eq!(runtime.debug, sys.hasattr("gettotalrefcount")?);
    let code = "import sysconfig\nfree_threaded = bool(sysconfig.get_config_var('Py_GIL_DISABLED'))";
    let free_threaded = run(py, &[], code)?.get_item("free_threaded")?.unwrap();
    assert_eq!(runtime.free_threaded, free_threaded.extract::<bool>()?);
    let forbidden = std::env::var_os("EVERYPY_FAST").is_some_and(|value| value == "0");
    let watched = is_watched();
    if forbidden || watched {
        assert!(!runtime.fast);
    } else {
        assert_eq!(runtime.fast, runtime.python.feature() <= (3, 15));
    }
    Ok(())
}

fn capabilities(py: Python<'_>) -> PyResult<()> {
    let class = eval(py, "BaseException");
    assert_eq!(py.supports(Capability::ExceptionNotes), class.hasattr("add_note")?);
    assert_eq!(py.supports(Capability::FreeThreading), py.runtime().free_threaded);
    let prompt = py.supports(Capability::PromptDestruction);
    let code = "
class Object:
    def __del__(self):
        dead.append(1)

dead = []
Object()
";
    let dead = run(py, &[], code)?.get_item("dead")?.unwrap();
    assert_eq!(prompt, dead.len()? == 1);
    assert_eq!(prompt, py.runtime().implementation == Implementation::CPython);
    Ok(())
}

/// A handler runs, and what it raises arrives, at the latest when Rust asks for it. Only CPython promises that.
fn signals(py: Python<'_>) -> PyResult<()> {
    py.check_signals()?;
    let code = "
import os, signal

def handler(number, frame):
    raise ZeroDivisionError(number)

before = signal.signal(signal.SIGUSR1, handler)
kill, pid, number = os.kill, os.getpid(), int(signal.SIGUSR1)
";
    if py.runtime().implementation != Implementation::CPython {
        return Ok(());
    }
    let variables = run(py, &[], code)?;
    let value = |name: &str| variables.as_any().get_item(name).unwrap();
    let raised = value("kill").call1((value("pid"), value("number"))).and_then(|_| py.check_signals());
    py.import("signal")?.call_method1("signal", (value("number"), value("before")))?;
    raises::<PyZeroDivisionError, _, _>(py, raised);
    Ok(())
}
