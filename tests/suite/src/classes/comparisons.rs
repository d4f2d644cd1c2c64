//! Comparisons and hashes: `__richcmp__`, `__eq__` and the like, `__hash__`, the options `eq`, `ord`, `hash`.

use core::cmp::Ordering;

use pyo3::exceptions::{PyNotImplementedError, PyValueError};
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::types::PyNotImplemented;

use super::helpers::{script, too_few_arguments};

tests![
    compared_by_one_method,
    compared_by_single_methods,
    ne_is_the_opposite_of_eq,
    missing_comparisons,
    the_other_side_is_asked,
    other_types_are_not_implemented,
    comparisons_return_any_object,
    comparisons_that_fail,
    operators_as_data,
    default_comparison,
    a_hash_is_never_minus_one,
    hashes_that_fail,
    without_hash_there_is_none,
    subclasses_are_compared,
    options_for_comparison,
    options_for_comparison_of_unequal_types,
    in_sets_dicts_and_sorting,
    comparison_while_borrowed,
    hashes,
];

#[pyclass(subclass)]
struct Version {
    parts: (u32, u32),
}

#[pymethods]
impl Version {
    #[new]
    fn new(major: u32, minor: u32) -> Version {
        Version { parts: (major, minor) }
    }

    fn __richcmp__(&self, other: &Version, op: CompareOp) -> bool {
        op.matches(self.parts.cmp(&other.parts))
    }

    fn __hash__(&self) -> u64 {
        u64::from(self.parts.0) << 32 | u64::from(self.parts.1)
    }

    fn write(&mut self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        other.eq(5)
    }
}

fn compared_by_one_method(py: Python<'_>) {
    let code = "
a, b = Version(1, 2), Version(1, 3)
assert a < b and a <= b and a != b and not a == b and not a > b and not a >= b
assert b > a and b >= a and a <= a and a >= a and a == a and not a < a
assert a == Version(1, 2) and (a == Version(1, 2)) is True
assert a.__lt__(b) is True and b.__lt__(a) is False and Version.__eq__(a, b) is False
assert sorted([b, a]) == [a, b] and max(a, b) is b
raises(TypeError, a.__lt__)
raises(TypeError, Version.__lt__, 5, a)
";
    script(py, &[py.get_type::<Version>()], code);
}

#[pyclass]
struct Single {
    value: i32,
}

#[pymethods]
impl Single {
    #[new]
    fn new(value: i32) -> Single {
        Single { value }
    }

    fn __lt__(&self, other: &Single) -> bool {
        self.value < other.value
    }

    fn __le__(&self, other: PyRef<'_, Single>) -> bool {
        self.value <= other.value
    }

    fn __eq__(&self, other: i32) -> bool {
        self.value == other
    }

    fn __ne__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.is_none()
    }

    fn __gt__(&self, other: &Single) -> &'static str {
        if self.value > other.value { "greater" } else { "" }
    }

    fn __ge__(&self, _other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Err(PyValueError::new_err("never"))
    }
}

fn compared_by_single_methods(py: Python<'_>) {
    let code = "
a, b = Single(1), Single(2)
assert a < b and not b < a
assert a <= b and a <= a
assert a == 1 and not a == 2
assert a != None and not a != b
assert (b > a) == 'greater' and (a > b) == ''
raises(ValueError, lambda: a >= b)
";
    script(py, &[py.get_type::<Single>()], code);
}

#[pyclass]
struct OnlyEq(i32);

#[pymethods]
impl OnlyEq {
    #[new]
    fn new(value: i32) -> OnlyEq {
        OnlyEq(value)
    }

    fn __eq__(&self, other: &OnlyEq) -> bool {
        self.0 == other.0
    }
}

fn ne_is_the_opposite_of_eq(py: Python<'_>) {
    let code = "
assert OnlyEq(1) == OnlyEq(1) and not OnlyEq(1) != OnlyEq(1)
assert OnlyEq(1) != OnlyEq(2) and not OnlyEq(1) == OnlyEq(2)
assert OnlyEq(1) != 1 and not OnlyEq(1) == 1
assert OnlyEq(1).__ne__(OnlyEq(2)) is True
";
    script(py, &[py.get_type::<OnlyEq>()], code);
}

