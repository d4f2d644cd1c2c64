//! Making classes and their instances: names, documentation, `#[new]`.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::helpers::{refuses_subclasses, script, too_few_arguments};
use crate::check::{is_cpython, is_pypy, raises};

tests![
    names_given_by_the_user,
    documentation,
    signature_for_tools,
    arguments_of_new,
    new_with_any_arguments,
    new_can_fail,
    new_can_panic,
    new_can_return_another_object,
    new_knows_the_class,
    without_new_there_are_no_instances_from_python,
    made_from_rust,
    returned_from_functions,
    added_to_a_module,
    one_type_object_per_class,
    structs_of_all_kinds,
    names_of_classes,
    the_type_is_an_ordinary_one,
    wrong_arguments_of_new,
];

#[pyclass]
struct Empty;

/// A place in the plane.
///
/// Second paragraph.
#[pyclass(name = "Place", module = "everypy.geometry")]
struct Point {
    #[pyo3(get)]
    x: f64,
    #[pyo3(get)]
    y: f64,
}

#[pymethods]
impl Point {
    #[new]
    #[pyo3(signature = (x, y = 0.5))]
    fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }
}

fn names_of_classes(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Empty>();
    assert!(class.name()? == "Empty");
    assert!(class.qualname()? == "Empty");
    assert!(class.module()? == "builtins");
    assert!(class.getattr("__doc__")?.is_none() || class.getattr("__doc__")?.eq("")?);
    Ok(())
}

fn names_given_by_the_user(py: Python<'_>) {
    let code = "
assert Place.__name__ == 'Place'
assert Place.__qualname__ == 'Place'
assert Place.__module__ == 'everypy.geometry'
assert repr(Place) == \"<class 'everypy.geometry.Place'>\", repr(Place)
assert repr(Place(1)).startswith('<everypy.geometry.Place object at '), repr(Place(1))
";
    script(py, &[py.get_type::<Point>()], code);
}

fn documentation(py: Python<'_>) -> PyResult<()> {
    let doc: String = py.get_type::<Point>().getattr("__doc__")?.extract()?;
    assert_eq!(doc, "A place in the plane.\n\nSecond paragraph.");
    Ok(())
}

/// What `inspect` and `help` show. CPython alone takes the signature off the documentation of a class.
fn signature_for_tools(py: Python<'_>) {
    if is_cpython(py) {
        let code = "
import inspect
assert Place.__text_signature__ == '(x, y=0.5)', Place.__text_signature__
assert str(inspect.signature(Place)) == '(x, y=0.5)'
";
        script(py, &[py.get_type::<Point>()], code);
    }
}

fn the_type_is_an_ordinary_one(py: Python<'_>) {
    let code = "
assert type(Place) is type
assert Place.__mro__ == (Place, object)
assert Place.__bases__ == (object,)
place = Place(1)
assert type(place) is Place and place.__class__ is Place
assert isinstance(place, Place) and issubclass(Place, object)
assert not isinstance(5, Place)
assert hash(place) == hash(place) and place == place and place != Place(1)
assert 'x' in dir(place)
";
    script(py, &[py.get_type::<Point>()], code);
    refuses_subclasses(&py.get_type::<Point>(), "(1, 2)");
}

fn arguments_of_new(py: Python<'_>) {
    let code = "
def parts(place):
    return place.x, place.y

assert parts(Place(1)) == (1.0, 0.5)
assert parts(Place(1, 2)) == (1.0, 2.0)
assert parts(Place(x=1, y=2)) == (1.0, 2.0)
assert parts(Place(1, y=2)) == (1.0, 2.0)
assert parts(Place(*[1, 2])) == (1.0, 2.0)
assert parts(Place(**{'y': 1, 'x': 2})) == (2.0, 1.0)
assert parts(Place.__new__(Place, 3)) == (3.0, 0.5)
";
    script(py, &[py.get_type::<Point>()], code);
}

