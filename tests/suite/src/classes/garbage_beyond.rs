//! What the collector is not told. PyO3 0.30 has it look at every class.

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::helpers::script_with;
use crate::check::is_cpython;

tests![
    only_classes_that_hold_objects_are_looked_at,
];

#[pyclass]
struct Plain {
    _number: i32,
}

#[pyclass(weakref)]
struct Referred;

#[pyclass(dict)]
struct WithDict;

#[pyclass]
struct Traversed;

#[pymethods]
impl Traversed {
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}

/// Being looked at costs memory and time for each instance.
fn only_classes_that_hold_objects_are_looked_at(py: Python<'_>) -> PyResult<()> {
    if is_cpython(py) {
        let (plain, referred) = (Bound::new(py, Plain { _number: 5 })?, Bound::new(py, Referred)?);
        let (with_dict, traversed) = (Bound::new(py, WithDict)?, Bound::new(py, Traversed)?);
        let code = "
import gc
HAVE_GC = 1 << 14
for object, expected in (plain, False), (referred, False), (with_dict, True), (traversed, True):
    assert bool(type(object).__flags__ & HAVE_GC) is expected, object
    assert gc.is_tracked(object) is expected, object
";
        let names = [
            ("plain", plain.as_any()),
            ("referred", referred.as_any()),
            ("with_dict", with_dict.as_any()),
            ("traversed", traversed.as_any()),
        ];
        script_with(py, &[], &names, code);
    }
    Ok(())
}
