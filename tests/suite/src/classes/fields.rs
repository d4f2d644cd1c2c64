//! Fields as attributes: `get`, `set`, `get_all`, `set_all`, `name`, `rename_all`.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::helpers::{attribute_doc, script, script_with};

tests![
    fields_are_read_and_written,
    values_are_converted,
    wrong_values_change_nothing,
    fields_cannot_be_deleted,
    fields_without_attribute_are_not_seen,
    fields_only_to_be_written,
    fields_that_hold_objects,
    copies_of_values,
    all_fields,
    all_fields_of_a_frozen_class,
    renamed_fields,
    fields_left_out_by_cfg,
    another_class_in_a_field,
    documented_fields,
];

#[pyclass]
#[derive(Default)]
struct Record {
    /// How many there are.
    #[pyo3(get, set)]
    count: u8,
    #[pyo3(get, set)]
    text: String,
    #[pyo3(get, set)]
    maybe: Option<i64>,
    #[pyo3(get, set)]
    items: Vec<i32>,
    #[pyo3(get)]
    fixed: f64,
    #[pyo3(set)]
    secret: i32,
    #[pyo3(get, set, name = "type")]
    kind: bool,
    hidden: i32,
}

#[pymethods]
impl Record {
    #[new]
    fn new() -> Record {
        Record { fixed: 0.5, hidden: 1, ..Record::default() }
    }

    fn revealed(&self) -> i32 {
        self.secret + self.hidden
    }
}

fn fields_are_read_and_written(py: Python<'_>) {
    let code = "
record = Record()
assert (record.count, record.text, record.maybe, record.items, record.type) == (0, '', None, [], False)
record.count = 5
record.text = 'ä🌲'
record.maybe = -2 ** 62
record.items = [1, 2]
record.type = True
assert (record.count, record.text, record.maybe, record.items) == (5, 'ä🌲', -2 ** 62, [1, 2])
assert record.type is True and record.fixed == 0.5
setattr(record, 'maybe', None)
assert getattr(record, 'maybe') is None
record.count += 250
assert record.count == 255
";
    script(py, &[py.get_type::<Record>()], code);
}

fn values_are_converted(py: Python<'_>) {
    let code = "
class Index:
    def __index__(self):
        return 7

record = Record()
record.count = Index()
assert record.count == 7 and type(record.count) is int
record.items = (1, Index())
assert record.items == [1, 7]
";
    script(py, &[py.get_type::<Record>()], code);
}

fn wrong_values_change_nothing(py: Python<'_>) {
    let code = "
record = Record()
record.count, record.items, record.text = 3, [1], 'text'
raises(TypeError, setattr, record, 'count', 'three')
raises(OverflowError, setattr, record, 'count', 256)
raises(OverflowError, setattr, record, 'count', -1)
raises(TypeError, setattr, record, 'text', b'text')
raises(TypeError, setattr, record, 'items', [1, 'two'])
assert (record.count, record.items, record.text) == (3, [1], 'text')
raises(AttributeError, setattr, record, 'fixed', 1.0)
assert record.fixed == 0.5
";
    script(py, &[py.get_type::<Record>()], code);
}

fn fields_cannot_be_deleted(py: Python<'_>) {
    let code = "
record = Record()
record.count = 3
for name in ('count', 'fixed', 'secret'):
    raises(AttributeError, delattr, record, name)
assert record.count == 3
";
    script(py, &[py.get_type::<Record>()], code);
}

fn fields_without_attribute_are_not_seen(py: Python<'_>) {
    let code = "
record = Record()
assert not hasattr(record, 'hidden') and not hasattr(record, 'kind')
assert 'hidden' not in dir(record) and 'count' in dir(record)
";
    script(py, &[py.get_type::<Record>()], code);
}

fn fields_only_to_be_written(py: Python<'_>) {
    let code = "
record = Record()
record.secret = 41
raises(AttributeError, getattr, record, 'secret')
assert record.revealed() == 42
";
    script(py, &[py.get_type::<Record>()], code);
}

#[pyclass]
struct Holder {
    #[pyo3(get, set)]
    object: Py<PyAny>,
    #[pyo3(get)]
    list: Py<PyList>,
    #[pyo3(get, set)]
    optional: Option<Py<PyAny>>,
}

#[pymethods]
impl Holder {
    #[new]
    fn new(object: Py<PyAny>, list: Py<PyList>) -> Holder {
        Holder { object, list, optional: None }
    }
}

