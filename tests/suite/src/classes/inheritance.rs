//! Our own classes as bases: of our own classes, two levels deep, and of Python's.

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;

use super::helpers::{refuses_subclasses, script, script_with};
use crate::check::raises;

tests![
    fields_of_every_level,
    methods_of_every_level,
    the_chain_of_classes,
    values_of_bases_in_rust,
    values_of_bases_changed_in_rust,
    one_borrow_for_all_levels,
    instances_pass_for_their_bases,
    made_with_all_levels,
    python_classes_inherit,
    python_classes_call_their_bases,
    python_classes_make_themselves,
    python_classes_with_slots,
    python_classes_two_levels_deep,
    cooperative_init,
    mixins,
    abstract_base_classes,
    static_and_class_methods_inherited,
    special_methods_inherited,
    special_methods_overridden,
    hidden_by_subclasses,
    not_all_arguments_fit,
    bases_do_not_pass_for_subclasses,
    classes_not_made_to_be_inherited_from,
];

#[pyclass(subclass)]
#[derive(Debug)]
struct Animal {
    #[pyo3(get, set)]
    name: String,
}

#[pymethods]
impl Animal {
    #[new]
    #[pyo3(signature = (name, **_ignored))]
    fn new(name: String, _ignored: Option<&Bound<'_, PyAny>>) -> Animal {
        Animal { name }
    }

    fn speak(&self) -> String {
        format!("{} is silent", self.name)
    }

    fn rename(&mut self, name: String) {
        self.name = name;
    }

    fn call(&mut self, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        Ok(function.call0()?.unbind())
    }

    #[staticmethod]
    fn kingdom() -> &'static str {
        "animals"
    }

    #[classmethod]
    fn make(class: &Bound<'_, pyo3::types::PyType>) -> PyResult<Py<PyAny>> {
        Ok(class.call1(("made",))?.unbind())
    }

    fn __len__(&self) -> usize {
        self.name.len()
    }

    fn __repr__(&self) -> String {
        format!("<{}>", self.name)
    }
}

#[pyclass(extends = Animal, subclass)]
#[derive(Debug)]
struct Dog {
    #[pyo3(get, set)]
    tricks: Vec<String>,
}

#[pymethods]
impl Dog {
    #[new]
    #[pyo3(signature = (name, **_ignored))]
    fn new(name: String, _ignored: Option<&Bound<'_, PyAny>>) -> PyClassInitializer<Dog> {
        PyClassInitializer::from(Animal { name }).add_subclass(Dog { tricks: Vec::new() })
    }

    fn speak(slf: PyRef<'_, Self>) -> String {
        format!("{} barks, does {} tricks", slf.as_super().name, slf.tricks.len())
    }

    fn learn(&mut self, trick: String) {
        self.tricks.push(trick);
    }

    fn rename_loudly(mut slf: PyRefMut<'_, Self>, name: &str) {
        slf.as_super().name = name.to_uppercase();
        slf.tricks.clear();
    }

    fn __getitem__(&self, index: usize) -> Option<&str> {
        self.tricks.get(index).map(String::as_str)
    }
}

#[pyclass(extends = Dog)]
#[derive(Debug)]
struct Puppy {
    #[pyo3(get, set)]
    weeks: u32,
}

#[pymethods]
impl Puppy {
    #[new]
    fn new(name: String, weeks: u32) -> PyResult<PyClassInitializer<Puppy>> {
        Ok(Dog::new(name, None).add_subclass(Puppy { weeks }))
    }

    fn all(slf: PyRef<'_, Self>) -> (u32, usize, String) {
        let (weeks, dog) = (slf.weeks, slf.into_super());
        let tricks = dog.tricks.len();
        (weeks, tricks, dog.into_super().name.clone())
    }

    fn reset(mut slf: PyRefMut<'_, Self>) {
        slf.weeks = 0;
        let mut dog = slf.into_super();
        dog.tricks.clear();
        dog.into_super().name.clear();
    }
}

fn animals(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Animal>(), py.get_type::<Dog>(), py.get_type::<Puppy>()], code);
}

fn fields_of_every_level(py: Python<'_>) {
    let code = "
puppy = Puppy('rex', 8)
assert (puppy.name, puppy.tricks, puppy.weeks) == ('rex', [], 8)
puppy.name, puppy.tricks, puppy.weeks = 'max', ['sit'], 9
assert (puppy.name, puppy.tricks, puppy.weeks) == ('max', ['sit'], 9)
dog = Dog('fido')
dog.tricks = ['a', 'b']
assert (dog.name, dog.tricks) == ('fido', ['a', 'b']) and not hasattr(dog, 'weeks')
";
    animals(py, code);
}