fn missing_comparisons(py: Python<'_>) {
    let code = "
a = OnlyEq(1)
for compare in (lambda: a < a, lambda: a <= a, lambda: a > a, lambda: a >= a):
    text = raises(TypeError, compare)
    assert 'not supported between instances of' in text and 'OnlyEq' in text, text
";
    script(py, &[py.get_type::<OnlyEq>()], code);
}

/// `1 < a` asks `a > 1`, after `int` has not known what to say.
fn the_other_side_is_asked(py: Python<'_>) {
    let code = "
class Other:
    def __eq__(self, other): return 'eq'
    def __ne__(self, other): return 'ne'
    def __lt__(self, other): return 'lt'
    def __le__(self, other): return 'le'
    def __gt__(self, other): return 'gt'
    def __ge__(self, other): return 'ge'

version, other = Version(1, 2), Other()
assert (version == other, version != other) == ('eq', 'ne')
assert (version < other, version <= other) == ('gt', 'ge')
assert (version > other, version >= other) == ('lt', 'le')
assert (1 == Single(1)) is True
";
    script(py, &[py.get_type::<Version>(), py.get_type::<Single>()], code);
}

fn other_types_are_not_implemented(py: Python<'_>) {
    let code = "
version = Version(1, 2)
assert version.__eq__(5) is NotImplemented and version.__lt__('a') is NotImplemented
assert version != 5 and not version == 5 and not version == None
raises(TypeError, lambda: version < 5)
raises(TypeError, lambda: None > version)
assert Single(1).__eq__('a') is NotImplemented
assert OnlyEq(1).__eq__(1) is NotImplemented
";
    script(py, &[py.get_type::<Version>(), py.get_type::<Single>(), py.get_type::<OnlyEq>()], code);
}

#[pyclass]
struct Symbolic;

#[pymethods]
impl Symbolic {
    #[new]
    fn new() -> Symbolic {
        Symbolic
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match op {
            CompareOp::Ge => Ok(PyNotImplemented::get(py).to_owned().into_any()),
            CompareOp::Gt => Err(PyNotImplementedError::new_err("gt")),
            CompareOp::Ne => panic!("ne"),
            _ => Ok((slf, format!("{op:?}"), other).into_pyobject(py)?.into_any()),
        }
    }
}

fn comparisons_return_any_object(py: Python<'_>) {
    let code = "
symbolic = Symbolic()
assert (symbolic < 5)[0] is symbolic and (symbolic < 5)[1:] == ('Lt', 5)
assert (symbolic <= 5)[1:] == ('Le', 5) and (symbolic == None)[1:] == ('Eq', None)
raises(TypeError, lambda: symbolic >= 5)
";
    script(py, &[py.get_type::<Symbolic>()], code);
}

fn comparisons_that_fail(py: Python<'_>) {
    let code = "
symbolic = Symbolic()
assert raises(NotImplementedError, lambda: symbolic > 5) == 'gt'
try:
    symbolic != 5
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'ne'
else:
    raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Symbolic>()], code);
}

fn operators_as_data(_py: Python<'_>) {
    let all = [CompareOp::Lt, CompareOp::Le, CompareOp::Eq, CompareOp::Ne, CompareOp::Gt, CompareOp::Ge];
    for (number, op) in (0..).zip(all) {
        assert_eq!(CompareOp::from_raw(number).map(|op| op as i32), Some(op as i32));
    }
    assert!(CompareOp::from_raw(6).is_none() && CompareOp::from_raw(-1).is_none());
    let matches = |ordering| all.map(|op| op.matches(ordering));
    assert_eq!(matches(Ordering::Less), [true, true, false, true, false, false]);
    assert_eq!(matches(Ordering::Equal), [false, true, true, false, false, true]);
    assert_eq!(matches(Ordering::Greater), [false, false, false, true, true, true]);
}

#[pyclass]
struct Plain;

#[pymethods]
impl Plain {
    #[new]
    fn new() -> Plain {
        Plain
    }
}

fn default_comparison(py: Python<'_>) {
    let code = "
a, b = Plain(), Plain()
assert a == a and a != b and hash(a) == hash(a) and len({a, b, a}) == 2
raises(TypeError, lambda: a < b)
";
    script(py, &[py.get_type::<Plain>()], code);
}

#[pyclass]
struct Hashed(i64);

#[pymethods]
impl Hashed {
    #[new]
    fn new(hash: i64) -> Hashed {
        Hashed(hash)
    }

