//! `__getattr__`, `__getattribute__`, `__setattr__`, `__delattr__`, `__dir__`, and descriptors.

use std::collections::BTreeMap;

use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::helpers::{script, since, too_few_arguments};
use crate::check::{is_cpython, is_pypy};

tests![
    getattr_is_asked_last,
    errors_of_getattr,
    getattribute_is_asked_first,
    setattr_called_by_name,
    attributes_set_but_not_deleted,
    getattr_of_python_subclasses,
    setattr_of_python_subclasses,
    names_of_attributes,
    no_attributes_beside_those_of_the_class,
    descriptors_are_read,
    descriptors_are_read_from_the_class,
    descriptors_are_written,
    descriptors_without_set,
    errors_of_descriptors,
    descriptors_of_python_subclasses,
    names_told_to_descriptors,
    attributes_set_and_deleted,
];

#[pyclass(subclass)]
struct Late {
    #[pyo3(get, set)]
    real: i32,
}

#[pymethods]
impl Late {
    #[new]
    fn new() -> Late {
        Late { real: 5 }
    }

    fn method(&self) -> i32 {
        self.real
    }

    fn __getattr__(&self, name: &str) -> PyResult<String> {
        match name {
            "absent" => Err(PyAttributeError::new_err("really absent")),
            "broken" => Err(PyValueError::new_err("broken")),
            "panic" => panic!("in getattr"),
            name => Ok(format!("late {name}")),
        }
    }
}

fn getattr_is_asked_last(py: Python<'_>) {
    let code = "
late = Late()
assert late.real == 5 and late.method() == 5 and late.other == 'late other'
late.real = 6
assert late.real == 6
assert getattr(late, 'ä') == 'late ä'
assert late.__class__ is Late
";
    script(py, &[py.get_type::<Late>()], code);
}

fn errors_of_getattr(py: Python<'_>) {
    let code = "
late = Late()
assert raises(AttributeError, getattr, late, 'absent') == 'really absent'
assert getattr(late, 'absent', 5) == 5 and not hasattr(late, 'absent') and hasattr(late, 'other')
assert raises(ValueError, getattr, late, 'broken', 5) == 'broken'
try:
    late.panic
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'in getattr'
else:
    raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Late>()], code);
}

#[pyclass(subclass)]
struct Early {
    #[pyo3(get)]
    real: i32,
}

#[pymethods]
impl Early {
    #[new]
    fn new() -> Early {
        Early { real: 5 }
    }

    fn __getattribute__(&self, name: &str) -> PyResult<String> {
        match name {
            "absent" | "back" => Err(PyAttributeError::new_err("absent")),
            "broken" => Err(PyValueError::new_err("broken")),
            name => Ok(format!("early {name}")),
        }
    }

    fn __getattr__(&self, name: &str) -> PyResult<String> {
        if name == "back" { Ok("late back".to_owned()) } else { Err(PyAttributeError::new_err("both absent")) }
    }
}

fn getattribute_is_asked_first(py: Python<'_>) {
    let code = "
early = Early()
assert early.real == 'early real' and early.other == 'early other'
assert early.back == 'late back'
assert raises(AttributeError, getattr, early, 'absent') == 'both absent'
assert raises(ValueError, getattr, early, 'broken') == 'broken'
assert Early.real.__get__(early) == 5 and type(early) is Early
";
    script(py, &[py.get_type::<Early>()], code);
}

#[pyclass(subclass)]
#[derive(Default)]
struct Record {
    values: BTreeMap<String, i32>,
}

#[pymethods]
impl Record {
    #[new]
    fn new() -> Record {
        Record::default()
    }

    fn __getattr__(&self, name: &str) -> PyResult<i32> {
        self.values.get(name).copied().ok_or_else(|| PyAttributeError::new_err(name.to_owned()))
    }

    fn __setattr__(&mut self, name: String, value: i32) -> PyResult<()> {
        if name.starts_with('_') {
            return Err(PyValueError::new_err(name));
        }
        self.values.insert(name, value);
        Ok(())
    }

