//! `#[pymodule]`, `PyModule` and importing.

use pyo3::exceptions::{PyAttributeError, PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyList, PyModule};

use crate::check::{eval, is_graalpy, is_pypy, raises, run};

tests![
    new_modules,
    adding,
    adding_functions,
    the_list_of_names,
    submodules,
    attributes,
    not_a_module,
    this_module,
    imported_twice,
    loaded_twice,
    reloaded,
    options_of_modules,
    failing_modules,
    panicking_modules,
    modules_in_threads,
    the_gil,
];

#[pyfunction]
fn answer() -> i32 {
    42
}

fn new_modules(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "new_ä🌲")?;
    assert!(module.name()? == "new_ä🌲");
    assert!(module.is_exact_instance_of::<PyModule>());
    assert!(module.getattr("__name__")?.eq("new_ä🌲")?);
    // Where a module has no text of its own, PyPy shows that of the class.
    assert_eq!(module.getattr("__doc__")?.is_none(), !is_pypy(py));
    // It is not imported by being made.
    assert!(!py.import("sys")?.getattr("modules")?.contains("new_ä🌲")?);
    assert!(module.filename().is_err());
    Ok(())
}

fn adding(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "adding")?;
    module.add("number", 5)?;
    module.add("list", vec!["a", "b"])?;
    module.add(pyo3::intern!(py, "interned"), py.None())?;
    assert!(module.getattr("number")?.eq(5)?);
    assert!(module.getattr("list")?.eq(eval(py, "['a', 'b']"))?);
    assert!(module.getattr("interned")?.is_none());
    let dict = module.dict();
    assert!(dict.get_item("number")?.unwrap().eq(5)?);
    dict.set_item("later", 6)?;
    assert!(module.getattr("later")?.eq(6)?);
    raises::<PyAttributeError, _, _>(py, module.getattr("missing"));
    Ok(())
}

fn adding_functions(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "functions")?;
    module.add_function(wrap_pyfunction!(answer, &module)?)?;
    let function = module.getattr("answer")?;
    assert_eq!(function.call0()?.extract::<i32>()?, 42);
    assert!(function.getattr("__module__")?.eq("functions")?);
    assert!(function.cast::<PyCFunction>().is_ok());
    module.add("same", wrap_pyfunction!(answer, py)?)?;
    assert_eq!(module.call_method0("same")?.extract::<i32>()?, 42);
    Ok(())
}

fn the_list_of_names(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "names")?;
    assert_eq!(PyListMethods::len(&module.index()?), 0);
    module.add("b", 1)?;
    module.add("a", 2)?;
    module.add_function(wrap_pyfunction!(answer, &module)?)?;
    assert_eq!(module.index()?.extract::<Vec<String>>()?, ["b", "a", "answer"]);
    assert!(module.index()?.is(module.getattr("__all__")?));
    // As `import *` reads it.
    let code = "
import sys
sys.modules['names'] = module
try:
    from names import *
finally:
    del sys.modules['names']
";
    let variables = run(py, &[("module", module.as_any())], code)?;
    assert!(variables.contains("a")? && variables.contains("answer")?);
    module.setattr("__all__", 5)?;
    raises::<PyTypeError, _, _>(py, module.index());
    raises::<PyTypeError, _, _>(py, module.add("c", 3));
    Ok(())
}

fn submodules(py: Python<'_>) -> PyResult<()> {
    let outer = PyModule::new(py, "outer")?;
    let inner = PyModule::new(py, "outer.inner")?;
    inner.add("value", 5)?;
    outer.add_submodule(&inner)?;
    assert!(outer.getattr("inner")?.is(&inner));
    assert!(outer.getattr("inner")?.getattr("value")?.eq(5)?);
    assert_eq!(outer.index()?.extract::<Vec<String>>()?, ["inner"]);
    let plain = PyModule::new(py, "plain")?;
    outer.add_submodule(&plain)?;
    assert!(outer.getattr("plain")?.is(&plain));
    Ok(())
}

fn attributes(py: Python<'_>) -> PyResult<()> {
    let os = py.import("os")?;
    assert!(os.name()? == "os");
    assert!(os.filename()?.to_cow()?.ends_with("os.py"));
    assert!(os.dict().contains("path")?);
    let module: &Bound<'_, PyModule> = os.as_any().cast()?;
    assert!(module.is(&os));
    Ok(())
}

/// What stands in `sys.modules` is imported, whatever it is; GraalPy takes modules only.
fn not_a_module(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?;
    modules.set_item("everypy_no_module", eval(py, "type('Other', (), {'value': 5})()"))?;
    let imported = py.import("everypy_no_module");
    modules.del_item("everypy_no_module")?;
    if is_graalpy(py) {
        raises::<PyNotImplementedError, _, _>(py, imported);
    } else {
        assert!(imported?.getattr("value")?.eq(5)?);
    }
    assert!(eval(py, "5").cast::<PyModule>().is_err());
    Ok(())
}

/// The module that all these tests are in, as its interpreter has made it.
fn this_module(py: Python<'_>) -> PyResult<()> {
    let module = py.import("everypy_suite")?;
    assert!(module.name()? == "everypy_suite");
    assert!(module.getattr("__doc__")?.eq("The tests of everypy that run inside of every interpreter.")?);
    assert_eq!(module.index()?.extract::<Vec<String>>()?, ["names", "run", "nothing", "running", "fast", "allocated", "take_panics"]);
    assert!(module.filename()?.to_cow()?.contains("everypy_suite"));
    let code = "
assert module.__spec__.name == 'everypy_suite'
assert type(module.__loader__).__name__ == 'ExtensionFileLoader', module.__loader__
assert module.run.__module__ == 'everypy_suite'
";
    run(py, &[("module", module.as_any())], code).map(drop)
}