/// The very objects, not copies.
fn fields_that_hold_objects(py: Python<'_>) {
    let code = "
list, object_ = [], object()
holder = Holder(object_, list)
assert holder.object is object_ and holder.list is list
holder.list.append(5)
assert list == [5]
holder.object = list
assert holder.object is list
assert holder.optional is None
holder.optional = object_
assert holder.optional is object_
holder.optional = None
assert holder.optional is None
raises(TypeError, Holder, None, ())
raises(AttributeError, setattr, holder, 'list', [])
";
    script(py, &[py.get_type::<Holder>()], code);
}

fn copies_of_values(py: Python<'_>) {
    let code = "
record = Record()
record.items = items = [1]
assert record.items is not items
record.items.append(2)
assert record.items == [1]
items.append(3)
assert record.items == [1]
";
    script(py, &[py.get_type::<Record>()], code);
}

#[pyclass(get_all, set_all)]
struct All {
    first: i32,
    second: String,
}

fn all_fields(py: Python<'_>) -> PyResult<()> {
    let all = Bound::new(py, All { first: 1, second: "a".to_owned() })?;
    let code = "
assert (all.first, all.second) == (1, 'a')
all.first, all.second = 2, 'b'
";
    script_with(py, &[], &[("all", all.as_any())], code);
    assert_eq!((all.borrow().first, all.borrow().second.as_str()), (2, "b"));
    Ok(())
}

#[pyclass(frozen, get_all)]
struct Constants {
    number: i32,
    object: Py<PyAny>,
}

fn all_fields_of_a_frozen_class(py: Python<'_>) -> PyResult<()> {
    let list = PyList::empty(py).into_any();
    let constants = Bound::new(py, Constants { number: 5, object: list.clone().unbind() })?;
    let code = "
assert constants.number == 5
assert constants.object is list and constants.object is list
raises(AttributeError, setattr, constants, 'number', 6)
raises(AttributeError, setattr, constants, 'object', 6)
raises(AttributeError, delattr, constants, 'object')
";
    script_with(py, &[], &[("constants", constants.as_any()), ("list", &list)], code);
    assert!(constants.get().object.bind(py).is(&list));
    Ok(())
}

#[pyclass(get_all, rename_all = "camelCase")]
struct Camel {
    first_field: i32,
    #[pyo3(name = "otherwise")]
    second_field: i32,
}

#[pyclass(get_all, rename_all = "SCREAMING-KEBAB-CASE")]
struct Kebab {
    first_field: i32,
}

fn renamed_fields(py: Python<'_>) -> PyResult<()> {
    let camel = Bound::new(py, Camel { first_field: 1, second_field: 2 })?;
    let kebab = Bound::new(py, Kebab { first_field: 3 })?;
    let code = "
assert (camel.firstField, camel.otherwise) == (1, 2)
assert not hasattr(camel, 'first_field') and not hasattr(camel, 'secondField')
assert getattr(kebab, 'FIRST-FIELD') == 3
";
    script_with(py, &[], &[("camel", camel.as_any()), ("kebab", kebab.as_any())], code);
    Ok(())
}

fn documented_fields(py: Python<'_>) -> PyResult<()> {
    let code = "
assert Record.count.__doc__ == doc, Record.count.__doc__
assert Record.count.__name__ == 'count'
assert not Record.text.__doc__
assert Record.count.__get__(Record()) == 0
record = Record()
Record.count.__set__(record, 9)
assert record.count == 9
raises(TypeError, Record.count.__get__, 5)
raises(TypeError, Record.count.__set__, 5, 5)
";
    let doc = attribute_doc(py, "How many there are.")?;
    script_with(py, &[py.get_type::<Record>()], &[("doc", &doc)], code);
    Ok(())
}

#[pyclass(get_all)]
struct Configured {
    always: i32,
    #[cfg(any())]
    never: NoSuchType,
}

fn fields_left_out_by_cfg(py: Python<'_>) -> PyResult<()> {
    let configured = Bound::new(py, Configured { always: 1 })?;
    assert!(configured.getattr("always")?.eq(1)?);
    assert!(!configured.hasattr("never")?);
    Ok(())
}

#[pyclass]
struct Outer {
    #[pyo3(get, set)]
    inner: Py<All>,
}

fn another_class_in_a_field(py: Python<'_>) -> PyResult<()> {
    let inner = Bound::new(py, All { first: 1, second: String::new() })?;
    let outer = Bound::new(py, Outer { inner: inner.clone().unbind() })?;
    let code = "
assert outer.inner is inner
outer.inner.first = 7
raises(TypeError, setattr, outer, 'inner', outer)
";
    script_with(py, &[], &[("outer", outer.as_any()), ("inner", inner.as_any())], code);
    assert_eq!(outer.borrow().inner.borrow(py).first, 7);
    Ok(())
}
