//! `extends =` `dict`, `list`, `set`, with fields of our own.

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyTuple};

use super::helpers::{Mark, OWN, Tally, collect, script, script_with};
use crate::check::{after_collection, is_pypy, raises};

tests![
    dicts_with_fields,
    dicts_are_dicts_to_rust,
    lists_with_fields,
    lists_are_lists_to_rust,
    lists_of_python_subclasses,
    sets_with_fields,
    sets_of_python_subclasses,
    methods_see_both_halves,
    borrowed_like_any_other,
    made_from_rust,
    base_methods_on_our_instances,
    fields_live_as_long_as_the_object,
    two_levels_over_a_native_base,
    arguments_of_the_native_base,
    dicts_of_python_subclasses,
    special_methods_replace_those_of_the_base,
    our_methods_refuse_plain_instances,
    values_stay_while_others_are_collected,
];

#[pyclass(extends = PyDict, subclass)]
struct Counts {
    #[pyo3(get, set)]
    default: i64,
    #[pyo3(get)]
    misses: usize,
}

#[pymethods]
impl Counts {
    #[new]
    #[pyo3(signature = (*_args, default = 0, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, default: i64, _kwargs: Option<&Bound<'_, PyDict>>) -> Counts {
        Counts { default, misses: 0 }
    }

    fn __missing__(&mut self, _key: &Bound<'_, PyAny>) -> i64 {
        self.misses += 1;
        self.default
    }

    fn add(slf: &Bound<'_, Self>, key: &str) -> PyResult<i64> {
        let dict: &Bound<'_, PyDict> = slf.as_any().cast()?;
        let count = match dict.get_item(key)? {
            Some(count) => count.extract::<i64>()? + 1,
            None => slf.borrow().default + 1,
        };
        dict.set_item(key, count)?;
        Ok(count)
    }

    fn total(slf: &Bound<'_, Self>) -> PyResult<i64> {
        let dict: &Bound<'_, PyDict> = slf.as_super();
        dict.values().iter().map(|value| value.extract::<i64>()).sum()
    }

    fn kept_while(&mut self, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        Ok(function.call0()?.unbind())
    }
}

fn counts(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Counts>()], code);
}

fn dicts_with_fields(py: Python<'_>) {
    let code = "
counts = Counts()
assert counts == {} and len(counts) == 0 and counts.default == 0 and not counts
counts['a'] = 1
counts.update(b=2)
counts.default = 10
assert counts == {'a': 1, 'b': 2} and counts['a'] == 1 and 'b' in counts and counts.default == 10
assert counts['missing'] == 10 and counts.misses == 1 and 'missing' not in counts
assert sorted(counts) == ['a', 'b'] and sorted(counts.items()) == [('a', 1), ('b', 2)]
assert counts.pop('a') == 1 and counts.setdefault('c', 3) == 3
del counts['b']
assert dict(counts) == {'c': 3} == {**counts} and counts.copy() == {'c': 3}
assert isinstance(counts, dict) and Counts.__mro__ == (Counts, dict, object)
import json
assert json.dumps(counts) == '{\"c\": 3}'
counts.clear()
assert counts.default == 10 and counts.misses == 1
raises(TypeError, hash, counts)
";
    counts(py, code);
}

fn dicts_are_dicts_to_rust(py: Python<'_>) -> PyResult<()> {
    let counts = Bound::new(py, Counts { default: 5, misses: 0 })?;
    assert_eq!(counts.call_method1("add", ("a",))?.extract::<i64>()?, 6);
    let dict: &Bound<'_, PyDict> = counts.as_any().cast()?;
    dict.set_item("b", 2)?;
    assert_eq!(dict.len(), 2);
    assert!(counts.as_any().cast_exact::<PyDict>().is_err());
    assert_eq!(counts.borrow().default, 5);
    let extracted: std::collections::BTreeMap<String, i64> =
        dict.iter().map(|(key, value)| (key.extract().unwrap(), value.extract().unwrap())).collect();
    assert_eq!(extracted.into_iter().collect::<Vec<_>>(), [("a".to_owned(), 6), ("b".to_owned(), 2)]);
    Ok(())
}

fn dicts_of_python_subclasses(py: Python<'_>) {
    let code = "
class Named(Counts):
    def __init__(self, name, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = name

    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)

named = Named('n', {'x': 1}, y=2)
assert named == {'x': 1, 'y': 2} and named.name == 'n' and named.default == 0
named['z'] = 3
assert named['Z'] == 3 and named.total() == 6
named.default = 7
assert named['none'] == 7
assert own(named) == {'name': 'n'}
";
    counts(py, &format!("{OWN}{code}"));
}

