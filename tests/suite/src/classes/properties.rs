//! Properties: `#[getter]`, `#[setter]`, `#[deleter]`.

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;

use super::helpers::{attribute_doc, script, script_with};

tests![
    getters_and_setters,
    names_without_prefix,
    properties_without_a_setter,
    properties_without_a_getter,
    errors_of_properties,
    values_of_properties_are_converted,
    deleters,
    receivers_of_properties,
    properties_beside_fields,
    properties_of_the_class,
    properties_with_the_token,
    documentation_of_properties,
];

#[pyclass]
#[derive(Default)]
struct Thermometer {
    celsius: f64,
    label: Option<String>,
    #[pyo3(get, set)]
    plain: i32,
}

#[pymethods]
impl Thermometer {
    #[new]
    fn new() -> Thermometer {
        Thermometer::default()
    }

    /// Degrees of another scale.
    #[getter]
    fn fahrenheit(&self) -> f64 {
        self.celsius * 1.8 + 32.0
    }

    #[setter]
    fn set_fahrenheit(&mut self, value: f64) -> PyResult<()> {
        let celsius = (value - 32.0) / 1.8;
        if celsius < -273.15 {
            return Err(PyValueError::new_err("too cold"));
        }
        self.celsius = celsius;
        Ok(())
    }

    #[getter]
    fn get_celsius(&self) -> f64 {
        self.celsius
    }

    #[setter(celsius)]
    fn change(&mut self, celsius: f64) {
        self.celsius = celsius;
    }

    #[getter(other_name)]
    fn something(&self) -> &'static str {
        if self.celsius > 0.0 { "warm" } else { "cold" }
    }

    #[setter]
    fn set_write_only(&mut self, celsius: f64) {
        self.celsius = celsius;
    }

    #[getter]
    fn failing(&self) -> PyResult<i32> {
        Err(PyKeyError::new_err(self.plain))
    }

    #[setter]
    fn set_failing(&mut self, _value: i32) {
        panic!("in a setter")
    }

    #[getter]
    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    #[setter]
    fn set_label(&mut self, label: Option<String>) {
        self.label = label;
    }

    #[deleter]
    fn delete_label(&mut self) -> PyResult<()> {
        match self.label.take() {
            Some(_) => Ok(()),
            None => Err(PyValueError::new_err("no label")),
        }
    }

    #[getter]
    fn itself(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[getter]
    fn bound<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    #[setter]
    fn set_by_guard(mut slf: PyRefMut<'_, Self>, value: f64) {
        slf.celsius = value;
    }

    #[getter]
    fn with_token<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        (self.celsius, "C").into_pyobject(py).map(Bound::into_any)
    }

    #[setter]
    fn set_with_token(&mut self, py: Python<'_>, value: Py<PyAny>) -> PyResult<()> {
        self.celsius = value.extract(py)?;
        Ok(())
    }
}

fn thermometer(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Thermometer>()], &format!("thermometer = Thermometer()\n{code}"));
}

fn getters_and_setters(py: Python<'_>) {
    let code = "
assert thermometer.fahrenheit == 32.0
thermometer.fahrenheit = 212
assert abs(thermometer.celsius - 100) < 1e-9
thermometer.celsius = 1.5
assert thermometer.celsius == 1.5
thermometer.celsius += 1
assert thermometer.celsius == 2.5
";
    thermometer(py, code);
}

fn names_without_prefix(py: Python<'_>) {
    let code = "
assert thermometer.other_name == 'cold'
for name in ('get_celsius', 'set_fahrenheit', 'something', 'change', 'set_write_only', 'delete_label'):
    assert not hasattr(thermometer, name), name
";
    thermometer(py, code);
}

fn properties_without_a_setter(py: Python<'_>) {
    let code = "
raises(AttributeError, setattr, thermometer, 'other_name', 'hot')
raises(AttributeError, delattr, thermometer, 'other_name')
raises(AttributeError, delattr, thermometer, 'celsius')
assert thermometer.other_name == 'cold'
";
    thermometer(py, code);
}

fn properties_without_a_getter(py: Python<'_>) {
    let code = "
thermometer.write_only = 4
assert thermometer.celsius == 4
raises(AttributeError, getattr, thermometer, 'write_only')
";
    thermometer(py, code);
}

fn errors_of_properties(py: Python<'_>) {
    let code = "
assert raises(ValueError, setattr, thermometer, 'fahrenheit', -1000) == 'too cold'
assert thermometer.celsius == 0
assert raises(KeyError, getattr, thermometer, 'failing') == '0'
raises(KeyError, hasattr, thermometer, 'failing')
try:
    thermometer.failing = 5
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'in a setter'
else:
    raise AssertionError('no panic')
# It is not borrowed any more.
thermometer.celsius = 3
assert thermometer.celsius == 3
";
    thermometer(py, code);
}

fn values_of_properties_are_converted(py: Python<'_>) {
    let code = "
raises(TypeError, setattr, thermometer, 'celsius', 'warm')
raises(TypeError, setattr, thermometer, 'label', 5)
raises(TypeError, setattr, thermometer, 'celsius', None)
assert thermometer.celsius == 0
";
    thermometer(py, code);
}

fn deleters(py: Python<'_>) {
    let code = "
assert thermometer.label is None
thermometer.label = 'a'
assert thermometer.label == 'a'
del thermometer.label
assert thermometer.label is None
assert raises(ValueError, delattr, thermometer, 'label') == 'no label'
thermometer.label = None
";
    thermometer(py, code);
}

fn receivers_of_properties(py: Python<'_>) {
    let code = "
assert thermometer.itself is thermometer
assert thermometer.bound is thermometer
thermometer.by_guard = 8
assert thermometer.celsius == 8
";
    thermometer(py, code);
}

fn documentation_of_properties(py: Python<'_>) -> PyResult<()> {
    let code = "
assert Thermometer.fahrenheit.__doc__ == doc, Thermometer.fahrenheit.__doc__
assert not Thermometer.celsius.__doc__
assert Thermometer.fahrenheit.__name__ == 'fahrenheit'
";
    let doc = attribute_doc(py, "Degrees of another scale.")?;
    script_with(py, &[py.get_type::<Thermometer>()], &[("doc", &doc)], code);
    Ok(())
}

fn properties_beside_fields(py: Python<'_>) {
    let code = "
thermometer.plain = 5
thermometer.celsius = 6
assert (thermometer.plain, thermometer.celsius) == (5, 6)
assert raises(KeyError, getattr, thermometer, 'failing') == '5'
";
    thermometer(py, code);
}

/// Unbound, they are descriptors that take nothing but instances.
fn properties_of_the_class(py: Python<'_>) {
    let code = "
assert Thermometer.celsius.__get__(thermometer) == 0
assert Thermometer.celsius.__get__(None, Thermometer) is Thermometer.celsius
Thermometer.celsius.__set__(thermometer, 5)
assert thermometer.celsius == 5
raises(TypeError, Thermometer.celsius.__get__, 'a')
raises(TypeError, Thermometer.celsius.__set__, 'a', 5)
raises(TypeError, Thermometer.label.__delete__, 'a')
";
    thermometer(py, code);
}

fn properties_with_the_token(py: Python<'_>) {
    let code = "
thermometer.with_token = 2.0
assert thermometer.with_token == (2.0, 'C')
";
    thermometer(py, code);
}