fn methods_of_every_level(py: Python<'_>) {
    let code = "
puppy = Puppy('rex', 8)
puppy.learn('sit')
assert puppy.speak() == 'rex barks, does 1 tricks'
assert Animal.speak(puppy) == 'rex is silent' == super(Dog, puppy).speak()
puppy.rename('max')
puppy.rename_loudly('max')
assert puppy.name == 'MAX' and puppy.tricks == []
puppy.learn('roll')
assert puppy.all() == (8, 1, 'MAX')
puppy.reset()
assert puppy.all() == (0, 0, '')
assert Animal('cat').speak() == 'cat is silent'
";
    animals(py, code);
}

fn the_chain_of_classes(py: Python<'_>) {
    let code = "
assert Puppy.__mro__ == (Puppy, Dog, Animal, object) and Dog.__bases__ == (Animal,)
assert issubclass(Puppy, Animal) and not issubclass(Animal, Dog)
puppy = Puppy('rex', 8)
assert isinstance(puppy, Animal) and isinstance(puppy, Dog) and type(puppy) is Puppy
assert not isinstance(Dog('fido'), Puppy)
";
    animals(py, code);
}

fn puppy(py: Python<'_>) -> Bound<'_, Puppy> {
    Bound::new(py, Puppy::new("rex".to_owned(), 8).unwrap()).unwrap()
}

fn values_of_bases_in_rust(py: Python<'_>) {
    let puppy = puppy(py);
    let guard = puppy.borrow();
    let dog: &PyRef<'_, Dog> = guard.as_super();
    let animal: &PyRef<'_, Animal> = dog.as_super();
    assert_eq!((guard.weeks, dog.tricks.len(), animal.name.as_str()), (8, 0, "rex"));
    assert_eq!(AsRef::<Dog>::as_ref(&guard).tricks.len(), 0);
    let dog: &Bound<'_, Dog> = puppy.as_super();
    assert_eq!(dog.as_super().borrow().name, "rex");
    let animal: Bound<'_, Animal> = puppy.clone().into_super().into_super();
    assert!(animal.is(&puppy));
}

fn values_of_bases_changed_in_rust(py: Python<'_>) {
    let puppy = puppy(py);
    {
        let mut guard = puppy.borrow_mut();
        guard.weeks += 1;
        let dog = guard.as_super();
        dog.tricks.push("sit".to_owned());
        dog.as_super().name.push('!');
        AsMut::<Dog>::as_mut(&mut guard).tricks.push("roll".to_owned());
    }
    let guard = puppy.borrow();
    assert_eq!(guard.weeks, 9);
    assert_eq!(guard.as_super().tricks, ["sit", "roll"]);
    assert_eq!(guard.as_super().as_super().name, "rex!");
    drop(guard);
    let base = puppy.borrow_mut().into_super();
    assert_eq!(base.tricks.len(), 2);
}

/// What is borrowed is the object, whatever class it is taken for.
fn one_borrow_for_all_levels(py: Python<'_>) -> PyResult<()> {
    let puppy = puppy(py);
    let dog = puppy.as_any().cast::<Dog>()?;
    let animal = puppy.as_any().cast::<Animal>()?;
    let writer = puppy.borrow_mut();
    assert!(animal.try_borrow().is_err() && dog.try_borrow_mut().is_err());
    raises::<PyRuntimeError, _, _>(py, puppy.call_method0("speak"));
    drop(writer);
    let writer = animal.borrow_mut();
    assert!(puppy.try_borrow().is_err() && dog.try_borrow().is_err());
    drop(writer);
    let (first, second) = (animal.borrow(), puppy.borrow());
    assert_eq!((first.name.as_str(), second.weeks), ("rex", 8));
    assert!(dog.try_borrow_mut().is_err());
    Ok(())
}

#[pyfunction]
fn name_of(animal: &Animal) -> String {
    animal.name.clone()
}

#[pyfunction]
fn tricks_of(dog: PyRef<'_, Dog>) -> usize {
    dog.tricks.len()
}

fn instances_pass_for_their_bases(py: Python<'_>) -> PyResult<()> {
    let name_of = wrap_pyfunction!(name_of, py)?;
    let code = "
class Cat(Animal):
    pass

assert name_of(Puppy('rex', 1)) == 'rex' and name_of(Dog('fido')) == 'fido' and name_of(Cat('tom')) == 'tom'
";
    let classes = [py.get_type::<Animal>(), py.get_type::<Dog>(), py.get_type::<Puppy>()];
    script_with(py, &classes, &[("name_of", name_of.as_any())], code);
    Ok(())
}

fn bases_do_not_pass_for_subclasses(py: Python<'_>) -> PyResult<()> {
    let animal = Bound::new(py, Animal { name: String::new() })?;
    assert!(animal.as_any().cast::<Dog>().is_err());
    raises::<PyTypeError, _, _>(py, wrap_pyfunction!(tricks_of, py)?.call1((&animal,)));
    raises::<PyTypeError, _, _>(py, py.get_type::<Dog>().call_method1("speak", (&animal,)));
    // PyPy 7.3 ends the process when the attribute itself, as a class has it, is handed to C.
    script_with(
        py,
        &[py.get_type::<Dog>()],
        &[("animal", animal.as_any())],
        "raises(TypeError, Dog.tricks.__get__, animal)",
    );
    Ok(())
}

fn made_with_all_levels(py: Python<'_>) -> PyResult<()> {
    let animal = || Animal { name: "a".to_owned() };
    let chained = PyClassInitializer::from(animal()).add_subclass(Dog { tricks: Vec::new() });
    let puppy = Py::new(py, chained.add_subclass(Puppy { weeks: 2 }))?;
    assert_eq!(puppy.borrow(py).weeks, 2);
    let spelled = PyClassInitializer::new(Dog { tricks: Vec::new() }, PyClassInitializer::from(animal()));
    let dog = Bound::new(py, spelled)?;
    assert_eq!(dog.borrow().as_super().name, "a");
    assert!(dog.is_exact_instance_of::<Dog>());
    let from_value: PyClassInitializer<Animal> = animal().into();
    assert_eq!(Bound::new(py, from_value)?.borrow().name, "a");
    Ok(())
}

#[pyclass]
struct Sealed;

#[pymethods]
impl Sealed {
    #[new]
    fn new() -> Sealed {
        Sealed
    }
}

fn classes_not_made_to_be_inherited_from(py: Python<'_>) {
    refuses_subclasses(&py.get_type::<Sealed>(), "()");
    refuses_subclasses(&py.get_type::<Puppy>(), "('rex', 1)");
}

fn python_classes_inherit(py: Python<'_>) {
    let code = "
class Cat(Animal):
    'A cat.'
    lives = 9

    def purr(self):
        return self.name + ' purrs'

cat = Cat('tom')
assert type(cat) is Cat and cat.name == 'tom' and cat.purr() == 'tom purrs'
cat.rename('kit')
cat.lives -= 1
cat.anything = [1]
assert (cat.name, cat.lives, Cat.lives, cat.anything) == ('kit', 8, 9, [1])
assert Cat.__doc__ == 'A cat.' and vars(cat) == {'lives': 8, 'anything': [1]}
import weakref
assert weakref.ref(cat)() is cat
";
    animals(py, code);
}

fn python_classes_call_their_bases(py: Python<'_>) {
    let code = "
class Cat(Animal):
    def __init__(self, name, lives=9):
        super().__init__()
        self.lives = lives

    def speak(self):
        return super().speak() + ', meow'

    def rename(self, name):
        super().rename(name.title())

cat = Cat('tom', lives=7)
assert (cat.name, cat.lives) == ('tom', 7) and cat.speak() == 'tom is silent, meow'
cat.rename('kit')
assert cat.name == 'Kit'
";
    animals(py, code);
}

fn python_classes_make_themselves(py: Python<'_>) {
    let code = "
class Cat(Animal):
    def __new__(cls, first, last):
        self = super().__new__(cls, first + ' ' + last)
        self.made = True
        return self

    def __init__(self, first, last):
        self.initialised = True

cat = Cat('tom', last='cat')
assert (cat.name, cat.made, cat.initialised) == ('tom cat', True, True)
bare = Animal.__new__(Cat, 'bare')
assert type(bare) is Cat and bare.name == 'bare' and not hasattr(bare, 'made')
raises(TypeError, Animal.__new__, int, 'no')
raises(TypeError, Dog.__new__, Animal, 'no')
";
    animals(py, code);
}

fn python_classes_with_slots(py: Python<'_>) {
    let code = "
class Cat(Animal):
    __slots__ = ('lives', 'owner')

cat = Cat('tom')
cat.lives, cat.owner = 9, [cat]
assert (cat.name, cat.lives, cat.owner[0]) == ('tom', 9, cat)
cat.owner = None
";
    animals(py, code);
}

fn python_classes_two_levels_deep(py: Python<'_>) {
    let code = "
class Hound(Dog):
    def learn(self, trick):
        super().learn('careful ' + trick)

class Beagle(Hound):
    def learn(self, trick):
        super().learn('slow ' + trick)

beagle = Beagle('b')
beagle.learn('sit')
assert beagle.tricks == ['careful slow sit'] and beagle[0] == 'careful slow sit' and beagle[1] is None
assert Beagle.__mro__ == (Beagle, Hound, Dog, Animal, object)
";
    animals(py, code);
}

/// Each `__init__` of the chain is called once, in the order of the classes.
fn cooperative_init(py: Python<'_>) {
    let code = "
calls = []

class Root:
    def __init__(self, **keywords):
        calls.append('Root')
        assert not keywords
        super().__init__()

class Coloured(Root):
    def __init__(self, *, colour, **keywords):
        calls.append('Coloured')
        self.colour = colour
        super().__init__(**keywords)

class Aged(Root):
    def __init__(self, *, age, **keywords):
        calls.append('Aged')
        self.age = age
        super().__init__(**keywords)

# PyPy 7.3 makes the first base the one whose memory instances have.
bases = (Coloured, Aged, Animal)
if type('Tried', bases, {}).__base__ is not Animal:
    bases = (Animal, Coloured, Aged)

class Cat(*bases):
    def __init__(self, name, **keywords):
        calls.append('Cat')
        super().__init__(**keywords)

cat = Cat('tom', colour='black', age=3)
assert calls == ['Cat', 'Coloured', 'Aged', 'Root'], calls
assert (cat.name, cat.colour, cat.age) == ('tom', 'black', 3)
assert issubclass(Cat, Root) and Cat.__base__ is Animal
";
    animals(py, code);
}

/// Where the class made in Python comes first: not on PyPy 7.3, which `layouts_beyond.rs` is about.
fn mixins(py: Python<'_>) {
    let code = "
class Loud:
    def speak(self):
        return super().speak().upper()

class LoudDog(Loud, Dog):
    pass

class Mixed(Dog, Loud):
    pass

if LoudDog.__base__ is Dog:
    assert LoudDog('rex').speak() == 'REX BARKS, DOES 0 TRICKS'
assert Mixed('rex').speak() == 'rex barks, does 0 tricks'
";
    animals(py, code);
}

fn abstract_base_classes(py: Python<'_>) {
    let code = "
import abc

class Speaker(abc.ABC):
    @abc.abstractmethod
    def speak(self): ...

class Registered(Animal, Speaker):
    pass

Speaker.register(Dog)
assert isinstance(Dog('rex'), Speaker) and issubclass(Puppy, Speaker) and not isinstance(5, Speaker)
assert isinstance(Registered('r'), Speaker) and Registered('r').speak() == 'r is silent'
";
    animals(py, code);
}

fn static_and_class_methods_inherited(py: Python<'_>) {
    let code = "
class Cat(Animal):
    pass

assert Dog.kingdom() == Cat.kingdom() == Puppy('rex', 1).kingdom() == 'animals'
assert type(Dog.make()) is Dog and type(Cat.make()) is Cat and Cat.make().name == 'made'
raises(TypeError, Puppy.make)
";
    animals(py, code);
}

fn special_methods_inherited(py: Python<'_>) {
    let code = "
class Cat(Animal):
    pass

for animal in Dog('four'), Puppy('four', 1), Cat('four'):
    assert len(animal) == 4 and repr(animal) == '<four>' == str(animal), animal
puppy = Puppy('rex', 1)
puppy.learn('sit')
assert puppy[0] == 'sit'
";
    animals(py, code);
}

fn special_methods_overridden(py: Python<'_>) {
    let code = "
class Cat(Animal):
    def __len__(self):
        return super().__len__() * 10

    def __repr__(self):
        return 'Cat' + super().__repr__()

    def __eq__(self, other):
        return True

    def __call__(self, value):
        return value

cat = Cat('tom')
assert len(cat) == 30 and repr(cat) == 'Cat<tom>' and cat == 5 and cat(6) == 6
Animal.__len__(cat) == 3
Cat.__len__ = lambda self: 1
assert len(cat) == 1
del Cat.__len__
assert len(cat) == 3
";
    animals(py, code);
}

fn hidden_by_subclasses(py: Python<'_>) {
    let code = "
class Cat(Animal):
    name = 'always'

cat = Cat('tom')
assert cat.name == 'always' and cat.speak() == 'tom is silent' and Animal.name.__get__(cat) == 'tom'
";
    animals(py, code);
}

fn not_all_arguments_fit(py: Python<'_>) {
    let code = "
class Cat(Animal):
    def __init__(self, name, lives):
        super().__init__()

# `__new__` gets what the class is called with.
raises(TypeError, Cat, 'tom', 9)
assert Cat('tom', lives=9).name == 'tom'
raises(TypeError, Cat, 5, lives=9)
raises(TypeError, Puppy, 'rex')
";
    animals(py, code);
}
