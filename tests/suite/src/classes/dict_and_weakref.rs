//! The options `dict` and `weakref`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::helpers::{Mark, OWN, Tally, collect, script, script_with};
use crate::check::{after_collection, is_cpython, is_graalpy, is_pypy, raises};

tests![
    attributes_of_the_user,
    the_dict_itself,
    the_dict_replaced,
    own_attributes_come_first,
    dicts_belong_to_one_object,
    dicts_are_collected,
    dicts_of_frozen_classes,
    dicts_of_subclasses,
    weak_references_die_with_the_object,
    callbacks_are_called_once,
    weak_collections,
    proxies,
    weak_references_never_dangle,
    weak_references_to_the_base_class,
    no_weak_references_without_the_option,
    both_options,
    dicts_with_a_native_base,
    weak_references,
    weak_references_of_subclasses,
];

#[pyclass(dict)]
struct Open {
    #[pyo3(get, set)]
    number: i32,
}

#[pymethods]
impl Open {
    #[new]
    #[pyo3(signature = (number = 5))]
    fn new(number: i32) -> Open {
        Open { number }
    }

    fn doubled(&self) -> i32 {
        self.number * 2
    }
}

fn open(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Open>()], &format!("open = Open()\n{code}"));
}

fn attributes_of_the_user(py: Python<'_>) {
    let code = "
open.extra = [1]
setattr(open, 'ä', 2)
assert open.extra == [1] and getattr(open, 'ä') == 2 and open.number == 5 and open.doubled() == 10
open.extra += [2]
assert open.extra == [1, 2]
del open.extra
assert not hasattr(open, 'extra')
raises(AttributeError, getattr, open, 'extra')
raises(AttributeError, delattr, open, 'extra')
open.number = 7
assert open.doubled() == 14 and 'number' not in vars(open)
assert not hasattr(Open(), 'ä')
";
    open(py, code);
}

fn the_dict_itself(py: Python<'_>) {
    let code = "
assert open.__dict__ == {} and type(open.__dict__) is dict and open.__dict__ is open.__dict__
open.a = 1
assert open.__dict__ == {'a': 1} == vars(open)
open.__dict__['b'] = 2
open.__dict__.update(c=3)
assert (open.b, open.c) == (2, 3) and 'b' in dir(open)
del open.__dict__['b']
assert not hasattr(open, 'b')
";
    open(py, code);
}

fn the_dict_replaced(py: Python<'_>) {
    let code = "
new = {'x': 1}
open.old = 1
open.__dict__ = new
assert open.x == 1 and not hasattr(open, 'old')
open.y = 2
assert new == {'x': 1, 'y': 2} and open.__dict__ is new
raises(TypeError, setattr, open, '__dict__', 5)
assert open.number == 5
";
    open(py, code);
}

/// What the class defines with a setter cannot be hidden by the dict.
fn own_attributes_come_first(py: Python<'_>) {
    let code = "
open.__dict__['number'] = 'hidden'
assert open.number == 5
# Methods can.
open.doubled = lambda: 'mine'
assert open.doubled() == 'mine'
del open.doubled
assert open.doubled() == 10
";
    open(py, code);
}

fn dicts_belong_to_one_object(py: Python<'_>) {
    let code = "
many = [Open(number) for number in range(50)]
for number, each in enumerate(many):
    each.place = number
assert all(each.place == each.number == number for number, each in enumerate(many))
";
    open(py, code);
}

#[pyclass(dict, subclass)]
struct MarkedDict {
    _mark: Mark,
}

#[pymethods]
impl MarkedDict {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> MarkedDict {
        MarkedDict { _mark: Mark::new(tally) }
    }
}

