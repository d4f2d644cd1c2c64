//! Classes as containers: `__len__`, `__getitem__`, `__setitem__`, `__delitem__`, `__contains__`, and what sequences and
//! mappings add.

use pyo3::exceptions::{PyIndexError, PyKeyError, PyOverflowError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use super::helpers::{script, script_with, too_few_arguments};
use crate::check::raises;

tests![
    lengths,
    lengths_that_fail,
    length_decides_truth,
    items_are_read,
    items_are_deleted,
    negative_indexes_arrive_as_they_are,
    keys_of_any_type,
    membership,
    membership_without_the_method,
    items_that_cannot_be_changed,
    iteration_over_items,
    sequences_of_the_c_api,
    mappings_of_the_c_api,
    concatenation_and_repetition,
    concatenation_in_place,
    collections_of_python_subclasses,
    registered_as_mapping,
    errors_and_panics_of_containers,
    missing_is_a_plain_method,
    items_are_written,
    wrong_keys,
];

/// Accepts what a list accepts, but tells the index as it came.
#[pyclass(subclass)]
struct Row {
    items: Vec<i32>,
}

#[pymethods]
impl Row {
    #[new]
    fn new(items: Vec<i32>) -> Row {
        Row { items }
    }

    #[getter]
    fn items(&self) -> Vec<i32> {
        self.items.clone()
    }

    fn __len__(&self) -> usize {
        self.items.len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<i32> {
        self.items.get(self.place(index)?).copied().ok_or_else(|| PyIndexError::new_err("no such item"))
    }

    fn __setitem__(&mut self, index: isize, value: i32) -> PyResult<()> {
        let place = self.place(index)?;
        self.items[place] = value;
        Ok(())
    }

    fn __delitem__(&mut self, index: isize) -> PyResult<()> {
        let place = self.place(index)?;
        self.items.remove(place);
        Ok(())
    }

    fn __contains__(&self, item: i32) -> bool {
        self.items.contains(&item)
    }

    fn __reversed__(&self) -> Vec<i32> {
        self.items.iter().rev().copied().collect()
    }
}

impl Row {
    fn place(&self, index: isize) -> PyResult<usize> {
        let place = if index < 0 { self.items.len().checked_add_signed(index) } else { usize::try_from(index).ok() };
        place.filter(|place| *place < self.items.len()).ok_or_else(|| PyIndexError::new_err(format!("{index}")))
    }
}

fn row(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Row>()], &format!("row = Row([10, 20, 30])\n{code}"));
}

fn lengths(py: Python<'_>) -> PyResult<()> {
    row(py, "assert len(row) == 3 == row.__len__() and len(Row([])) == 0");
    assert_eq!(Bound::new(py, Row { items: vec![1; 5] })?.len()?, 5);
    Ok(())
}

#[pyclass]
struct Strange {
    length: usize,
}

#[pymethods]
impl Strange {
    #[new]
    fn new(length: usize) -> Strange {
        Strange { length }
    }

    fn __len__(&self) -> PyResult<usize> {
        match self.length {
            1 => Err(PyValueError::new_err("unknown")),
            2 => panic!("in a length"),
            length => Ok(length),
        }
    }

    fn __getitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        if key.is_none() { Err(PyKeyError::new_err("None")) } else { Ok(key.clone().unbind()) }
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        if key.is_none() {
            panic!("in a search")
        }
        Err(PyRuntimeError::new_err("unsure"))
    }
}

fn lengths_that_fail(py: Python<'_>) -> PyResult<()> {
    script(py, &[py.get_type::<Strange>()], "assert raises(ValueError, len, Strange(1)) == 'unknown'");
    let longest = usize::try_from(isize::MAX).unwrap();
    assert_eq!(Bound::new(py, Strange { length: longest })?.len()?, longest);
    // More than Python can count.
    raises::<PyOverflowError, _, _>(py, Bound::new(py, Strange { length: longest + 1 })?.len());
    Ok(())
}

fn length_decides_truth(py: Python<'_>) {
    row(py, "assert row and not Row([]) and bool(Row([0])) is True");
}

fn items_are_read(py: Python<'_>) {
    let code = "
assert row[0] == 10 and row[2] == 30 and row.__getitem__(1) == 20
assert raises(IndexError, lambda: row[3]) == '3'
class Index:
    def __index__(self): return 1
assert row[Index()] == 20 and row[True] == 20
";
    row(py, code);
}