#[pyclass(extends = PyList, subclass)]
struct Stack {
    #[pyo3(get, set)]
    limit: usize,
}

#[pymethods]
impl Stack {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Stack {
        Stack { limit: 0 }
    }

    /// Takes the place of what `list` has.
    #[pyo3(signature = (items = None, *, limit = 3))]
    fn __init__(slf: &Bound<'_, Self>, items: Option<&Bound<'_, PyAny>>, limit: usize) -> PyResult<()> {
        if let Some(items) = items {
            slf.call_method1("extend", (items,))?;
        }
        slf.borrow_mut().limit = limit;
        Ok(())
    }

    fn push(slf: &Bound<'_, Self>, item: &Bound<'_, PyAny>) -> PyResult<()> {
        let list: &Bound<'_, PyList> = slf.as_any().cast()?;
        if list.len() >= slf.borrow().limit {
            return Err(PyRuntimeError::new_err("full"));
        }
        list.append(item)
    }

    fn room(slf: Bound<'_, Self>) -> usize {
        slf.borrow().limit.saturating_sub(PyListMethods::len(slf.as_super()))
    }
}

fn stack(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Stack>()], code);
}

fn lists_with_fields(py: Python<'_>) {
    let code = "
stack = Stack([1], limit=2)
assert stack == [1] and len(stack) == 1 and stack.limit == 2 and stack.room() == 1
stack.push(2)
assert raises(RuntimeError, stack.push, 3) == 'full'
stack.append(3)
assert stack == [1, 2, 3] and stack[-1] == 3 and stack[1:] == [2, 3] and 2 in stack
stack[0] = 9
stack.sort()
assert list(stack) == [2, 3, 9] and stack.pop() == 9 and stack + [5] == [2, 3, 5]
stack += [7]
assert type(stack) is Stack and stack.limit == 2 and sum(stack) == 12
assert isinstance(stack, list) and Stack.__mro__ == (Stack, list, object)
assert '%s' % stack == '[2, 3, 7]' and Stack() == []
raises(TypeError, hash, stack)
";
    stack(py, code);
}

fn lists_are_lists_to_rust(py: Python<'_>) -> PyResult<()> {
    let stack = Bound::new(py, Stack { limit: 1 })?;
    let list: &Bound<'_, PyList> = stack.as_any().cast()?;
    list.append(5)?;
    assert_eq!(list.len(), 1);
    assert_eq!(stack.borrow().limit, 1);
    assert_eq!(stack.extract::<Vec<i32>>()?, [5]);
    raises::<PyRuntimeError, _, _>(py, stack.call_method1("push", (6,)));
    Ok(())
}

fn lists_of_python_subclasses(py: Python<'_>) {
    let code = "
class Labelled(Stack):
    def __init__(self, label, items=()):
        super().__init__(items, limit=5)
        self.label = label

    def __getitem__(self, index):
        return self.label, super().__getitem__(index)

labelled = Labelled('l', [1, 2])
assert labelled[0] == ('l', 1) and labelled.room() == 3 and len(labelled) == 2
labelled.push(3)
assert list(labelled) == [1, 2, 3]
";
    stack(py, code);
}

#[pyclass(extends = PySet, subclass)]
struct Tags {
    #[pyo3(get, set)]
    owner: String,
}

#[pymethods]
impl Tags {
    #[new]
    #[pyo3(signature = (_items = None))]
    fn new(_items: Option<&Bound<'_, PyAny>>) -> Tags {
        Tags { owner: "nobody".to_owned() }
    }

    fn described(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("{} of {}", slf.as_any().len()?, slf.borrow().owner))
    }
}

fn sets_with_fields(py: Python<'_>) {
    let code = "
tags = Tags(['a', 'b', 'a'])
assert tags == {'a', 'b'} and len(tags) == 2 and 'a' in tags and tags.owner == 'nobody'
tags.add('c')
tags.discard('a')
tags.owner = 'me'
assert tags.described() == '2 of me' and sorted(tags) == ['b', 'c']
assert tags | {'x'} == {'b', 'c', 'x'} and tags & {'b'} == {'b'} and tags >= {'b'}
tags |= {'y'}
assert type(tags) is Tags and tags.owner == 'me' and len(tags) == 3
assert isinstance(tags, set) and Tags.__mro__ == (Tags, set, object) and Tags() == set()
tags.clear()
assert tags.described() == '0 of me'
";
    script(py, &[py.get_type::<Tags>()], code);
}