    fn __delattr__(&mut self, name: &str) -> PyResult<()> {
        self.values.remove(name).map(drop).ok_or_else(|| PyAttributeError::new_err(name.to_owned()))
    }

    fn __dir__(&self) -> Vec<&str> {
        self.values.keys().map(String::as_str).collect()
    }
}

/// Called by name: CPython 3.7 lets nobody do that with a class made at run time.
fn setattr_called_by_name(py: Python<'_>) {
    let code = if is_cpython(py) && !since(py, 3, 8) {
        "raises(TypeError, Record().__setattr__, 'b', 3)"
    } else {
        "
record = Record()
record.__setattr__('b', 3)
assert record.b == 3
record.__delattr__('b')
assert not hasattr(record, 'b')
"
    };
    script(py, &[py.get_type::<Record>()], code);
}

fn attributes_set_and_deleted(py: Python<'_>) {
    let code = "
record = Record()
record.a = 1
setattr(record, 'ä', 2)
assert record.a == 1 and getattr(record, 'ä') == 2
record.a += 5
assert record.a == 6
del record.a
assert not hasattr(record, 'a')
assert raises(AttributeError, delattr, record, 'a') == 'a'
assert raises(ValueError, setattr, record, '_x', 1) == '_x'
raises(TypeError, setattr, record, 'a', 'text')
";
    script(py, &[py.get_type::<Record>()], code);
    too_few_arguments(py, &[py.get_type::<Record>()], &["Record().__setattr__('a')"]);
}

#[pyclass]
struct WriteOnly {
    #[pyo3(get)]
    last: Option<String>,
}

#[pymethods]
impl WriteOnly {
    #[new]
    fn new() -> WriteOnly {
        WriteOnly { last: None }
    }

    fn __setattr__(&mut self, name: &str, value: i32) {
        self.last = Some(format!("{name} = {value}"));
    }
}

fn attributes_set_but_not_deleted(py: Python<'_>) {
    let code = "
written = WriteOnly()
written.a = 5
assert written.last == 'a = 5'
written.last = 6
assert written.last == 'last = 6'
raises(AttributeError, delattr, written, 'a')
";
    script(py, &[py.get_type::<WriteOnly>()], code);
}

fn getattr_of_python_subclasses(py: Python<'_>) {
    let code = "
class Sub(Late):
    def __init__(self):
        self.own = 'own'

sub = Sub()
assert sub.own == 'own' and sub.real == 5 and sub.other == 'late other'

class Plain(Late):
    pass

plain = Plain()
plain.own = 7
assert plain.own == 7 and plain.other == 'late other'
";
    script(py, &[py.get_type::<Late>()], code);
}

fn setattr_of_python_subclasses(py: Python<'_>) {
    let code = "
class Sub(Record):
    def __setattr__(self, name, value):
        if name != 'ignored':
            super().__setattr__(name, value * 2)

sub = Sub()
sub.ignored = 1
assert not hasattr(sub, 'ignored')
";
    let by_name = if is_cpython(py) && !since(py, 3, 8) {
        "raises(TypeError, setattr, sub, 'a', 4)"
    } else {
        "sub.a = 4\nassert sub.a == 8"
    };
    script(py, &[py.get_type::<Record>()], &format!("{code}{by_name}"));
}

fn names_of_attributes(py: Python<'_>) {
    let code = "
record = Record()
record.b = record.a = 1
assert dir(record) == ['a', 'b']
";
    script(py, &[py.get_type::<Record>()], code);
}

#[pyclass]
struct Closed;

/// Without the option `dict`. On PyPy every object takes attributes; that cannot be switched off.
fn no_attributes_beside_those_of_the_class(py: Python<'_>) -> PyResult<()> {
    let closed = Bound::new(py, Closed)?;
    if is_pypy(py) {
        closed.setattr("a", 5)?;
        assert!(closed.getattr("a")?.eq(5)?);
    } else {
        crate::check::raises::<PyAttributeError, _, _>(py, closed.setattr("a", 5));
        assert!(!closed.hasattr("__dict__")?);
    }
    crate::check::raises::<PyAttributeError, _, _>(py, closed.getattr("missing"));
    Ok(())
}