fn items_are_written(py: Python<'_>) {
    let code = "
row[0] = 11
row[2] += 5
row.__setitem__(1, 21)
assert row.items == [11, 21, 35]
raises(IndexError, row.__setitem__, 3, 0)
raises(TypeError, row.__setitem__, 0, 'a')
assert row.items == [11, 21, 35]
";
    row(py, code);
    too_few_arguments(py, &[py.get_type::<Row>()], &["Row([10]).__setitem__(0)"]);
}

fn items_are_deleted(py: Python<'_>) {
    let code = "
del row[0]
assert row.items == [20, 30]
row.__delitem__(1)
assert row.items == [20]
raises(IndexError, row.__delitem__, 5)
";
    row(py, code);
}

/// Whoever asks for the last item, the method sees -1: no interpreter adds the length before or forgets to.
fn negative_indexes_arrive_as_they_are(py: Python<'_>) {
    let code = "
assert row[-1] == 30 and row[-3] == 10
assert raises(IndexError, lambda: row[-4]) == '-4'
row[-1] = 31
assert row.items == [10, 20, 31]
del row[-3]
assert row.items == [20, 31]
assert row.__getitem__(-2) == 20
import operator
assert operator.getitem(row, -1) == 31
";
    row(py, code);
}

#[pyclass]
struct Grid {
    seen: Vec<String>,
}

#[pymethods]
impl Grid {
    #[new]
    fn new() -> Grid {
        Grid { seen: Vec::new() }
    }

    #[getter]
    fn seen(&self) -> Vec<String> {
        self.seen.clone()
    }

    fn __getitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(key.repr()?.to_string())
    }

    fn __setitem__(&mut self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) {
        self.seen.push(format!("{key} = {value}"));
    }

    fn __delitem__(&mut self, key: &Bound<'_, PyAny>) {
        self.seen.push(format!("del {key}"));
    }
}

fn keys_of_any_type(py: Python<'_>) {
    let code = "
grid = Grid()
assert grid[1, 2] == '(1, 2)' and grid['a'] == \"'a'\" and grid[None] == 'None'
assert grid[1:2] == 'slice(1, 2, None)' and grid[::-1] == 'slice(None, None, -1)' and grid[...] == 'Ellipsis'
assert grid[1:2, ...] == '(slice(1, 2, None), Ellipsis)'
assert grid[10 ** 30] == '1' + '0' * 30
grid[1, 2] = 3
del grid['a']
grid[:] = None
assert grid.seen == ['(1, 2) = 3', 'del a', 'slice(None, None, None) = None'], grid.seen
";
    script(py, &[py.get_type::<Grid>()], code);
}

fn wrong_keys(py: Python<'_>) {
    let code = "
raises(TypeError, lambda: row['a'])
raises(TypeError, lambda: row[1:2])
raises(TypeError, row.__delitem__, None)
raises(OverflowError, lambda: row[10 ** 30])
raises(TypeError, row.__getitem__, 1, 2)
raises(TypeError, Row.__getitem__, [1], 0)
assert row.items == [10, 20, 30]
";
    row(py, code);
    too_few_arguments(py, &[py.get_type::<Row>()], &["Row([10]).__getitem__()"]);
}

fn membership(py: Python<'_>) {
    let code = "
assert 20 in row and 25 not in row and row.__contains__(10) is True
strange = Strange(0)
assert raises(RuntimeError, lambda: 5 in strange) == 'unsure'
";
    script(py, &[py.get_type::<Row>(), py.get_type::<Strange>()], &format!("row = Row([10, 20, 30])\n{code}"));
}

#[pyclass(sequence)]
struct Items {
    items: Vec<i32>,
}

#[pymethods]
impl Items {
    #[new]
    fn new(items: Vec<i32>) -> Items {
        Items { items }
    }

    fn __len__(&self) -> usize {
        self.items.len()
    }

    fn __getitem__(&self, index: usize) -> PyResult<i32> {
        self.items.get(index).copied().ok_or_else(|| PyIndexError::new_err(index))
    }

    fn __concat__(&self, other: &Items) -> Items {
        Items { items: [self.items.as_slice(), &other.items].concat() }
    }

    fn __repeat__(&self, count: isize) -> PyResult<Items> {
        let count = usize::try_from(count).map_err(|_| PyValueError::new_err("fewer than none"))?;
        Ok(Items { items: self.items.repeat(count) })
    }

