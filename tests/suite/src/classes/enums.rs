//! `#[pyclass]` on enums: plain ones, and those with fields.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::helpers::{script, script_with};
use crate::check::raises;

tests![
    variants_are_attributes,
    variants_as_numbers,
    variants_compared,
    variants_compared_with_numbers,
    variants_are_one_object_each,
    renamed_variants,
    methods_of_enums,
    variants_as_arguments,
    enums_are_not_made,
    variants_with_fields,
    variants_with_places,
    variants_are_classes,
    variants_with_constructors,
    fields_of_variants_cannot_be_changed,
    enums_with_fields_in_rust,
    variants_are_matched,
];

#[pyclass(eq, eq_int, from_py_object)]
#[derive(Clone, Copy, PartialEq, Debug)]
enum Colour {
    Red,
    Green = 5,
    Blue,
}

#[pyclass(eq, ord, hash, frozen, name = "Size", rename_all = "SCREAMING_SNAKE_CASE")]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Magnitude {
    VerySmall = -1,
    Medium = 0,
    #[pyo3(name = "huge")]
    Big = 1000,
}

#[pymethods]
impl Magnitude {
    fn doubled(&self) -> i32 {
        2 * match self {
            Magnitude::VerySmall => -1,
            Magnitude::Medium => 0,
            Magnitude::Big => 1000,
        }
    }

    #[staticmethod]
    fn largest() -> Magnitude {
        Magnitude::Big
    }

    #[getter]
    fn is_big(&self) -> bool {
        matches!(self, Magnitude::Big)
    }
}

fn enums(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Colour>(), py.get_type::<Magnitude>()], code);
}

fn variants_are_attributes(py: Python<'_>) {
    let code = "
assert type(Colour.Red) is Colour and repr(Colour.Green) == 'Colour.Green' == str(Colour.Green)
assert isinstance(Colour.Blue, Colour) and not hasattr(Colour, 'Yellow')
assert Colour.Red.Blue == Colour.Blue
";
    enums(py, code);
}

fn variants_as_numbers(py: Python<'_>) {
    let code = "
assert [int(colour) for colour in (Colour.Red, Colour.Green, Colour.Blue)] == [0, 5, 6]
assert int(Size.VERY_SMALL) == -1 and int(Size.huge) == 1000
";
    enums(py, code);
}

fn variants_compared(py: Python<'_>) {
    let code = "
assert Colour.Red == Colour.Red and Colour.Red != Colour.Blue and not Colour.Red == Colour.Blue
raises(TypeError, lambda: Colour.Red < Colour.Blue)
assert Size.VERY_SMALL < Size.MEDIUM < Size.huge and max(Size.MEDIUM, Size.huge) == Size.huge
assert hash(Size.MEDIUM) == hash(Size.MEDIUM) and {Size.huge: 1}[Size.largest()] == 1
assert Size.MEDIUM != Colour.Red
";
    enums(py, code);
}

fn variants_compared_with_numbers(py: Python<'_>) {
    let code = "
assert Colour.Green == 5 and 5 == Colour.Green and Colour.Green != 6 and not Colour.Red == 'Red'
# Only where the option says so.
assert Size.huge != 1000
";
    enums(py, code);
}

fn variants_are_one_object_each(py: Python<'_>) -> PyResult<()> {
    enums(py, "assert Colour.Red is Colour.Red and Size.largest() is Size.huge");
    let red = Colour::Red.into_pyobject(py)?.into_any();
    assert!(red.is(py.get_type::<Colour>().getattr("Red")?));
    Ok(())
}

fn renamed_variants(py: Python<'_>) {
    let code = "
assert Size.__name__ == 'Size' and repr(Size.VERY_SMALL) == 'Size.VERY_SMALL' and repr(Size.huge) == 'Size.huge'
assert not hasattr(Size, 'VerySmall') and not hasattr(Size, 'Big') and not hasattr(Size, 'BIG')
";
    enums(py, code);
}

fn methods_of_enums(py: Python<'_>) {
    let code = "
assert Size.huge.doubled() == 2000 and Size.VERY_SMALL.doubled() == -2
assert Size.largest() == Size.huge and Size.huge.is_big and not Size.MEDIUM.is_big
";
    enums(py, code);
}

#[pyfunction]
fn next_colour(colour: Colour) -> Colour {
    match colour {
        Colour::Red => Colour::Green,
        Colour::Green => Colour::Blue,
        Colour::Blue => Colour::Red,
    }
}

fn variants_as_arguments(py: Python<'_>) -> PyResult<()> {
    let next_colour = wrap_pyfunction!(next_colour, py)?;
    let code = "
assert next_colour(Colour.Red) == Colour.Green and next_colour(Colour.Blue) is Colour.Red
raises(TypeError, next_colour, 5)
raises(TypeError, next_colour, 'Red')
";
    script_with(py, &[py.get_type::<Colour>()], &[("next_colour", next_colour.as_any())], code);
    let colour: Colour = py.get_type::<Colour>().getattr("Blue")?.extract()?;
    assert_eq!(colour, Colour::Blue);
    raises::<PyTypeError, _, _>(py, crate::check::eval(py, "6").extract::<Colour>().map(drop));
    Ok(())
}