/// With the object, and when the only way to it is through itself. PyPy never finds such a cycle.
fn dicts_are_collected(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
for _ in range(10):
    plain = MarkedDict(tally)
    plain.list = [MarkedDict(tally)]
del plain
";
    script_with(py, &[py.get_type::<MarkedDict>()], &[("tally", tally.as_any())], code);
    assert_eq!(tally.get().made(), 20);
    after_collection(py, || tally.get().dropped() == 20);
    if is_cpython(py) {
        let code = "
for _ in range(10):
    cycle = MarkedDict(tally)
    cycle.itself = [cycle]
del cycle
";
        script_with(py, &[py.get_type::<MarkedDict>()], &[("tally", tally.as_any())], code);
        collect(py);
        assert_eq!((tally.get().made(), tally.get().dropped()), (30, 30));
    }
    Ok(())
}

#[pyclass(frozen, dict)]
struct Frozen {
    number: i32,
}

fn dicts_of_frozen_classes(py: Python<'_>) -> PyResult<()> {
    let frozen = Bound::new(py, Frozen { number: 5 })?;
    frozen.setattr("extra", 6)?;
    assert!(frozen.getattr("extra")?.eq(6)?);
    assert_eq!(frozen.get().number, 5);
    Ok(())
}

fn dicts_of_subclasses(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
class Sub(MarkedDict):
    def __init__(self, tally):
        vars(self).update(a=1)

class Slots(MarkedDict):
    __slots__ = ('slot',)

sub = Sub(tally)
sub.b = 2
assert vars(sub) == {'a': 1, 'b': 2}
slots = Slots(tally)
slots.slot, slots.other = 1, 2
assert vars(slots) == {'other': 2} and slots.slot == 1
";
    script_with(py, &[py.get_type::<MarkedDict>()], &[("tally", tally.as_any())], code).clear();
    after_collection(py, || tally.get().dropped() == 2);
    Ok(())
}

#[pyclass(dict, weakref, extends = pyo3::types::PyDict)]
struct Both {
    #[pyo3(get)]
    number: i32,
}

#[pymethods]
impl Both {
    #[new]
    fn new() -> Both {
        Both { number: 5 }
    }
}

fn dicts_with_a_native_base(py: Python<'_>) {
    let code = "
import weakref
both = Both()
both['a'] = 1
both.a = 2
assert both == {'a': 1} and own(both) == {'a': 2} and both.number == 5
assert weakref.ref(both)() is both
";
    script(py, &[py.get_type::<Both>()], &format!("{OWN}{code}"));
}

#[pyclass(weakref, subclass)]
struct Referred {
    #[pyo3(get)]
    number: i32,
    _mark: Mark,
}

#[pymethods]
impl Referred {
    #[new]
    #[pyo3(signature = (tally, number = 5))]
    fn new(tally: &Bound<'_, Tally>, number: i32) -> Referred {
        Referred { number, _mark: Mark::new(tally) }
    }
}

/// Runs the code with a tally, then checks that `check` becomes true for its variables.
fn referred(py: Python<'_>, code: &str, check: &str) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let variables = script_with(
        py,
        &[py.get_type::<Referred>()],
        &[("tally", tally.as_any())],
        &format!("import weakref\n{code}\ndef check():\n    return {check}\n"),
    );
    let check = variables.as_any().get_item("check")?;
    after_collection(py, || check.call0().unwrap().is_truthy().unwrap());
    Ok(())
}

fn weak_references(py: Python<'_>) -> PyResult<()> {
    let code = "
object = Referred(tally)
reference = weakref.ref(object)
assert reference() is object
assert reference().number == 5 and hash(reference) == hash(object) and reference == weakref.ref(object)
";
    // GraalPy keeps no list of those to native objects.
    let listed = if is_graalpy(py) {
        "assert weakref.ref(object) is not reference and weakref.getweakrefcount(object) == 0"
    } else {
        "assert weakref.ref(object) is reference and weakref.getweakrefcount(object) == 1"
    };
    referred(py, &format!("{code}{listed}"), "reference() is object")
}