/// A number whose owner keeps it in `_NAME`.
#[pyclass(subclass)]
struct Field {
    #[pyo3(get)]
    name: String,
}

#[pymethods]
impl Field {
    #[new]
    #[pyo3(signature = (name = "_value"))]
    fn new(name: &str) -> Field {
        Field { name: name.to_owned() }
    }

    fn __get__<'py>(
        slf: Bound<'py, Self>,
        object: Option<Bound<'py, PyAny>>,
        class: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyAny>> {
        assert!(class.is_subclass_of::<PyAny>()?);
        match object {
            None => Ok(slf.into_any()),
            Some(object) => object.getattr(slf.borrow().name.as_str()),
        }
    }

    fn __set__(&self, object: &Bound<'_, PyAny>, value: i32) -> PyResult<()> {
        if value < 0 {
            return Err(PyValueError::new_err("negative"));
        }
        object.setattr(self.name.as_str(), value)
    }

    fn __delete__(&self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        object.delattr(self.name.as_str())
    }

    fn __set_name__(&mut self, _owner: &Bound<'_, PyAny>, name: &str) {
        self.name = format!("_{name}");
    }
}

const OWNER: &str = "
class Owner:
    field = Field()
";

fn field(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Field>()], &format!("{OWNER}{code}"));
}

fn descriptors_are_read(py: Python<'_>) {
    let code = "
owner = Owner()
owner._field = 5
assert owner.field == 5
descriptor = vars(Owner)['field']
assert descriptor.__get__(owner, Owner) == 5
";
    field(py, code);
}

fn descriptors_are_read_from_the_class(py: Python<'_>) {
    let code = "
assert type(Owner.field) is Field and Owner.field is Owner.field is vars(Owner)['field']
";
    field(py, code);
}

fn descriptors_are_written(py: Python<'_>) {
    let code = "
owner = Owner()
owner.field = 6
assert owner._field == 6 and owner.field == 6
# What has a setter comes before the attributes of the instance.
vars(owner)['field'] = 7
assert owner.field == 6
del owner.field
raises(AttributeError, getattr, owner, 'field')
Owner.field.__set__(owner, 8)
assert owner.field == 8
Owner.field.__delete__(owner)
assert not hasattr(owner, '_field')
";
    field(py, code);
}

#[pyclass]
struct OnlyGet;

#[pymethods]
impl OnlyGet {
    #[new]
    fn new() -> OnlyGet {
        OnlyGet
    }

    fn __get__(&self, object: &Bound<'_, PyAny>, class: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(format!("{} {}", if object.is_none() { "class" } else { "object" }, class.getattr("__name__")?))
    }
}

fn descriptors_without_set(py: Python<'_>) {
    let code = "
class Owner:
    only = OnlyGet()

owner = Owner()
assert owner.only == 'object Owner' and Owner.only == 'class Owner'
# The attribute of the instance comes before a descriptor that cannot be set.
owner.only = 5
assert owner.only == 5
del owner.only
assert owner.only == 'object Owner'
";
    script(py, &[py.get_type::<OnlyGet>()], code);
}

fn errors_of_descriptors(py: Python<'_>) {
    let code = "
owner = Owner()
raises(AttributeError, getattr, owner, 'field')
assert raises(ValueError, setattr, owner, 'field', -1) == 'negative'
raises(TypeError, setattr, owner, 'field', 'text')
raises(AttributeError, delattr, owner, 'field')
assert not hasattr(owner, '_field')
";
    field(py, code);
}

fn descriptors_of_python_subclasses(py: Python<'_>) {
    let code = "
class Doubled(Field):
    def __get__(self, object, owner=None):
        value = super().__get__(object, owner)
        return value if object is None else value * 2

class Has:
    doubled = Doubled()

has = Has()
has.doubled = 4
assert has.doubled == 8 and Has.doubled.name == '_doubled'
";
    field(py, code);
}

fn names_told_to_descriptors(py: Python<'_>) {
    field(py, "assert Owner.field.name == '_field' and Field().name == '_value'");
}
