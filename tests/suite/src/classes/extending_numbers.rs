//! `extends =` further native types: `float`, `complex`, `frozenset`, and those of `datetime`. What they hold is made by the
//! `__new__` of the base without arguments, or by that of a Python subclass.

use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyFloat, PyFrozenSet, PyTuple};

use super::helpers::{Mark, Tally, script, script_with};
use crate::check::after_collection;

tests![
    floats_with_fields,
    complex_numbers_with_fields,
    frozen_sets_with_fields,
    time_zones_with_fields,
    fields_live_as_long_as_the_number,
];

#[pyclass(extends = PyFloat, subclass)]
struct Measured {
    #[pyo3(get, set)]
    unit: String,
}

#[pymethods]
impl Measured {
    #[new]
    fn new(unit: String) -> Measured {
        Measured { unit }
    }

    fn shown(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("{} {}", slf.extract::<f64>()?, slf.borrow().unit))
    }
}

fn floats_with_fields(py: Python<'_>) {
    let code = "
measured = Measured('m')
assert measured == 0.0 and measured + 1 == 1.0 and measured.unit == 'm' and measured.shown() == '0 m'
measured.unit = 'km'
assert measured.shown() == '0 km' and isinstance(measured, float) and float(measured) == 0.0
assert Measured.__mro__ == (Measured, float, object) and hash(measured) == hash(0.0) and not measured

class Sub(Measured):
    pass

sub = Sub('s')
sub.attribute = 5
assert sub.unit == 's' and sub * 2 == 0.0 and vars(sub) == {'attribute': 5}
";
    script(py, &[py.get_type::<Measured>()], code);
}

#[pyclass(extends = PyComplex)]
struct Phasor {
    #[pyo3(get)]
    frequency: f64,
}

#[pymethods]
impl Phasor {
    #[new]
    fn new(frequency: f64) -> Phasor {
        Phasor { frequency }
    }
}

fn complex_numbers_with_fields(py: Python<'_>) {
    let code = "
phasor = Phasor(50)
assert phasor == 0j and phasor.imag == 0.0 and phasor + 1j == 1j and phasor.frequency == 50
assert isinstance(phasor, complex)
";
    script(py, &[py.get_type::<Phasor>()], code);
}

#[pyclass(extends = PyFrozenSet, subclass)]
struct Team {
    #[pyo3(get, set)]
    name: String,
}

#[pymethods]
impl Team {
    #[new]
    #[pyo3(signature = (*_args))]
    fn new(_args: &Bound<'_, PyTuple>) -> Team {
        Team { name: "t".to_owned() }
    }
}

fn frozen_sets_with_fields(py: Python<'_>) {
    let code = "
team = Team()
assert team == frozenset() and len(team) == 0 and team.name == 't' and hash(team) == hash(frozenset())
team.name = 'u'
assert team | {1} == {1} and 1 not in team and isinstance(team, frozenset) and team.name == 'u'
";
    script(py, &[py.get_type::<Team>()], code);
}

#[pyclass(extends = pyo3::types::PyTzInfo)]
struct Zone {
    #[pyo3(get)]
    hours: i32,
}

#[pymethods]
impl Zone {
    #[new]
    fn new(hours: i32) -> Zone {
        Zone { hours }
    }

    fn utcoffset<'py>(&self, py: Python<'py>, _time: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        py.import("datetime")?.getattr("timedelta")?.call1((0, self.hours * 3600))
    }

    fn tzname(&self, _time: &Bound<'_, PyAny>) -> String {
        format!("{:+}", self.hours)
    }

    fn dst<'py>(&self, time: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        let _ = time;
        time.py().None().into_bound(time.py())
    }
}

fn time_zones_with_fields(py: Python<'_>) {
    let code = "
import datetime
zone = Zone(2)
time = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=zone)
assert time.isoformat() == '2024-01-02T03:04:05+02:00' and time.tzname() == '+2' and time.tzinfo is zone
assert time.astimezone(datetime.timezone.utc).hour == 1 and zone.hours == 2 and isinstance(zone, datetime.tzinfo)
";
    script(py, &[py.get_type::<Zone>()], code);
}

#[pyclass(extends = PyFloat, subclass)]
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

fn fields_live_as_long_as_the_number(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
class Sub(Marked):
    pass

kept = [kind(tally) for kind in (Marked, Sub) for _ in range(100)]
assert sum(kept) == 0 and tally.dropped == 0
";
    script_with(py, &[py.get_type::<Marked>()], &[("tally", tally.as_any())], code).clear();
    after_collection(py, || tally.get().dropped() == 200);
    Ok(())
}
