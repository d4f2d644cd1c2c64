//! Iterators: `__iter__` and `__next__`.

use pyo3::exceptions::{PyStopIteration, PyValueError};
use pyo3::prelude::*;

use super::helpers::{script, script_with};

tests![
    an_iterator_of_its_own,
    an_iterable_makes_iterators,
    none_ends_it,
    none_as_a_value,
    results_of_options,
    stop_iteration_by_hand,
    errors_while_iterating,
    panics_while_iterating,
    iterators_are_not_restarted,
    next_with_a_default,
    iterators_of_python_subclasses,
    iterated_from_rust,
    changed_while_iterating,
    wrong_iterators,
    endless,
];

#[pyclass(subclass)]
struct Countdown {
    from: u32,
}

#[pymethods]
impl Countdown {
    #[new]
    fn new(from: u32) -> Countdown {
        Countdown { from }
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(mut slf: PyRefMut<'_, Self>) -> Option<u32> {
        slf.from = slf.from.checked_sub(1)?;
        Some(slf.from)
    }
}

fn an_iterator_of_its_own(py: Python<'_>) {
    let code = "
assert list(Countdown(3)) == [2, 1, 0] and list(Countdown(0)) == []
countdown = Countdown(2)
assert iter(countdown) is countdown
assert next(countdown) == 1 and countdown.__next__() == 0
raises(StopIteration, next, countdown)
raises(StopIteration, countdown.__next__)
assert [a for a in Countdown(4) if a % 2] == [3, 1]
assert sum(Countdown(5)) == 10 and max(Countdown(5)) == 4 and sorted(Countdown(3)) == [0, 1, 2]
assert dict(zip('ab', Countdown(2))) == {'a': 1, 'b': 0}
a, b = Countdown(2)
assert (a, b) == (1, 0)
import collections.abc
assert isinstance(countdown, collections.abc.Iterator)
";
    script(py, &[py.get_type::<Countdown>()], code);
}

#[pyclass]
struct Shelf {
    books: Vec<String>,
}

#[pyclass]
struct ShelfIterator {
    books: std::vec::IntoIter<String>,
}

#[pymethods]
impl Shelf {
    #[new]
    fn new(books: Vec<String>) -> Shelf {
        Shelf { books }
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyResult<Py<ShelfIterator>> {
        Py::new(slf.py(), ShelfIterator { books: slf.books.clone().into_iter() })
    }

    fn put(&mut self, book: String) {
        self.books.push(book);
    }
}

#[pymethods]
impl ShelfIterator {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&mut self) -> Option<String> {
        self.books.next()
    }

    fn __length_hint__(&self) -> usize {
        self.books.len()
    }
}

fn an_iterable_makes_iterators(py: Python<'_>) {
    let code = "
shelf = Shelf(['a', 'b'])
assert iter(shelf) is not iter(shelf)
assert [a + b for a in shelf for b in shelf] == ['aa', 'ab', 'ba', 'bb']
assert list(shelf) == list(shelf) == ['a', 'b'] and 'b' in shelf and 'c' not in shelf
import operator
iterator = iter(shelf)
assert operator.length_hint(iterator) == 2 and next(iterator) == 'a' and operator.length_hint(iterator) == 1
";
    script(py, &[py.get_type::<Shelf>()], code);
}

fn none_ends_it(py: Python<'_>) {
    let code = "
countdown = Countdown(1)
for value in countdown:
    assert value == 0
raises(StopIteration, next, countdown)
";
    script(py, &[py.get_type::<Countdown>()], code);
}

/// What `__next__` does, by a number.
#[pyclass]
struct Steps {
    steps: Vec<i32>,
    place: usize,
}

#[pymethods]
impl Steps {
    #[new]
    fn new(steps: Vec<i32>) -> Steps {
        Steps { steps, place: 0 }
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let step = self.steps.get(self.place).copied();
        self.place += 1;
        match step {
            None => Ok(None),
            Some(0) => Ok(Some(py.None())),
            Some(-1) => Err(PyValueError::new_err("a bad step")),
            Some(-2) => panic!("a worse step"),
            Some(-3) => Err(PyStopIteration::new_err("by hand")),
            Some(step) => Ok(Some(step.into_pyobject(py)?.into_any().unbind())),
        }
    }
}

/// Only Rust's `None` is the end.
fn none_as_a_value(py: Python<'_>) {
    script(py, &[py.get_type::<Steps>()], "assert list(Steps([0, 1, 0])) == [None, 1, None]");
}

fn results_of_options(py: Python<'_>) {
    script(py, &[py.get_type::<Steps>()], "assert list(Steps([1, 2])) == [1, 2]");
}

fn stop_iteration_by_hand(py: Python<'_>) {
    let code = "
assert list(Steps([1, -3, 2])) == [1]
steps = Steps([-3, 5])
try:
    next(steps)
except StopIteration as stop:
    assert stop.value == 'by hand'
assert next(steps) == 5
";
    script(py, &[py.get_type::<Steps>()], code);
}

fn errors_while_iterating(py: Python<'_>) {
    let code = "
steps = Steps([1, -1, 2])
seen = []
def loop():
    for step in steps:
        seen.append(step)

assert raises(ValueError, loop) == 'a bad step' and seen == [1]
loop()
assert seen == [1, 2]
raises(ValueError, list, Steps([-1]))
";
    script(py, &[py.get_type::<Steps>()], code);
}

fn panics_while_iterating(py: Python<'_>) {
    let code = "
try:
    list(Steps([1, -2]))
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'a worse step'
else:
    raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Steps>()], code);
}