fn weak_references_die_with_the_object(py: Python<'_>) -> PyResult<()> {
    let code = "
object = Referred(tally)
reference = weakref.ref(object)
del object
";
    referred(py, code, "reference() is None and tally.dropped == 1")
}

fn callbacks_are_called_once(py: Python<'_>) -> PyResult<()> {
    let code = "
seen = []
references = []
for number in range(5):
    object = Referred(tally, number)
    references.append(weakref.ref(object, lambda reference, number=number: seen.append(number)))
    weakref.finalize(object, seen.append, number + 10)
del object
";
    referred(py, code, "sorted(seen) == [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]")
}

fn weak_collections(py: Python<'_>) -> PyResult<()> {
    let code = "
kept, lost = Referred(tally, 1), Referred(tally, 2)
keys = weakref.WeakKeyDictionary({kept: 'kept', lost: 'lost'})
values = weakref.WeakValueDictionary({'kept': kept, 'lost': lost})
members = weakref.WeakSet([kept, lost])
assert len(keys) == len(values) == len(members) == 2
del lost
";
    referred(py, code, "(list(keys), list(values.items()), list(members)) == ([kept], [('kept', kept)], [kept])")
}

fn proxies(py: Python<'_>) -> PyResult<()> {
    let code = "
object = Referred(tally)
proxy = weakref.proxy(object)
assert proxy.number == 5
del object

def is_dead():
    try:
        proxy.number
    except ReferenceError:
        return True
";
    referred(py, code, "is_dead()")
}

/// A type that forgets to clear them leaves references to memory that is gone.
fn weak_references_never_dangle(py: Python<'_>) -> PyResult<()> {
    let code = "
references = [weakref.ref(Referred(tally, number)) for number in range(50)]
others = [Referred(tally, number) for number in range(50)]
";
    referred(py, code, "all(reference() is None for reference in references)")
}

fn weak_references_of_subclasses(py: Python<'_>) -> PyResult<()> {
    let code = "
class Sub(Referred):
    pass

class Slots(Referred):
    __slots__ = ()

seen = []
references = [weakref.ref(kind(tally), seen.append) for kind in (Sub, Slots)]
kept = Slots(tally)
assert weakref.ref(kept)() is kept
";
    referred(py, code, "sorted(map(id, seen)) == sorted(map(id, references)) and tally.dropped == 2")
}

#[pyclass(extends = Referred)]
struct Derived;

#[pymethods]
impl Derived {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> PyClassInitializer<Derived> {
        PyClassInitializer::from(Referred::new(tally, 6)).add_subclass(Derived)
    }
}

fn weak_references_to_the_base_class(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
import weakref
derived = Derived(tally)
reference = weakref.ref(derived)
assert reference() is derived and derived.number == 6
";
    let variables = script_with(py, &[py.get_type::<Derived>()], &[("tally", tally.as_any())], code);
    let reference = variables.as_any().get_item("reference")?;
    variables.del_item("derived")?;
    after_collection(py, || reference.call0().unwrap().is_none());
    Ok(())
}

#[pyclass]
struct Plain;

/// On PyPy every object can be referred to.
fn no_weak_references_without_the_option(py: Python<'_>) -> PyResult<()> {
    let plain = Bound::new(py, Plain)?;
    let reference = py.import("weakref")?.getattr("ref")?.call1((&plain,));
    if is_pypy(py) {
        assert!(reference?.call0()?.is(&plain));
    } else {
        raises::<PyTypeError, _, _>(py, reference);
    }
    Ok(())
}

#[pyclass(dict, weakref)]
struct All {
    _mark: Mark,
}

fn both_options(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let all = Bound::new(py, All { _mark: Mark::new(&tally) })?;
    let reference = py.import("weakref")?.getattr("ref")?.call1((&all,))?;
    all.setattr("reference", &reference)?;
    assert!(reference.call0()?.is(&all));
    drop(all);
    after_collection(py, || reference.call0().unwrap().is_none() && tally.get().dropped() == 1);
    Ok(())
}