    /// Unlike `__iadd__` it returns what the operator gives.
    fn __inplace_concat__<'py>(mut slf: PyRefMut<'py, Self>, other: &Items) -> PyRefMut<'py, Self> {
        slf.items.extend(&other.items);
        slf
    }

    fn __inplace_repeat__(mut slf: PyRefMut<'_, Self>, count: isize) -> PyRefMut<'_, Self> {
        slf.items = slf.items.repeat(usize::try_from(count).unwrap_or(0));
        slf
    }
}

fn membership_without_the_method(py: Python<'_>) {
    let code = "
items = Items([1, 2, 3])
assert 2 in items and 5 not in items
import operator
assert operator.indexOf(items, 3) == 2 and operator.countOf(items, 1) == 1
";
    script(py, &[py.get_type::<Items>()], code);
}

fn items_that_cannot_be_changed(py: Python<'_>) {
    let code = "
items = Items([1, 2, 3])
def write():
    items[0] = 5
def delete():
    del items[0]

raises(TypeError, write)
raises(TypeError, delete)
assert list(items) == [1, 2, 3]
";
    script(py, &[py.get_type::<Items>()], code);
}

fn iteration_over_items(py: Python<'_>) {
    let code = "
assert list(Items([1, 2, 3])) == [1, 2, 3] and list(Items([])) == []
first, *rest = Items([1, 2, 3])
assert (first, rest) == (1, [2, 3])
assert list(row) == [10, 20, 30] and list(reversed(row)) == [30, 20, 10]
assert list(reversed(Items([1, 2, 3]))) == [3, 2, 1]
assert list(zip(row, Items([1, 2]))) == [(10, 1), (20, 2)]
";
    script(py, &[py.get_type::<Row>(), py.get_type::<Items>()], &format!("row = Row([10, 20, 30])\n{code}"));
}

/// `PySequence_GetItem` and the like, which look at other slots than `[]` does.
fn sequences_of_the_c_api(py: Python<'_>) -> PyResult<()> {
    let items = Bound::new(py, Items { items: vec![1, 2, 3] })?.into_any();
    fn get<'py>(object: &Bound<'py, PyAny>, index: isize) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: attached; a new reference or null with an exception.
        unsafe {
            let item = pyo3::ffi::PySequence_GetItem(object.as_ptr(), index);
            Bound::from_owned_ptr_or_err(object.py(), item)
        }
    }
    // SAFETY: attached.
    unsafe {
        assert_eq!(pyo3::ffi::PySequence_Check(items.as_ptr()), 1);
        assert_eq!(pyo3::ffi::PySequence_Size(items.as_ptr()), 3);
        assert_eq!(pyo3::ffi::PyObject_Size(items.as_ptr()), 3);
    }
    assert_eq!(get(&items, 1)?.extract::<i32>()?, 2);
    raises::<PyIndexError, _, _>(py, get(&items, 3));
    let row = Bound::new(py, Row { items: vec![1, 2, 3] })?.into_any();
    assert_eq!(get(&row, 2)?.extract::<i32>()?, 3);
    raises::<PyIndexError, _, _>(py, get(&row, 5));
    Ok(())
}

#[pyclass(mapping)]
struct Keyed {
    keys: Vec<(String, i32)>,
}

#[pymethods]
impl Keyed {
    #[new]
    fn new() -> Keyed {
        Keyed { keys: Vec::new() }
    }

    fn __len__(&self) -> usize {
        self.keys.len()
    }

    fn __getitem__(&self, key: &str) -> PyResult<i32> {
        let found = self.keys.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| *value).ok_or_else(|| PyKeyError::new_err(key.to_owned()))
    }

    fn __setitem__(&mut self, key: String, value: i32) {
        self.keys.retain(|(name, _)| *name != key);
        self.keys.push((key, value));
    }

    fn __delitem__(&mut self, key: &str) -> PyResult<()> {
        self.__getitem__(key)?;
        self.keys.retain(|(name, _)| name != key);
        Ok(())
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(|(name, _)| name.as_str()).collect()
    }
}