fn enums_are_not_made(py: Python<'_>) {
    let code = "
raises(TypeError, Colour)
raises(TypeError, Colour, 0)
raises(TypeError, type, 'Sub', (Colour,), {})
";
    enums(py, code);
}

#[pyclass]
enum Shape {
    Circle {
        radius: f64,
    },
    Rectangle {
        width: f64,
        height: f64,
    },
    Polygon(Vec<(f64, f64)>, String),
    Nothing(),
    #[pyo3(constructor = (text = "none".to_owned(), *, size = 1), name = "Label")]
    Text {
        text: String,
        size: u32,
    },
}

#[pymethods]
impl Shape {
    fn area(&self) -> f64 {
        match self {
            Shape::Circle { radius } => 3.0 * radius * radius,
            Shape::Rectangle { width, height } => width * height,
            Shape::Polygon(points, _) => f64::from(u32::try_from(points.len()).unwrap()),
            Shape::Nothing() | Shape::Text { .. } => 0.0,
        }
    }

    #[staticmethod]
    fn square(side: f64) -> Shape {
        Shape::Rectangle { width: side, height: side }
    }
}

fn shape(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Shape>()], code);
}

fn variants_with_fields(py: Python<'_>) {
    let code = "
circle = Shape.Circle(2)
assert circle.radius == 2.0 and circle.area() == 12
rectangle = Shape.Rectangle(height=3, width=2)
assert (rectangle.width, rectangle.height, rectangle.area()) == (2, 3, 6)
raises(AttributeError, getattr, circle, 'width')
raises(TypeError, Shape.Circle)
raises(TypeError, Shape.Circle, 'a')
raises(TypeError, Shape.Rectangle, 1)
raises(TypeError, Shape.Rectangle, 1, 2, depth=3)
";
    shape(py, code);
}

fn variants_with_places(py: Python<'_>) {
    let code = "
polygon = Shape.Polygon([(0, 0), (1, 2)], 'p')
assert polygon._0 == [(0.0, 0.0), (1.0, 2.0)] and polygon._1 == 'p' and polygon.area() == 2
assert len(polygon) == 2 and polygon[1] == 'p' and polygon[0] == polygon._0
raises(IndexError, lambda: polygon[2])
assert type(Shape.Nothing()) is Shape.Nothing and len(Shape.Nothing()) == 0
";
    shape(py, code);
}

fn variants_are_classes(py: Python<'_>) {
    let code = "
assert isinstance(Shape.Circle, type) and issubclass(Shape.Circle, Shape)
circle = Shape.Circle(2)
assert type(circle) is Shape.Circle and isinstance(circle, Shape) and not isinstance(circle, Shape.Rectangle)
assert type(Shape.square(2)) is Shape.Rectangle and Shape.square(2).area() == 4
raises(TypeError, Shape)
assert (Shape.Circle.__name__, Shape.Circle.__qualname__) == ('Circle', 'Shape.Circle')
";
    shape(py, code);
}

fn variants_with_constructors(py: Python<'_>) {
    let code = "
assert (Shape.Label().text, Shape.Label().size) == ('none', 1)
assert (Shape.Label('a', size=3).text, Shape.Label('a', size=3).size) == ('a', 3)
raises(TypeError, Shape.Label, 'a', 3)
assert not hasattr(Shape, 'Text')
";
    shape(py, code);
}

fn fields_of_variants_cannot_be_changed(py: Python<'_>) {
    let code = "
circle = Shape.Circle(2)
raises(AttributeError, setattr, circle, 'radius', 3)
raises(AttributeError, delattr, circle, 'radius')
assert circle.radius == 2
";
    shape(py, code);
}

fn enums_with_fields_in_rust(py: Python<'_>) -> PyResult<()> {
    let circle = Shape::Circle { radius: 1.0 }.into_pyobject(py)?.into_any();
    assert!(circle.getattr("radius")?.eq(1.0)?);
    assert!(circle.get_type().is(py.get_type::<Shape>().getattr("Circle")?));
    let circle = py.get_type::<Shape>().getattr("Circle")?.call1((2.0,))?;
    match &*circle.cast::<Shape>()?.borrow() {
        Shape::Circle { radius } => assert_eq!(*radius, 2.0),
        _ => panic!("another variant"),
    }
    Ok(())
}

/// Patterns came with 3.10; what they use is there before.
fn variants_are_matched(py: Python<'_>) {
    let code = "
assert Shape.Circle.__match_args__ == ('radius',) and Shape.Rectangle.__match_args__ == ('width', 'height')
assert Shape.Polygon.__match_args__ == ('_0', '_1')
import sys
if sys.version_info >= (3, 10):
    exec('''
def describe(shape):
    match shape:
        case Shape.Circle(radius=r): return r
        case Shape.Rectangle(w, h): return w, h
        case Shape.Polygon(points, name): return name
        case _: return None
''')
    assert describe(Shape.Circle(2)) == 2 and describe(Shape.Rectangle(1, 2)) == (1, 2)
    assert describe(Shape.Polygon([], 'p')) == 'p' and describe(Shape.Nothing()) is None
";
    shape(py, code);
}
