//! The methods of any object: `PyAnyMethods`.

use core::cmp::Ordering;

use pyo3::basic::CompareOp;
use pyo3::exceptions::{
    PyAttributeError, PyIndexError, PyKeyError, PyTypeError, PyValueError, PyZeroDivisionError,
};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString, PyType};

use crate::check::{define, eval, raises, raises_like};

tests![
    attributes,
    optional_attributes,
    failing_attributes,
    names_of_attributes,
    binary_operators,
    failing_operators,
    reflected_operators,
    unary_operators,
    powers,
    comparisons,
    rich_comparison,
    ordering,
    failing_comparisons,
    operators_of_comparison,
    items,
    failing_items,
    containment,
    iteration,
    lengths,
    truth,
    hashes,
    representations,
    types_of_objects,
    directories,
    callables,
    identity,
];

const OBJECT: &str = "
class Object:
    value = 1

    @property
    def failing(self):
        raise ZeroDivisionError('in the property')

    @property
    def missing_inside(self):
        return self.no_such_attribute

    @failing.setter
    def failing(self, value):
        raise ZeroDivisionError('in the setter')

object = Object()
";

fn attributes(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", OBJECT);
    assert_eq!(object.getattr("value")?.extract::<i32>()?, 1);
    object.setattr("value", 2)?;
    assert_eq!(object.getattr("value")?.extract::<i32>()?, 2);
    object.setattr("ä🌲", "unicode")?;
    assert_eq!(object.getattr("ä🌲")?.extract::<String>()?, "unicode");
    object.delattr("value")?;
    // What the class has is seen again.
    assert_eq!(object.getattr("value")?.extract::<i32>()?, 1);
    raises::<PyAttributeError, _, _>(py, object.delattr("value"));
    object.delattr("ä🌲")?;
    assert!(!object.hasattr("ä🌲")?);
    Ok(())
}

fn optional_attributes(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", OBJECT);
    assert!(object.hasattr("value")? && !object.hasattr("no_such_attribute")?);
    assert_eq!(object.getattr_opt("value")?.unwrap().extract::<i32>()?, 1);
    assert!(object.getattr_opt("no_such_attribute")?.is_none());
    assert!(!PyErr::occurred(py));
    // An `AttributeError` means no wherever it comes from, any other exception is one.
    assert!(!object.hasattr("missing_inside")?);
    raises::<PyZeroDivisionError, _, _>(py, object.hasattr("failing"));
    raises::<PyZeroDivisionError, _, _>(py, object.getattr_opt("failing"));
    Ok(())
}

fn failing_attributes(py: Python<'_>) {
    let object = define(py, "object", OBJECT);
    let text = raises::<PyAttributeError, _, _>(py, object.getattr("no_such_attribute"));
    assert!(text.contains("no_such_attribute"), "{text}");
    raises::<PyZeroDivisionError, _, _>(py, object.getattr("failing"));
    raises::<PyZeroDivisionError, _, _>(py, object.setattr("failing", 1));
    raises::<PyAttributeError, _, _>(py, eval(py, "5").setattr("value", 1));
    raises::<PyAttributeError, _, _>(py, eval(py, "5").delattr("value"));
}

/// A name is what becomes a `str`: a literal, an interned string, an object.
fn names_of_attributes(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", OBJECT);
    let name = PyString::new(py, "value");
    assert!(object.getattr(&name)?.eq(1)?);
    assert!(object.getattr(name.clone())?.eq(1)?);
    assert!(object.getattr(name.clone().unbind())?.eq(1)?);
    assert!(object.getattr("value".to_owned())?.eq(1)?);
    assert!(object.getattr(pyo3::intern!(py, "value"))?.eq(1)?);
    assert!(object.getattr(name.as_borrowed())?.eq(1)?);
    Ok(())
}