fn wrong_arguments_of_new(py: Python<'_>) {
    let code = "
text = raises(TypeError, Place)
assert \"missing 1 required positional argument: 'x'\" in text and 'Place' in text, text
text = raises(TypeError, Place, 1, 2, 3)
assert 'takes from 1 to 2 positional arguments but 3 were given' in text, text
text = raises(TypeError, Place, 1, z=2)
assert \"unexpected keyword argument 'z'\" in text, text
text = raises(TypeError, Place, 1, x=2)
assert \"multiple values for argument 'x'\" in text, text
text = raises(TypeError, Place, 'one')
assert \"'x'\" in text, text
raises(TypeError, Place.__new__, 5, 1)
raises(TypeError, Place.__new__, int, 1)
";
    script(py, &[py.get_type::<Point>()], code);
    // PyPy's own error.
    if is_pypy(py) {
        script(py, &[py.get_type::<Point>()], "raises(SystemError, Place.__new__)");
    } else {
        too_few_arguments(py, &[py.get_type::<Point>()], &["Place.__new__()"]);
    }
}

#[pyclass]
struct Anything {
    #[pyo3(get)]
    args: Py<PyTuple>,
    #[pyo3(get)]
    kwargs: Option<Py<PyDict>>,
}

#[pymethods]
impl Anything {
    #[new]
    #[pyo3(signature = (*args, **kwargs))]
    fn new(args: Bound<'_, PyTuple>, kwargs: Option<Bound<'_, PyDict>>) -> Anything {
        Anything { args: args.unbind(), kwargs: kwargs.map(Bound::unbind) }
    }
}

fn new_with_any_arguments(py: Python<'_>) {
    let code = "
assert Anything().args == () and Anything().kwargs is None
assert Anything(1, 'a').args == (1, 'a')
keywords = {'a': 1}
anything = Anything(**keywords)
assert anything.kwargs == keywords and anything.kwargs is not keywords
assert anything.kwargs is anything.kwargs
";
    script(py, &[py.get_type::<Anything>()], code);
}

#[pyclass]
#[derive(Debug)]
struct Fussy;

#[pymethods]
impl Fussy {
    #[new]
    fn new(what: &str) -> PyResult<Fussy> {
        match what {
            "panic" => panic!("in new"),
            "fine" => Ok(Fussy),
            _ => Err(PyValueError::new_err(what.to_owned())),
        }
    }
}

fn new_can_fail(py: Python<'_>) {
    let class = py.get_type::<Fussy>();
    assert_eq!(raises::<PyValueError, _, _>(py, class.call1(("bad",))), "bad");
    assert!(class.call1(("fine",)).is_ok());
}

fn new_can_panic(py: Python<'_>) {
    let code = "
text = raises(PanicException, Fussy, 'panic')
assert text == 'in new', text
Fussy('fine')
";
    let names = [("PanicException", py.get_type::<PanicException>().into_any())];
    let names: Vec<_> = names.iter().map(|(name, class)| (*name, class)).collect();
    super::helpers::script_with(py, &[py.get_type::<Fussy>()], &names, code);
}

#[pyclass]
struct Singleton {
    #[pyo3(get)]
    is_first: bool,
}

#[pymethods]
impl Singleton {
    /// The same object as long as there is one.
    #[new]
    fn new(existing: Option<Py<Singleton>>, py: Python<'_>) -> PyResult<Py<Singleton>> {
        match existing {
            Some(existing) => Ok(existing),
            None => Py::new(py, Singleton { is_first: true }),
        }
    }
}

fn new_can_return_another_object(py: Python<'_>) {
    let code = "
first = Singleton(None)
assert type(first) is Singleton and first.is_first
assert Singleton(first) is first
";
    script(py, &[py.get_type::<Singleton>()], code);
}

#[pyclass(subclass)]
struct Named {
    #[pyo3(get)]
    class_name: String,
    #[pyo3(get)]
    argument: i32,
}

#[pymethods]
impl Named {
    #[new]
    #[classmethod]
    fn new(class: &Bound<'_, PyType>, argument: i32) -> PyResult<Named> {
        Ok(Named { class_name: class.name()?.to_string(), argument })
    }
}

fn new_knows_the_class(py: Python<'_>) {
    let code = "
class Sub(Named):
    pass

assert (Named(1).class_name, Named(1).argument) == ('Named', 1)
assert (Sub(argument=2).class_name, Sub(2).argument) == ('Sub', 2)
assert Named.__new__(Sub, 3).class_name == 'Sub'
assert type(Named.__new__(Sub, 3)) is Sub
";
    script(py, &[py.get_type::<Named>()], code);
}

fn without_new_there_are_no_instances_from_python(py: Python<'_>) -> PyResult<()> {
    let code = "
text = raises(TypeError, Empty)
assert 'Empty' in text, text
raises(TypeError, Empty, 1)
";
    script(py, &[py.get_type::<Empty>()], code);
    // From Rust there are.
    assert!(Bound::new(py, Empty)?.is_exact_instance_of::<Empty>());
    Ok(())
}