fn sets_of_python_subclasses(py: Python<'_>) {
    let code = "
class Lower(Tags):
    def __init__(self, items=()):
        super().__init__(items)
        self.added = 0

    def add(self, item):
        self.added += 1
        super().add(item.lower())

lower = Lower(['x'])
lower.add('A')
assert lower == {'x', 'a'} and lower.added == 1 and lower.described() == '2 of nobody'
";
    script(py, &[py.get_type::<Tags>()], code);
}

fn methods_see_both_halves(py: Python<'_>) {
    let code = "
counts = Counts(a=5)
counts.default = 1
assert counts.add('a') == 6 and counts.add('b') == 2 and counts.total() == 8
";
    counts(py, code);
}

#[pyclass(extends = PyDict)]
struct Loud {
    reads: usize,
}

#[pymethods]
impl Loud {
    #[new]
    fn new() -> Loud {
        Loud { reads: 0 }
    }

    fn __getitem__(&mut self, key: &str) -> String {
        self.reads += 1;
        format!("{key} {}", self.reads)
    }

    fn __repr__(&self) -> &'static str {
        "loud"
    }

    fn __len__(&self) -> usize {
        1000
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> bool {
        key.is_none()
    }
}

fn special_methods_replace_those_of_the_base(py: Python<'_>) {
    let code = "
loud = Loud()
loud['a'] = 5
assert loud['a'] == 'a 1' and loud['b'] == 'b 2' and repr(loud) == str(loud) == 'loud' and len(loud) == 1000
assert None in loud and 'a' not in loud and dict.__contains__(loud, 'a')
assert dict.__getitem__(loud, 'a') == 5 and dict.__len__(loud) == 1 and loud.get('a') == 5
";
    script(py, &[py.get_type::<Loud>()], code);
}

fn borrowed_like_any_other(py: Python<'_>) {
    let code = "
counts = Counts()
text = raises(RuntimeError, counts.kept_while, lambda: counts.misses)
assert text == 'Already mutably borrowed', text
# What the base does needs no borrow.
counts.kept_while(lambda: counts.update(a=1))
assert counts == {'a': 1} and counts.misses == 0
";
    counts(py, code);
}

fn made_from_rust(py: Python<'_>) -> PyResult<()> {
    let counts = Py::new(py, Counts { default: 1, misses: 2 })?;
    let stack = Bound::new(py, Stack { limit: 4 })?;
    let tags = Bound::new(py, Tags { owner: "rust".to_owned() })?;
    let code = "
assert counts == {} and counts.misses == 2
assert stack == [] and stack.limit == 4
assert tags == set() and tags.owner == 'rust'
";
    let names = [("counts", counts.bind(py).as_any()), ("stack", stack.as_any()), ("tags", tags.as_any())];
    script_with(py, &[], &names, code);
    Ok(())
}

fn base_methods_on_our_instances(py: Python<'_>) {
    let code = "
counts, stack, tags = Counts(), Stack(), Tags()
dict.__setitem__(counts, 'a', 1)
list.append(stack, 1)
set.add(tags, 1)
assert (dict.__len__(counts), list.__len__(stack), set.__len__(tags)) == (1, 1, 1)
assert dict.__eq__(counts, {'a': 1}) and list.copy(stack) == [1] and type(set.copy(tags)) in (set, Tags)
";
    let classes = [py.get_type::<Counts>(), py.get_type::<Stack>(), py.get_type::<Tags>()];
    script(py, &classes, code);
}

fn our_methods_refuse_plain_instances(py: Python<'_>) {
    let code = "
raises(TypeError, Counts.total, {})
raises(TypeError, Counts.default.__get__, {})
raises(TypeError, Stack.room, [])
raises(TypeError, Tags.described, set())
raises(TypeError, Counts.__new__, dict)
";
    // PyPy lets the base make an instance, which then has no contents.
    let past_our_new = if is_pypy(py) {
        "
made = dict.__new__(Counts)
assert 'Counts.__new__` was not called' in raises(TypeError, lambda: made.default)
raises(TypeError, setattr, made, 'default', 1)
"
    } else {
        "raises(TypeError, dict.__new__, Counts)"
    };
    let code = &format!("{code}{past_our_new}");
    let classes = [py.get_type::<Counts>(), py.get_type::<Stack>(), py.get_type::<Tags>()];
    script(py, &classes, code);
}

#[pyclass(extends = PyDict, subclass)]
struct MarkedDict {
    _mark: Mark,
}

#[pyclass(extends = PyList, subclass)]
struct MarkedList {
    _mark: Mark,
}

#[pyclass(extends = PySet, subclass)]
struct MarkedSet {
    _mark: Mark,
}

