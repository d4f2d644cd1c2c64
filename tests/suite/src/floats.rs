//! Floating-point numbers.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::PyFloat;

use crate::check::{define, eval, raises, raises_like, try_eval};

tests![values, not_numbers, single_precision, from_integers, objects_with_float, wrong_types, new_floats];

const VALUES: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    1.5e300,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    f64::EPSILON,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

fn values(py: Python<'_>) -> PyResult<()> {
    for &value in VALUES {
        let object = value.into_pyobject(py).unwrap();
        assert!(object.is_exact_instance_of::<PyFloat>());
        assert_eq!(object.value().to_bits(), value.to_bits());
        assert_eq!(object.extract::<f64>()?.to_bits(), value.to_bits());
        assert!((&value).into_pyobject(py).unwrap().eq(&object)?);
        // Python sees the same number.
        let hex: String = object.call_method0("hex")?.extract()?;
        let same = eval(py, &format!("float.fromhex('{hex}')"));
        assert_eq!(same.extract::<f64>()?.to_bits(), value.to_bits());
    }
    Ok(())
}

fn not_numbers(py: Python<'_>) -> PyResult<()> {
    let nan = f64::NAN.into_pyobject(py).unwrap();
    assert!(nan.value().is_nan());
    assert!(nan.extract::<f64>()?.is_nan());
    assert!(nan.extract::<f32>()?.is_nan());
    assert!(nan.ne(&nan)?);
    assert!(eval(py, "float('nan')").extract::<f64>()?.is_nan());
    // -1.0 is what C returns for a failure, too.
    assert_eq!(eval(py, "-1.0").extract::<f64>()?, -1.0);
    assert_eq!(eval(py, "-1").extract::<f64>()?, -1.0);
    Ok(())
}

fn single_precision(py: Python<'_>) -> PyResult<()> {
    for value in [0.0_f32, -0.0, 0.1, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, f32::INFINITY] {
        let object = value.into_pyobject(py).unwrap();
        assert_eq!(object.value(), f64::from(value));
        assert_eq!(object.extract::<f32>()?.to_bits(), value.to_bits());
        assert!((&value).into_pyobject(py).unwrap().eq(&object)?);
    }
    assert_eq!(eval(py, "0.1").extract::<f32>()?, 0.1_f32);
    // What is too large is rounded to infinity, as `as f32` does.
    assert_eq!(eval(py, "1e300").extract::<f32>()?, f32::INFINITY);
    assert_eq!(eval(py, "1e-300").extract::<f32>()?, 0.0);
    Ok(())
}

fn from_integers(py: Python<'_>) -> PyResult<()> {
    assert_eq!(eval(py, "2**53").extract::<f64>()?, 9_007_199_254_740_992.0);
    assert_eq!(eval(py, "-2**100").extract::<f64>()?, -1_267_650_600_228_229_401_496_703_205_376.0);
    assert_eq!(eval(py, "2**64 + 1").extract::<f64>()?, 18_446_744_073_709_551_616.0);
    assert_eq!(eval(py, "True").extract::<f64>()?, 1.0);
    let large = eval(py, "10**400");
    raises::<PyOverflowError, _, _>(py, large.extract::<f64>());
    raises::<PyOverflowError, _, _>(py, large.extract::<f32>());
    raises_like(py, large.extract::<f64>(), &[("value", &large)], "float(value)");
    Ok(())
}

fn objects_with_float(py: Python<'_>) -> PyResult<()> {
    let code = "
class Float:
    def __init__(self, value):
        self.value = value

    def __float__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

class Index:
    def __index__(self):
        return 7

class Sub(float):
    pass

index, sub = Index(), Sub(2.5)
";
    let class = define(py, "Float", code);
    assert_eq!(class.call1((1.25,))?.extract::<f64>()?, 1.25);
    assert_eq!(define(py, "sub", code).extract::<f64>()?, 2.5);
    let wrong = class.call1(("1.25",))?;
    raises::<PyTypeError, _, _>(py, wrong.extract::<f64>());
    raises_like(py, wrong.extract::<f64>(), &[("value", &wrong)], "float(value)");
    let failing = class.call1((eval(py, "ZeroDivisionError()"),))?;
    raises::<PyZeroDivisionError, _, _>(py, failing.extract::<f64>());
    // Also where `float()` does not ask `__index__` yet.
    assert_eq!(define(py, "index", code).extract::<f64>()?, 7.0);
    assert_eq!(define(py, "index", code).extract::<f32>()?, 7.0);
    let code = "
class Index:
    def __index__(self):
        raise ZeroDivisionError

index = Index()
";
    raises::<PyZeroDivisionError, _, _>(py, define(py, "index", code).extract::<f64>());
    Ok(())
}

/// A `TypeError`, as `math.sqrt` raises it.
fn wrong_types(py: Python<'_>) {
    for wrong in ["'1.0'", "b'1.0'", "None", "[]", "1j", "object()", "float"] {
        let object = eval(py, wrong);
        raises::<PyTypeError, _, _>(py, object.extract::<f64>());
        raises::<PyTypeError, _, _>(py, object.extract::<f32>());
        raises_like(py, object.extract::<f64>(), &[("value", &object)], "import math; math.sqrt(value)");
    }
}

fn new_floats(py: Python<'_>) {
    let float = PyFloat::new(py, 0.5);
    assert!(float.eq(try_eval(py, "1 / 2").unwrap()).unwrap());
    assert_eq!(float.to_string(), "0.5");
}
