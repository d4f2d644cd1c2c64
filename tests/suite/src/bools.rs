//! `bool`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::check::{define, eval, raises};

tests![both_ways, nothing_else, the_one_of_numpy, objects];

fn both_ways(py: Python<'_>) -> PyResult<()> {
    assert!(eval(py, "True").extract::<bool>()?);
    assert!(!eval(py, "False").extract::<bool>()?);
    assert!(true.into_pyobject(py).unwrap().is(eval(py, "True")));
    assert!(false.into_pyobject(py).unwrap().is(eval(py, "False")));
    assert!((&true).into_pyobject(py).unwrap().is(eval(py, "True")));
    Ok(())
}

fn nothing_else(py: Python<'_>) {
    for wrong in ["1", "0", "None", "''", "'True'", "[]", "1.0", "bool"] {
        let text = raises::<PyTypeError, _, _>(py, eval(py, wrong).extract::<bool>());
        assert!(text.ends_with("object is not an instance of 'bool'"), "{text}");
    }
}

/// NumPy's is no `bool`, but taken for one: under both of its names, and from that module only.
fn the_one_of_numpy(py: Python<'_>) -> PyResult<()> {
    let code = "
def make(module, name):
    return type(name, (), {'__module__': module, '__bool__': lambda self: self.value})

def instance(module, name, value):
    object = make(module, name)()
    object.value = value
    return object
";
    let instance = define(py, "instance", code);
    for name in ["bool_", "bool"] {
        assert!(instance.call1(("numpy", name, true))?.extract::<bool>()?);
        assert!(!instance.call1(("numpy", name, false))?.extract::<bool>()?);
        raises::<PyTypeError, _, _>(py, instance.call1(("other", name, true))?.extract::<bool>());
    }
    raises::<PyTypeError, _, _>(py, instance.call1(("numpy", "int_", true))?.extract::<bool>());
    Ok(())
}

fn objects(py: Python<'_>) -> PyResult<()> {
    let yes = PyBool::new(py, true);
    assert!(yes.is_true());
    assert!(!PyBool::new(py, false).is_true());
    assert!(eval(py, "3 > 2").cast::<PyBool>()?.is_true());
    assert!(eval(py, "1").cast::<PyBool>().is_err());
    // An `int` by inheritance.
    assert!(yes.is_instance_of::<pyo3::types::PyInt>());
    assert!(!yes.is_exact_instance_of::<pyo3::types::PyInt>());
    assert!(yes.is_exact_instance_of::<PyBool>());
    Ok(())
}