#[pymethods]
impl MarkedDict {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> MarkedDict {
        MarkedDict { _mark: Mark::new(tally) }
    }

    #[pyo3(signature = (*_args))]
    fn __init__(&self, _args: &Bound<'_, PyTuple>) {}
}

#[pymethods]
impl MarkedList {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> MarkedList {
        MarkedList { _mark: Mark::new(tally) }
    }

    #[pyo3(signature = (*_args))]
    fn __init__(&self, _args: &Bound<'_, PyTuple>) {}
}

#[pymethods]
impl MarkedSet {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> MarkedSet {
        MarkedSet { _mark: Mark::new(tally) }
    }

    #[pyo3(signature = (*_args))]
    fn __init__(&self, _args: &Bound<'_, PyTuple>) {}
}

fn fields_live_as_long_as_the_object(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
class SubDict(MarkedDict): pass
class SubList(MarkedList): pass
class SubSet(MarkedSet): pass

kept = [make(tally) for make in (MarkedDict, MarkedList, MarkedSet, SubDict, SubList, SubSet) for _ in range(10)]
for object in kept:
    if isinstance(object, dict):
        object['key'] = 'value'
    elif isinstance(object, list):
        object.append('value')
    else:
        object.add('value')
";
    let classes = [py.get_type::<MarkedDict>(), py.get_type::<MarkedList>(), py.get_type::<MarkedSet>()];
    let variables = script_with(py, &classes, &[("tally", tally.as_any())], code);
    assert_eq!((tally.get().made(), tally.get().dropped()), (60, 0));
    collect(py);
    assert_eq!(tally.get().dropped(), 0);
    variables.clear();
    drop(variables);
    after_collection(py, || tally.get().dropped() == 60);
    collect(py);
    assert_eq!(tally.get().dropped(), 60);
    Ok(())
}

fn values_stay_while_others_are_collected(py: Python<'_>) -> PyResult<()> {
    let all: Vec<_> =
        (0..200).map(|number| Bound::new(py, Counts { default: number, misses: 0 })).collect::<PyResult<_>>()?;
    for (number, counts) in all.iter().enumerate() {
        counts.set_item(number, number)?;
        // Leaves garbage behind.
        drop(Bound::new(py, Counts { default: -1, misses: 0 })?);
    }
    collect(py);
    for (number, counts) in (0..).zip(&all) {
        assert_eq!(counts.borrow().default, number);
        assert_eq!(counts.get_item(number)?.extract::<i64>()?, number);
    }
    drop(all);
    // Those to which only Python refers.
    let code = "
import gc

class Sub(Counts):
    pass

kept = []
for number in range(100):
    for kind in Counts, Sub:
        kept.append(kind(a=number))
        kept[-1].default = number
        kind().default = -1
for _ in range(3):
    gc.collect()
    made = [Counts() for _ in range(200)]
for number in range(100):
    for counts in kept[2 * number:2 * number + 2]:
        assert counts.default == number and counts == {'a': number}
";
    script(py, &[py.get_type::<Counts>()], code);
    Ok(())
}

#[pyclass(extends = Counts)]
struct Deep {
    #[pyo3(get)]
    depth: i32,
}

#[pymethods]
impl Deep {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> PyClassInitializer<Deep> {
        PyClassInitializer::from(Counts { default: 3, misses: 0 }).add_subclass(Deep { depth: 2 })
    }
}

fn two_levels_over_a_native_base(py: Python<'_>) {
    let code = "
deep = Deep(a=1)
assert deep == {'a': 1} and deep.default == 3 and deep.depth == 2 and deep['none'] == 3 and deep.add('a') == 2
assert Deep.__mro__ == (Deep, Counts, dict, object)
";
    script(py, &[py.get_type::<Deep>(), py.get_type::<Counts>()], code);
}

/// What `#[new]` takes goes on to the `__init__` of the base.
fn arguments_of_the_native_base(py: Python<'_>) -> PyResult<()> {
    let code = "
assert Counts({'a': 1}) == {'a': 1} and Counts([('a', 1)]) == {'a': 1} and Counts(a=1) == {'a': 1}
raises(TypeError, Counts, {}, {})
raises(TypeError, Counts, 5)
assert Tags('ab') == {'a', 'b'}
raises(TypeError, Tags, 5)
raises(TypeError, Tags, 'a', 'b')
";
    script(py, &[py.get_type::<Counts>(), py.get_type::<Tags>()], code);
    raises::<PyTypeError, _, _>(py, py.get_type::<Stack>().call1((1, 2, 3)));
    Ok(())
}