fn made_from_rust(py: Python<'_>) -> PyResult<()> {
    let bound: Bound<'_, Point> = Bound::new(py, Point { x: 1.0, y: 2.0 })?;
    assert_eq!(bound.getattr("x")?.extract::<f64>()?, 1.0);
    assert_eq!(bound.borrow().y, 2.0);
    let unbound: Py<Point> = Py::new(py, Point::new(3.0, 4.0))?;
    assert_eq!(unbound.borrow(py).x, 3.0);
    assert!(unbound.bind(py).get_type().is(py.get_type::<Point>()));
    let value = Point::new(5.0, 6.0).into_pyobject(py)?;
    assert_eq!(value.borrow().x, 5.0);
    let list = vec![Point::new(7.0, 8.0), Point::new(9.0, 10.0)].into_pyobject(py)?;
    assert_eq!(list.get_item(1)?.cast::<Point>()?.borrow().x, 9.0);
    Ok(())
}

#[pyfunction]
fn point(x: f64) -> Point {
    Point::new(x, 0.0)
}

#[pyfunction]
fn maybe_point(x: f64) -> PyResult<Option<Point>> {
    if x < 0.0 { Ok(None) } else { Ok(Some(Point::new(x, 0.0))) }
}

#[pyfunction]
fn bound_point(py: Python<'_>, x: f64) -> PyResult<Bound<'_, Point>> {
    Bound::new(py, Point::new(x, 0.0))
}

fn returned_from_functions(py: Python<'_>) -> PyResult<()> {
    let x = |object: &Bound<'_, PyAny>| object.getattr("x").unwrap().extract::<f64>().unwrap();
    assert_eq!(x(&wrap_pyfunction!(point, py)?.call1((1.0,))?), 1.0);
    assert_eq!(x(&wrap_pyfunction!(maybe_point, py)?.call1((2.0,))?), 2.0);
    assert!(wrap_pyfunction!(maybe_point, py)?.call1((-1.0,))?.is_none());
    assert_eq!(x(&wrap_pyfunction!(bound_point, py)?.call1((3.0,))?), 3.0);
    Ok(())
}

fn added_to_a_module(py: Python<'_>) -> PyResult<()> {
    let module = PyModule::new(py, "places")?;
    module.add_class::<Point>()?;
    module.add_class::<Empty>()?;
    assert!(module.getattr("Place")?.is(py.get_type::<Point>()));
    assert!(module.getattr("Empty")?.is(py.get_type::<Empty>()));
    assert_eq!(module.index()?.extract::<Vec<String>>()?, ["Place", "Empty"]);
    // The name of the module stays what the class says.
    assert!(module.getattr("Place")?.getattr("__module__")?.eq("everypy.geometry")?);
    Ok(())
}

fn one_type_object_per_class(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Point>();
    assert!(py.get_type::<Point>().is(&class));
    assert!(!py.get_type::<Empty>().is(&class));
    assert!(PyType::new::<Point>(py).is(&class));
    let point = Bound::new(py, Point::new(1.0, 2.0))?;
    assert!(point.is_instance_of::<Point>() && point.is_exact_instance_of::<Point>());
    assert!(!point.is_instance_of::<Empty>());
    assert!(point.as_any().cast::<Point>().is_ok());
    raises::<PyTypeError, _, _>(py, point.as_any().cast::<Empty>().map(drop).map_err(PyErr::from));
    Ok(())
}

#[pyclass]
struct Pair(#[pyo3(get, name = "first")] i32, #[pyo3(get, set, name = "second")] i32);

#[pymethods]
impl Pair {
    #[new]
    fn new(first: i32, second: i32) -> Pair {
        Pair(first, second)
    }
}

#[pyclass]
struct Unit;

#[pymethods]
impl Unit {
    #[new]
    fn new() -> Unit {
        Unit
    }

    fn five(&self) -> i32 {
        5
    }
}

fn structs_of_all_kinds(py: Python<'_>) {
    let code = "
pair = Pair(1, 2)
pair.second += 3
assert (pair.first, pair.second) == (1, 5)
assert Unit().five() == 5
assert Unit() is not Unit()
";
    script(py, &[py.get_type::<Pair>(), py.get_type::<Unit>()], code);
}