fn iterators_are_not_restarted(py: Python<'_>) {
    let code = "
countdown = Countdown(2)
assert list(countdown) == [1, 0] and list(countdown) == []
";
    script(py, &[py.get_type::<Countdown>()], code);
}

fn next_with_a_default(py: Python<'_>) {
    let code = "
assert next(Countdown(0), 'end') == 'end' and next(Countdown(1), 'end') == 0
import itertools
assert list(itertools.islice(Countdown(10), 2)) == [9, 8]
assert list(itertools.chain(Countdown(1), Countdown(2))) == [0, 1, 0]
";
    script(py, &[py.get_type::<Countdown>()], code);
}

fn iterators_of_python_subclasses(py: Python<'_>) {
    let code = "
class Plain(Countdown):
    pass

class Labelled(Countdown):
    def __next__(self):
        return 'no. %d' % super().__next__()

assert list(Plain(2)) == [1, 0]
assert list(Labelled(2)) == ['no. 1', 'no. 0']

def generator():
    yield from Plain(2)
    yield 'end'

assert list(generator()) == [1, 0, 'end']
";
    script(py, &[py.get_type::<Countdown>()], code);
}

fn iterated_from_rust(py: Python<'_>) -> PyResult<()> {
    let countdown = Bound::new(py, Countdown { from: 3 })?;
    let values: Vec<u32> = countdown.try_iter()?.map(|item| item.unwrap().extract().unwrap()).collect();
    assert_eq!(values, [2, 1, 0]);
    let steps = Bound::new(py, Steps::new(vec![1, -1, 2]))?;
    let outcomes: Vec<bool> = steps.try_iter()?.take(3).map(|item| item.is_ok()).collect();
    assert_eq!(outcomes, [true, false, true]);
    Ok(())
}

fn changed_while_iterating(py: Python<'_>) -> PyResult<()> {
    let shelf = Bound::new(py, Shelf { books: vec!["a".to_owned()] })?;
    let code = "
for book in shelf:
    shelf.put(book + '!')
assert list(shelf) == ['a', 'a!']
";
    script_with(py, &[], &[("shelf", shelf.as_any())], code);
    Ok(())
}

#[pyclass]
struct NotIterator;

#[pymethods]
impl NotIterator {
    #[new]
    fn new() -> NotIterator {
        NotIterator
    }

    fn __iter__(&self) -> i32 {
        5
    }
}

fn wrong_iterators(py: Python<'_>) {
    let code = "
raises(TypeError, iter, NotIterator())
raises(TypeError, list, NotIterator())
raises(TypeError, next, NotIterator())
raises(TypeError, Countdown.__next__, 5)
raises(TypeError, next, Shelf([]))
";
    script(py, &[py.get_type::<NotIterator>(), py.get_type::<Countdown>(), py.get_type::<Shelf>()], code);
}

#[pyclass]
struct Endless(u64);

#[pymethods]
impl Endless {
    #[new]
    fn new() -> Endless {
        Endless(0)
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    /// Without `Option` there is no end.
    fn __next__(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

fn endless(py: Python<'_>) {
    let code = "
import itertools
assert list(itertools.islice(Endless(), 3)) == [1, 2, 3]
for number in Endless():
    if number == 100:
        break
";
    script(py, &[py.get_type::<Endless>()], code);
}
