//! Objects whose memory is not ours although their class is: PyPy makes them, and PyO3 0.30 reads what is not there. They
//! have to be refused when they are made, or when they are used.

use pyo3::prelude::*;

use super::helpers::{Mark, Tally, collect, script, script_with};

tests![
    attributes_of_other_objects,
    objects_made_past_our_new,
    a_python_class_as_the_first_base,
    two_bases_of_ours,
    classes_that_are_assigned,
    new_for_other_classes,
];

#[pyclass(subclass)]
struct Animal {
    #[pyo3(get, set)]
    name: String,
    _mark: Mark,
}

#[pymethods]
impl Animal {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> Animal {
        Animal { name: "a".to_owned(), _mark: Mark::new(tally) }
    }

    fn speak(&self) -> &str {
        &self.name
    }

    fn rename(&mut self, name: String) {
        self.name = name;
    }

    fn __len__(&self) -> usize {
        self.name.len()
    }
}

#[pyclass(subclass)]
struct Plant {
    #[pyo3(get)]
    height: f64,
}

#[pymethods]
impl Plant {
    #[new]
    fn new(height: f64) -> Plant {
        Plant { height }
    }

    fn grow(&mut self) {
        self.height += 1.0;
    }
}

#[pyclass]
struct Unmade {
    #[pyo3(get)]
    name: String,
}

/// What `useless(make)` asserts: either `make()` raises `TypeError`, or every use of what it makes does.
const USELESS: &str = "
def refused(use, *arguments):
    try:
        use(*arguments)
    except TypeError:
        return
    raise AssertionError('not refused')

def useless(make):
    try:
        object = make()
    except TypeError:
        return
    for use in (
        lambda: Animal.name.__get__(object), lambda: Animal.name.__set__(object, 'b'), lambda: Animal.speak(object),
        lambda: Animal.rename(object, 'b'), lambda: Animal.__len__(object), lambda: Plant.grow(object),
        lambda: Plant.height.__get__(object), lambda: Unmade.name.__get__(object),
    ):
        refused(use)
";

fn useless(py: Python<'_>, code: &str) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let classes = [py.get_type::<Animal>(), py.get_type::<Plant>(), py.get_type::<Unmade>()];
    let names = [("tally", tally.as_any())];
    script_with(py, &classes, &names, &format!("{USELESS}{code}")).clear();
    // Nothing is dropped that was never there.
    collect(py);
    assert!(tally.get().dropped() <= tally.get().made());
    Ok(())
}

/// `object.__new__` makes an object whose contents nobody has made.
fn objects_made_past_our_new(py: Python<'_>) -> PyResult<()> {
    let code = "
class Sub(Animal):
    pass

for kind in Animal, Plant, Unmade, Sub:
    useless(lambda: object.__new__(kind))
";
    useless(py, code)
}

/// On PyPy 7.3 its instances have the memory of that one.
fn a_python_class_as_the_first_base(py: Python<'_>) -> PyResult<()> {
    let code = "
class Loud:
    pass

class Slots:
    __slots__ = ()

for first in Loud, Slots:
    class Both(first, Animal):
        pass

    if Both.__base__ is Animal:
        assert Both(tally).speak() == 'a' and len(Both(tally)) == 1
    else:
        useless(lambda: Both(tally))
        useless(lambda: Both())
        useless(lambda: Animal.__new__(Both, tally))
";
    useless(py, code)
}

/// Their contents would be in one place. A class and its own base are no conflict.
fn two_bases_of_ours(py: Python<'_>) -> PyResult<()> {
    let code = "
def make(*bases):
    kind = type('Both', bases, {})
    return kind.__new__(kind, tally if bases[0] is Animal else 1.0)

for bases in (Animal, Plant), (Plant, Animal):
    try:
        both = make(*bases)
    except TypeError:
        continue
    # Where it can be made it is its first base and not the other one.
    if bases[0] is Animal:
        refused(Plant.grow, both)
        refused(Plant.height.__get__, both)
    else:
        refused(Animal.speak, both)
        refused(Animal.rename, both, 'b')
";
    useless(py, code)
}

/// What becomes an instance only by assigning its class, the bases of that, or its order of resolution. GraalPy lets the
/// first two be assigned.
fn classes_that_are_assigned(py: Python<'_>) -> PyResult<()> {
    let code = "
class Sub(Animal):
    pass

def assigned(kind):
    class Other:
        pass
    other = Other()
    other.__class__ = kind
    return other

def extended(kind):
    class Base:
        pass
    class Other(Base):
        pass
    Other.__bases__ = (kind,)
    return Other()

def invented(kind):
    class Meta(type):
        def mro(cls):
            return [cls, kind, object]
    class Other(metaclass=Meta):
        pass
    return Other()

for kind in Animal, Plant, Unmade, Sub:
    for make in assigned, extended, invented:
        useless(lambda: make(kind))
assert Animal(tally).speak() == 'a' and Plant(2).height == 2
";
    useless(py, code)
}

fn new_for_other_classes(py: Python<'_>) -> PyResult<()> {
    let code = "
raises(TypeError, Animal.__new__, 5, tally)
for kind in int, object, dict, Plant, Unmade:
    raises(TypeError, Animal.__new__, kind, tally)
";
    useless(py, code)
}

/// The descriptors of the class look at what they are given.
fn attributes_of_other_objects(py: Python<'_>) -> PyResult<()> {
    let code = "
for other in 5, object(), {}, Plant(1.0), Animal:
    raises(TypeError, Animal.name.__get__, other)
    raises(TypeError, Animal.name.__set__, other, 'b')
    raises(TypeError, Animal.speak, other)
    raises(TypeError, Animal.__len__, other)
";
    useless(py, code)?;
    script(py, &[py.get_type::<Plant>()], "assert Plant(2).height == 2");
    Ok(())
}