fn binary_operators(py: Python<'_>) -> PyResult<()> {
    let seven = eval(py, "7");
    macro_rules! check {
        ($($method:ident $other:expr, $expected:literal;)*) => {
            $(
                let result = seven.$method($other)?;
                assert!(result.eq(eval(py, $expected))?, "{result:?} instead of {}", $expected);
            )*
        };
    }
    check! {
        add 3, "10";
        add 0.5, "7.5";
        sub 10, "-3";
        mul 6, "42";
        mul "ab", "'ababababababab'";
        div 2, "3.5";
        floor_div 2, "3";
        floor_div -2, "-4";
        rem 4, "3";
        rem -4, "-1";
        lshift 3, "56";
        rshift 1, "3";
        bitand 5, "5";
        bitor 8, "15";
        bitxor 2, "5";
        divmod 2, "(3, 1)";
    }
    let matrix = define(py, "object", "
class Matrix:
    def __matmul__(self, other):
        return ('matmul', other)

object = Matrix()
");
    assert!(matrix.matmul(1)?.eq(("matmul", 1))?);
    Ok(())
}

fn failing_operators(py: Python<'_>) {
    let one = eval(py, "1");
    raises::<PyTypeError, _, _>(py, one.add("text"));
    raises::<PyTypeError, _, _>(py, one.matmul(1));
    raises::<PyZeroDivisionError, _, _>(py, one.div(0));
    raises::<PyZeroDivisionError, _, _>(py, one.floor_div(0));
    raises::<PyZeroDivisionError, _, _>(py, one.rem(0));
    raises::<PyZeroDivisionError, _, _>(py, one.divmod(0));
    raises::<PyValueError, _, _>(py, one.lshift(-1));
    raises::<PyValueError, _, _>(py, one.rshift(-1));
    for wrong in [1.5_f64, -0.5] {
        raises::<PyTypeError, _, _>(py, one.bitand(wrong));
        raises::<PyTypeError, _, _>(py, one.bitor(wrong));
        raises::<PyTypeError, _, _>(py, one.bitxor(wrong));
        raises::<PyTypeError, _, _>(py, one.lshift(wrong));
    }
}

fn reflected_operators(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", "
class Object:
    def __radd__(self, other):
        return ('radd', other)

    def __rmatmul__(self, other):
        return ('rmatmul', other)

    def __rpow__(self, other):
        return ('rpow', other)

object = Object()
");
    let one = eval(py, "1");
    assert!(one.add(&object)?.eq(("radd", 1))?);
    assert!(one.matmul(&object)?.eq(("rmatmul", 1))?);
    assert!(one.pow(&object, py.None())?.eq(("rpow", 1))?);
    raises::<PyTypeError, _, _>(py, one.sub(&object));
    Ok(())
}

fn unary_operators(py: Python<'_>) -> PyResult<()> {
    let five = eval(py, "5");
    assert!(five.neg()?.eq(-5)?);
    assert!(five.pos()?.eq(5)?);
    assert!(five.neg()?.abs()?.eq(5)?);
    assert!(five.bitnot()?.eq(-6)?);
    assert!(eval(py, "2**100").neg()?.eq(eval(py, "-2**100"))?);
    assert!(eval(py, "3+4j").abs()?.eq(5.0)?);
    let text = eval(py, "'text'");
    for result in [text.neg(), text.pos(), text.abs(), text.bitnot()] {
        raises::<PyTypeError, _, _>(py, result);
    }
    Ok(())
}

fn powers(py: Python<'_>) -> PyResult<()> {
    let three = eval(py, "3");
    assert!(three.pow(4, py.None())?.eq(81)?);
    assert!(three.pow(4, 10)?.eq(1)?);
    assert!(three.pow(-1, py.None())?.eq(eval(py, "1/3"))?);
    assert!(three.pow(100, py.None())?.eq(eval(py, "3**100"))?);
    raises::<PyZeroDivisionError, _, _>(py, eval(py, "0").pow(-1, py.None()));
    raises::<PyValueError, _, _>(py, three.pow(2, 0));
    raises::<PyTypeError, _, _>(py, three.pow("text", py.None()));
    Ok(())
}

fn comparisons(py: Python<'_>) -> PyResult<()> {
    let two = eval(py, "2");
    assert!(two.lt(3)? && !two.lt(2)? && !two.lt(1)?);
    assert!(two.le(3)? && two.le(2)? && !two.le(1)?);
    assert!(!two.eq(3)? && two.eq(2)? && two.eq(2.0)?);
    assert!(two.ne(3)? && !two.ne(2)?);
    assert!(!two.gt(3)? && !two.gt(2)? && two.gt(1)?);
    assert!(!two.ge(3)? && two.ge(2)? && two.ge(1)?);
    // Things of different types differ.
    assert!(two.ne("2")? && !two.eq("2")?);
    Ok(())
}

/// The result of a comparison may be anything, and its truth may fail.
fn rich_comparison(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", "
class Truthless:
    def __bool__(self):
        raise ValueError('neither')

class Object:
    def __lt__(self, other):
        return ('lt', other)

    def __eq__(self, other):
        return Truthless()

object = Object()
");
    assert!(object.rich_compare(1, CompareOp::Lt)?.eq(("lt", 1))?);
    assert!(object.lt(1)?);
    assert!(object.rich_compare(1, CompareOp::Eq).is_ok());
    assert_eq!(raises::<PyValueError, _, _>(py, object.eq(1)), "neither");
    raises::<PyTypeError, _, _>(py, object.rich_compare(1, CompareOp::Ge));
    Ok(())
}

fn ordering(py: Python<'_>) -> PyResult<()> {
    let two = eval(py, "2");
    assert_eq!(two.compare(1)?, Ordering::Greater);
    assert_eq!(two.compare(2)?, Ordering::Equal);
    assert_eq!(two.compare(3)?, Ordering::Less);
    assert_eq!(eval(py, "'b'").compare("a")?, Ordering::Greater);
    raises::<PyTypeError, _, _>(py, two.compare("text"));
    // Neither equal nor less nor greater.
    raises::<PyTypeError, _, _>(py, eval(py, "float('nan')").compare(1.0));
    Ok(())
}

fn failing_comparisons(py: Python<'_>) {
    let (one, text) = (eval(py, "1"), eval(py, "'text'"));
    raises::<PyTypeError, _, _>(py, one.lt("text"));
    raises_like(py, one.lt("text"), &[("a", &one), ("b", &text)], "a < b");
    let failing = define(py, "object", "
class Object:
    def __eq__(self, other):
        raise ZeroDivisionError

object = Object()
");
    raises::<PyZeroDivisionError, _, _>(py, failing.eq(1));
    raises::<PyZeroDivisionError, _, _>(py, failing.ne(1));
    raises::<PyZeroDivisionError, _, _>(py, failing.compare(1));
}

fn operators_of_comparison(_py: Python<'_>) {
    let operators = [CompareOp::Lt, CompareOp::Le, CompareOp::Eq, CompareOp::Ne, CompareOp::Gt, CompareOp::Ge];
    let holds = |ordering| operators.map(|operator| operator.matches(ordering));
    assert_eq!(holds(Ordering::Less), [true, true, false, true, false, false]);
    assert_eq!(holds(Ordering::Equal), [false, true, true, false, false, true]);
    assert_eq!(holds(Ordering::Greater), [false, false, false, true, true, true]);
    for (number, operator) in operators.into_iter().enumerate() {
        assert_eq!(CompareOp::from_raw(number.try_into().unwrap()), Some(operator));
    }
    assert!(CompareOp::from_raw(6).is_none() && CompareOp::from_raw(-1).is_none());
}

fn items(py: Python<'_>) -> PyResult<()> {
    let dict = eval(py, "{'a': 1, 2: 'b'}");
    assert!(dict.get_item("a")?.eq(1)?);
    assert!(dict.get_item(2)?.eq("b")?);
    dict.set_item("c", vec![1, 2])?;
    assert!(dict.get_item("c")?.eq(eval(py, "[1, 2]"))?);
    dict.del_item("a")?;
    assert!(dict.eq(eval(py, "{2: 'b', 'c': [1, 2]}"))?);
    let list = eval(py, "[0, 1, 2, 3]");
    assert!(list.get_item(-1)?.eq(3)?);
    list.set_item(-1, "last")?;
    list.del_item(0)?;
    assert!(list.eq(eval(py, "[1, 2, 'last']"))?);
    assert!(list.get_item(eval(py, "slice(1, None)"))?.eq(eval(py, "[2, 'last']"))?);
    Ok(())
}

fn failing_items(py: Python<'_>) {
    let (dict, list, number) = (eval(py, "{}"), eval(py, "[]"), eval(py, "5"));
    raises::<PyKeyError, _, _>(py, dict.get_item("missing"));
    raises::<PyKeyError, _, _>(py, dict.del_item("missing"));
    raises::<PyTypeError, _, _>(py, dict.get_item(&list));
    raises::<PyTypeError, _, _>(py, dict.set_item(&list, 1));
    raises::<PyIndexError, _, _>(py, list.get_item(0));
    raises::<PyIndexError, _, _>(py, list.set_item(0, 1));
    raises::<PyIndexError, _, _>(py, list.del_item(0));
    raises::<PyTypeError, _, _>(py, list.get_item("key"));
    raises::<PyTypeError, _, _>(py, number.get_item(0));
    raises::<PyTypeError, _, _>(py, number.set_item(0, 0));
    raises::<PyTypeError, _, _>(py, number.del_item(0));
    raises::<PyTypeError, _, _>(py, eval(py, "(1,)").set_item(0, 2));
    raises::<PyTypeError, _, _>(py, eval(py, "'text'").del_item(0));
}

fn containment(py: Python<'_>) -> PyResult<()> {
    assert!(eval(py, "[1, 'a']").contains(1)?);
    assert!(!eval(py, "[1, 'a']").contains("b")?);
    assert!(eval(py, "'text'").contains("ex")?);
    assert!(eval(py, "{'key': 1}").contains("key")?);
    assert!(eval(py, "(n for n in (1, 2))").contains(2)?);
    raises::<PyTypeError, _, _>(py, eval(py, "5").contains(1));
    raises::<PyTypeError, _, _>(py, eval(py, "'text'").contains(1));
    Ok(())
}

fn iteration(py: Python<'_>) -> PyResult<()> {
    let mut iterator = eval(py, "[1, 'a']").try_iter()?;
    assert!(iterator.next().unwrap()?.eq(1)?);
    assert!(iterator.next().unwrap()?.eq("a")?);
    assert!(iterator.next().is_none());
    assert!(iterator.next().is_none());
    let failing = eval(py, "(1 // (2 - n) for n in range(5))");
    let results: Vec<_> = failing.try_iter()?.collect();
    assert_eq!(results.len(), 3);
    assert!(results[0].is_ok() && results[1].is_ok());
    raises::<PyZeroDivisionError, _, _>(py, results[2].as_ref().map_err(|error| error.clone_ref(py)));
    raises::<PyTypeError, _, _>(py, eval(py, "5").try_iter());
    let sum = eval(py, "range(101)").try_iter()?.map(|item| item.unwrap().extract::<u64>().unwrap()).sum::<u64>();
    assert_eq!(sum, 5050);
    Ok(())
}

fn lengths(py: Python<'_>) -> PyResult<()> {
    assert_eq!(eval(py, "[1, 2]").len()?, 2);
    assert_eq!(eval(py, "range(2**31 - 1)").len()?, i32::MAX as usize);
    assert!(eval(py, "''").is_empty()? && !eval(py, "' '").is_empty()?);
    raises::<PyTypeError, _, _>(py, eval(py, "5").len());
    raises::<PyTypeError, _, _>(py, eval(py, "5").is_empty());
    let code = "
class Length:
    def __len__(self):
        return {}

object = Length()
";
    let negative = define(py, "object", &code.replace("{}", "-1"));
    raises::<PyValueError, _, _>(py, negative.len());
    raises_like(py, negative.len(), &[("object", &negative)], "len(object)");
    raises::<PyZeroDivisionError, _, _>(py, define(py, "object", &code.replace("{}", "1 // 0")).len());
    Ok(())
}

fn truth(py: Python<'_>) -> PyResult<()> {
    for truthy in ["1", "'a'", "[0]", "object()", "True", "-0.5"] {
        assert!(eval(py, truthy).is_truthy()?, "{truthy}");
    }
    for falsy in ["0", "''", "[]", "None", "False", "0.0", "{}"] {
        assert!(!eval(py, falsy).is_truthy()?, "{falsy}");
    }
    assert!(eval(py, "None").is_none() && !eval(py, "0").is_none());
    let failing = define(py, "object", "
class Object:
    def __bool__(self):
        raise ZeroDivisionError

object = Object()
");
    raises::<PyZeroDivisionError, _, _>(py, failing.is_truthy());
    Ok(())
}

fn hashes(py: Python<'_>) -> PyResult<()> {
    for object in ["1", "'text'", "(1, 2)", "None", "-1", "-2", "2**70"] {
        let object = eval(py, object);
        let expected = py.import("builtins")?.getattr("hash")?.call1((&object,))?;
        assert!(expected.eq(object.hash()?)?, "{object:?}");
    }
    raises::<PyTypeError, _, _>(py, eval(py, "[]").hash());
    Ok(())
}

fn representations(py: Python<'_>) -> PyResult<()> {
    let text = eval(py, "'a\\n'");
    assert!(text.repr()? == "'a\\n'" && text.str()? == "a\n");
    assert!(eval(py, "1.5").repr()? == "1.5");
    assert!(eval(py, "[1, 'ä']").str()? == "[1, 'ä']");
    let failing = define(py, "object", "
class Object:
    def __repr__(self):
        return 5

object = Object()
");
    raises::<PyTypeError, _, _>(py, failing.repr());
    raises::<PyTypeError, _, _>(py, failing.str());
    Ok(())
}

fn types_of_objects(py: Python<'_>) -> PyResult<()> {
    let (number, yes) = (eval(py, "5"), eval(py, "True"));
    assert!(number.get_type().is(eval(py, "int")));
    assert_eq!(number.get_type_ptr(), number.get_type().as_type_ptr());
    assert!(number.is_instance(&eval(py, "int"))? && yes.is_instance(&eval(py, "int"))?);
    assert!(number.is_instance(&eval(py, "(str, int)"))? && !number.is_instance(&eval(py, "(str, list)"))?);
    assert!(number.is_exact_instance(&eval(py, "int")) && !yes.is_exact_instance(&eval(py, "int")));
    assert!(number.is_instance_of::<PyInt>() && yes.is_instance_of::<PyInt>() && yes.is_instance_of::<PyAny>());
    assert!(number.is_exact_instance_of::<PyInt>() && !yes.is_exact_instance_of::<PyInt>());
    assert!(!number.is_instance_of::<PyString>());
    raises::<PyTypeError, _, _>(py, number.is_instance(&eval(py, "5")));
    assert!(number.get_type().cast::<PyType>().is_ok());
    let virtual_base = define(py, "Base", "
import abc

class Base(abc.ABC):
    pass

Base.register(int)
");
    assert!(number.is_instance(&virtual_base)?);
    Ok(())
}

fn directories(py: Python<'_>) -> PyResult<()> {
    let object = define(py, "object", OBJECT);
    let names = object.dir()?;
    assert!(names.is_exact_instance_of::<PyList>());
    assert!(names.as_any().contains("value")? && names.as_any().contains("failing")?);
    let failing = define(py, "object", "
class Object:
    def __dir__(self):
        raise ZeroDivisionError

object = Object()
");
    raises::<PyZeroDivisionError, _, _>(py, failing.dir());
    Ok(())
}

fn callables(py: Python<'_>) {
    for callable in ["len", "int", "lambda: 1", "[].append"] {
        assert!(eval(py, callable).is_callable(), "{callable}");
    }
    for other in ["5", "'text'", "None", "object()"] {
        assert!(!eval(py, other).is_callable(), "{other}");
    }
}

fn identity(py: Python<'_>) {
    let list = eval(py, "[]");
    assert!(list.is(&list) && !list.is(eval(py, "[]")));
}