fn imported_twice(py: Python<'_>) -> PyResult<()> {
    let module = py.import("everypy_suite")?;
    assert!(py.import("everypy_suite")?.is(&module));
    assert!(eval(py, "__import__('everypy_suite')").is(&module));
    Ok(())
}

/// Each load makes a module object of its own, which works.
fn loaded_twice(py: Python<'_>) -> PyResult<()> {
    let code = "
import importlib.machinery, importlib.util

def load():
    loader = importlib.machinery.ExtensionFileLoader('everypy_suite', module.__file__)
    spec = importlib.util.spec_from_file_location('everypy_suite', module.__file__, loader=loader)
    again = importlib.util.module_from_spec(spec)
    loader.exec_module(again)
    return again

first, second = load(), load()
assert first is not module and first is not second
assert first.names() == second.names() == module.names()
assert first.run is not second.run
second.run('modules::new_modules')
first.marker = 1
assert not hasattr(second, 'marker') and not hasattr(module, 'marker')
";
    let module = py.import("everypy_suite")?;
    run(py, &[("module", module.as_any())], code).map(drop)
}

/// The same module object, filled again or left as it is.
fn reloaded(py: Python<'_>) -> PyResult<()> {
    let code = "
import importlib
again = importlib.reload(module)
assert again is module
assert module.names() and module.__doc__
module.run('modules::new_modules')
";
    let module = py.import("everypy_suite")?;
    run(py, &[("module", module.as_any())], code).map(drop)
}

/// Documented.
#[pymodule]
#[pyo3(name = "everypy_suite_renamed", gil_used = true)]
fn with_options(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("doc", "of the module")
}

#[pymodule(name = "everypy_suite_token")]
fn with_token(py: Python<'_>, m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("none", py.None())
}

#[pymodule]
fn everypy_suite_owned(m: Bound<'_, PyModule>) -> PyResult<()> {
    m.add("owned", true)
}

#[pymodule]
fn everypy_suite_unbound(py: Python<'_>, m: Py<PyModule>) -> PyResult<()> {
    m.bind(py).add("unbound", true)
}

#[pymodule]
fn everypy_suite_failing(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("added", 1)?;
    Err(PyValueError::new_err("not today"))
}

#[pymodule]
fn everypy_suite_panicking(_m: &Bound<'_, PyModule>) -> PyResult<()> {
    panic!("while filled")
}

/// Loads another module of this library.
fn load<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyDict>> {
    let code = "
import importlib.machinery, importlib.util
loader = importlib.machinery.ExtensionFileLoader(name, module.__file__)
spec = importlib.util.spec_from_file_location(name, module.__file__, loader=loader)
loaded = importlib.util.module_from_spec(spec)
loader.exec_module(loaded)
";
    let module = py.import("everypy_suite")?;
    run(py, &[("module", module.as_any()), ("name", name.into_pyobject(py).unwrap().as_any())], code)
}

fn loaded<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    load(py, name)?.as_any().get_item("loaded")
}

fn options_of_modules(py: Python<'_>) -> PyResult<()> {
    // A module that needs the GIL turns it on in a free-threaded interpreter, with a warning; that is for another test.
    if !py.runtime().free_threaded {
        let module = loaded(py, "everypy_suite_renamed")?;
        assert!(module.getattr("__doc__")?.eq("Documented.")?);
        assert!(module.getattr("__name__")?.eq("everypy_suite_renamed")?);
        assert!(module.getattr("doc")?.eq("of the module")?);
    }
    assert!(loaded(py, "everypy_suite_token")?.getattr("none")?.is_none());
    assert!(loaded(py, "everypy_suite_owned")?.getattr("owned")?.is_truthy()?);
    assert!(loaded(py, "everypy_suite_unbound")?.getattr("unbound")?.is_truthy()?);
    Ok(())
}

fn failing_modules(py: Python<'_>) {
    let text = raises::<PyValueError, _, _>(py, load(py, "everypy_suite_failing"));
    assert_eq!(text, "not today");
    raises::<pyo3::exceptions::PyImportError, _, _>(py, load(py, "everypy_suite_no_such_function"));
}

fn panicking_modules(py: Python<'_>) {
    let code = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| load(py, "everypy_suite_panicking").map(drop)));
    // It went on where Rust took it from Python again.
    assert_eq!(code.unwrap_err().downcast_ref::<String>().unwrap(), "while filled");
    assert!(!PyErr::occurred(py));
}

fn modules_in_threads(py: Python<'_>) -> PyResult<()> {
    let code = "
import importlib.machinery, importlib.util, threading
results = []

def load():
    name = 'everypy_suite_token'
    loader = importlib.machinery.ExtensionFileLoader(name, module.__file__)
    spec = importlib.util.spec_from_file_location(name, module.__file__, loader=loader)
    loaded = importlib.util.module_from_spec(spec)
    loader.exec_module(loaded)
    results.append(loaded.none)

threads = [threading.Thread(target=load) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert results == [None] * 4
";
    let module = py.import("everypy_suite")?;
    run(py, &[("module", module.as_any())], code).map(drop)
}

/// A module that does not need the GIL leaves it off where it can be.
fn the_gil(py: Python<'_>) -> PyResult<()> {
    let sys = py.import("sys")?;
    let enabled = match sys.getattr_opt("_is_gil_enabled")? {
        Some(is_enabled) => is_enabled.call0()?.extract::<bool>()?,
        None => true,
    };
    assert_eq!(enabled, !py.runtime().free_threaded);
    // Elsewhere there is nothing to tell.
    PyModule::new(py, "told")?.gil_used(false)?;
    let _ = PyList::empty(py);
    assert!(!is_graalpy(py) || enabled);
    Ok(())
}