fn mappings_of_the_c_api(py: Python<'_>) -> PyResult<()> {
    let keyed = Bound::new(py, Keyed::new())?;
    keyed.set_item("a", 1)?;
    keyed.set_item("b", 2)?;
    keyed.set_item("a", 3)?;
    keyed.del_item("b")?;
    assert_eq!(keyed.get_item("a")?.extract::<i32>()?, 3);
    assert_eq!(keyed.len()?, 1);
    raises::<PyKeyError, _, _>(py, keyed.get_item("b"));
    raises::<PyTypeError, _, _>(py, keyed.get_item(5));
    // SAFETY: attached.
    unsafe { assert_eq!(pyo3::ffi::PyMapping_Size(keyed.as_ptr()), 1) };
    let code = "
assert dict(keyed) == {'a': 3} and {**keyed} == {'a': 3}
def f(**keywords): return keywords
assert f(**keyed) == {'a': 3}
";
    script_with(py, &[], &[("keyed", keyed.as_any())], code);
    Ok(())
}

fn concatenation_and_repetition(py: Python<'_>) {
    let code = "
a, b = Items([1]), Items([2, 3])
assert list(a + b) == [1, 2, 3] and list(b * 2) == [2, 3, 2, 3] == list(2 * b)
assert list(a * 0) == [] and list(a) == [1]
assert raises(ValueError, lambda: a * -1) == 'fewer than none'
raises(TypeError, lambda: a + [1])
raises(TypeError, lambda: a * 'x')
import operator
assert list(operator.concat(a, b)) == [1, 2, 3]
";
    script(py, &[py.get_type::<Items>()], code);
}

fn concatenation_in_place(py: Python<'_>) {
    let code = "
items = before = Items([1])
items += Items([2])
assert items is before and list(items) == [1, 2]
items *= 2
assert items is before and list(items) == [1, 2, 1, 2]
";
    script(py, &[py.get_type::<Items>()], code);
}

fn collections_of_python_subclasses(py: Python<'_>) {
    let code = "
class Doubled(Row):
    def __getitem__(self, index):
        return 2 * super().__getitem__(index)

    def __len__(self):
        return super().__len__() + 1

doubled = Doubled([1, 2, 3])
assert doubled[0] == 2 and doubled[-1] == 6 and len(doubled) == 4 and 3 in doubled
doubled[0] = 5
assert doubled[0] == 10 and doubled.items == [5, 2, 3]
del doubled[0]
assert doubled.items == [2, 3]

class Plain(Row):
    pass

plain = Plain([1, 2])
assert plain[-1] == 2 and len(plain) == 2 and list(plain) == [1, 2]
raises(IndexError, lambda: plain[5])
";
    row(py, code);
}

fn registered_as_mapping(py: Python<'_>) {
    let code = "
import collections.abc
collections.abc.Sequence.register(Items)
collections.abc.Mapping.register(Keyed)
items, keyed = Items([1, 2]), Keyed()
keyed['a'] = 5
assert isinstance(items, collections.abc.Sequence) and isinstance(keyed, collections.abc.Mapping)
assert collections.ChainMap({'b': 6}, keyed)['a'] == 5
assert '%(a)s' % keyed == '5'
";
    script(py, &[py.get_type::<Items>(), py.get_type::<Keyed>()], code);
}

fn errors_and_panics_of_containers(py: Python<'_>) {
    let code = "
strange = Strange(0)
assert strange['a'] == 'a'
assert raises(KeyError, lambda: strange[None]) == \"'None'\"
for call, text in (lambda: len(Strange(2)), 'in a length'), (lambda: None in strange, 'in a search'):
    try:
        call()
    except BaseException as error:
        assert type(error).__name__ == 'PanicException' and str(error) == text, error
    else:
        raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Strange>()], code);
}

#[pyclass]
struct Missing;

#[pymethods]
impl Missing {
    #[new]
    fn new() -> Missing {
        Missing
    }

    fn __missing__(&self, key: &str) -> String {
        format!("missing {key}")
    }

    fn __length_hint__(&self) -> usize {
        7
    }

    #[classmethod]
    fn __class_getitem__(class: &Bound<'_, pyo3::types::PyType>, key: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(format!("{}[{key}]", class.name()?))
    }
}

fn missing_is_a_plain_method(py: Python<'_>) {
    let code = "
import operator
assert Missing().__missing__('a') == 'missing a'
assert operator.length_hint(Missing()) == 7
assert Missing[5] == 'Missing[5]'
";
    script(py, &[py.get_type::<Missing>()], code);
}