    fn __hash__(&self) -> PyResult<i64> {
        match self.0 {
            5 => Err(PyValueError::new_err("five")),
            6 => panic!("six"),
            hash => Ok(hash),
        }
    }
}

fn hashes(py: Python<'_>) {
    let code = "
assert hash(Version(0, 7)) == 7 == Version(0, 7).__hash__()
assert hash(Hashed(-5)) == -5 and hash(Hashed(0)) == 0
assert hash(Version(1, 2)) == hash(Version(1, 2))
raises(TypeError, Hashed(1).__hash__, 1)
";
    script(py, &[py.get_type::<Version>(), py.get_type::<Hashed>()], code);
    too_few_arguments(py, &[py.get_type::<Hashed>()], &["Hashed.__hash__()"]);
}

/// -1 means an error to the interpreter.
fn a_hash_is_never_minus_one(py: Python<'_>) {
    script(py, &[py.get_type::<Hashed>()], "assert hash(Hashed(-1)) == -2 == hash(Hashed(-2))");
}

fn hashes_that_fail(py: Python<'_>) {
    let code = "
assert raises(ValueError, hash, Hashed(5)) == 'five'
assert raises(ValueError, lambda: {Hashed(5): 1}) == 'five'
try:
    hash(Hashed(6))
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'six'
else:
    raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Hashed>()], code);
}

/// As in Python: who defines equality without a hash has none.
fn without_hash_there_is_none(py: Python<'_>) {
    let code = "
text = raises(TypeError, hash, OnlyEq(1))
assert 'unhashable' in text and 'OnlyEq' in text, text
raises(TypeError, lambda: {OnlyEq(1)})
";
    script(py, &[py.get_type::<OnlyEq>()], code);
}

fn subclasses_are_compared(py: Python<'_>) {
    let code = "
class Sub(Version):
    pass

class Own(Version):
    def __eq__(self, other):
        return 'own'

assert Sub(1, 2) == Version(1, 2) and Version(1, 2) == Sub(1, 2) and Sub(1, 2) < Sub(1, 3)
assert hash(Sub(0, 3)) == 3
# A subclass on the right is asked first.
assert (Version(1, 2) == Own(1, 2)) == 'own'
raises(TypeError, hash, Own(1, 2))
";
    script(py, &[py.get_type::<Version>()], code);
}

#[pyclass(frozen, eq, ord, hash, get_all)]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Derived {
    first: i32,
    second: String,
}

#[pymethods]
impl Derived {
    #[new]
    fn new(first: i32, second: String) -> Derived {
        Derived { first, second }
    }
}

fn options_for_comparison(py: Python<'_>) {
    let code = "
a, b = Derived(1, 'a'), Derived(1, 'b')
assert a == Derived(1, 'a') and a != b and a < b and b >= a and a <= a
assert hash(a) == hash(Derived(1, 'a')) and hash(a) != hash(b)
assert {a: 5}[Derived(1, 'a')] == 5
";
    script(py, &[py.get_type::<Derived>()], code);
}

fn options_for_comparison_of_unequal_types(py: Python<'_>) {
    let code = "
a = Derived(1, 'a')
assert a != 1 and not a == (1, 'a') and a.__eq__(1) is NotImplemented
raises(TypeError, lambda: a < 1)
";
    script(py, &[py.get_type::<Derived>()], code);
}

fn in_sets_dicts_and_sorting(py: Python<'_>) {
    let code = "
versions = [Version(minor % 3, minor) for minor in range(20)]
assert len(set(versions + [Version(0, 0)])) == 20
assert Version(1, 4) in versions and Version(5, 5) not in versions
assert versions.index(Version(2, 5)) == 5
ordered = sorted(versions)
assert all(a < b for a, b in zip(ordered, ordered[1:]))
numbers = {version: number for number, version in enumerate(versions)}
assert numbers[Version(1, 1)] == 1
";
    script(py, &[py.get_type::<Version>()], code);
}

/// Comparing is a call like any other: it borrows.
fn comparison_while_borrowed(py: Python<'_>) {
    let code = "
version = Version(1, 2)
class Other:
    def __eq__(self, other):
        return version == Version(1, 2)

text = raises(RuntimeError, version.write, Other())
assert text == 'Already mutably borrowed', text
assert version == Version(1, 2)
";
    script(py, &[py.get_type::<Version>()], code);
}
