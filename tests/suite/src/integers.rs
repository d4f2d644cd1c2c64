//! Integers of every width.

use core::num::NonZero;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::PyInt;

use crate::check::{define, eval, is_graalpy, raises, raises_like};

tests![
    bounds,
    far_out_of_bounds,
    every_power_of_two,
    bools_are_integers,
    subclasses,
    index_objects,
    wrong_types,
    failing_index,
    references,
    non_zero,
    new_ints,
];

/// Runs a macro for every type.
macro_rules! every_integer {
    ($run:ident, $py:expr) => {
        $run!($py; i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);
    };
}

/// The bounds go both ways; what is one beyond them overflows, as it does in CPython's `int.to_bytes`.
fn bounds(py: Python<'_>) {
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                let bits = $ty::BITS;
                let signed = $ty::MIN != 0;
                let (low, high) = if signed {
                    (format!("-2**{}", bits - 1), format!("2**{} - 1", bits - 1))
                } else {
                    ("0".to_owned(), format!("2**{bits} - 1"))
                };
                assert_eq!(eval(py, &low).extract::<$ty>().unwrap(), $ty::MIN);
                assert_eq!(eval(py, &high).extract::<$ty>().unwrap(), $ty::MAX);
                assert!($ty::MIN.into_pyobject(py).unwrap().eq(eval(py, &low)).unwrap());
                assert!($ty::MAX.into_pyobject(py).unwrap().eq(eval(py, &high)).unwrap());
                for beyond in [format!("{low} - 1"), format!("{high} + 1")] {
                    let beyond = eval(py, &beyond);
                    raises::<PyOverflowError, _, _>(py, beyond.extract::<$ty>());
                    let code = if signed {
                        format!("value.to_bytes({}, 'little', signed=True)", bits / 8)
                    } else {
                        format!("value.to_bytes({}, 'little')", bits / 8)
                    };
                    // GraalPy's does not in every case.
                    if !is_graalpy(py) {
                        raises_like(py, beyond.extract::<$ty>(), &[("value", &beyond)], &code);
                    }
                }
            )*
        };
    }
    every_integer!(check, py);
}

fn far_out_of_bounds(py: Python<'_>) {
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                for beyond in ["10**40", "-10**40", "2**1000", "-2**1000", "2**128", "-2**127 - 1"] {
                    raises::<PyOverflowError, _, _>(py, eval(py, beyond).extract::<$ty>());
                }
            )*
        };
    }
    every_integer!(check, py);
}

/// Around every power of two: what an interpreter keeps in digits of 30 bits has its edges there.
fn every_power_of_two(py: Python<'_>) {
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                let one = 1_i32.into_pyobject(py).unwrap().into_any();
                for shift in 0..$ty::BITS - u32::from($ty::MIN != 0) {
                    let power = one.lshift(shift).unwrap();
                    for (object, value) in [
                        (power.sub(1).unwrap(), ((1 as $ty) << shift) - 1),
                        (power.clone(), (1 as $ty) << shift),
                        (power.add(1).unwrap(), ((1 as $ty) << shift).wrapping_add(1)),
                    ] {
                        if shift + 1 == $ty::BITS - u32::from($ty::MIN != 0) && value == $ty::MIN {
                            continue;
                        }
                        assert_eq!(object.extract::<$ty>().unwrap(), value);
                        assert!(value.into_pyobject(py).unwrap().eq(&object).unwrap());
                        if $ty::MIN != 0 {
                            let negative = (0 as $ty).wrapping_sub(value);
                            assert_eq!(object.neg().unwrap().extract::<$ty>().unwrap(), negative);
                            assert!(negative.into_pyobject(py).unwrap().eq(object.neg().unwrap()).unwrap());
                        }
                    }
                }
            )*
        };
    }
    every_integer!(check, py);
}

fn bools_are_integers(py: Python<'_>) {
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                assert_eq!(eval(py, "True").extract::<$ty>().unwrap(), 1);
                assert_eq!(eval(py, "False").extract::<$ty>().unwrap(), 0);
            )*
        };
    }
    every_integer!(check, py);
}

fn subclasses(py: Python<'_>) {
    let code = "
class Int(int):
    def __index__(self):
        raise ValueError('an int is its own index')

value, large = Int(5), Int(2**90)
";
    let (value, large) = (define(py, "value", code), define(py, "large", code));
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(assert_eq!(value.extract::<$ty>().unwrap(), 5);)*
        };
    }
    every_integer!(check, py);
    assert_eq!(large.extract::<i128>().unwrap(), 1 << 90);
    raises::<PyOverflowError, _, _>(py, large.extract::<i64>());
}

fn index_objects(py: Python<'_>) {
    let class = define(py, "Index", INDEX);
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                for value in [0, 1, $ty::MAX, $ty::MIN] {
                    assert_eq!(class.call1((value,)).unwrap().extract::<$ty>().unwrap(), value);
                }
                let beyond = class.call1((eval(py, "2**200"),)).unwrap();
                raises::<PyOverflowError, _, _>(py, beyond.extract::<$ty>());
            )*
        };
    }
    every_integer!(check, py);
}

const INDEX: &str = "
class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value
";

/// What is no integer is a `TypeError`, as in `operator.index`: a float too, and what has only `__int__`.
fn wrong_types(py: Python<'_>) {
    let only_int = "
class OnlyInt:
    def __int__(self):
        return 1

value = OnlyInt()
";
    let only_int = define(py, "value", only_int);
    let wrong = ["1.0", "'1'", "b'1'", "None", "[]", "1j", "object()", "int"];
    let wrong = wrong.map(|expression| eval(py, expression));
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                for wrong in wrong.iter().chain([&only_int]) {
                    raises::<PyTypeError, _, _>(py, wrong.extract::<$ty>());
                    raises_like(py, wrong.extract::<$ty>(), &[("value", wrong)], "import operator; operator.index(value)");
                }
            )*
        };
    }
    every_integer!(check, py);
}

fn failing_index(py: Python<'_>) {
    let class = define(py, "Index", INDEX);
    let no_int = class.call1(("1",)).unwrap();
    let error = eval(py, "ZeroDivisionError('in __index__')");
    let failing = class.call1((&error,)).unwrap();
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                raises::<PyTypeError, _, _>(py, no_int.extract::<$ty>());
                let raised = failing.extract::<$ty>().unwrap_err();
                assert!(raised.is_instance_of::<PyZeroDivisionError>(py));
                assert!(raised.value(py).is(&error));
            )*
        };
    }
    every_integer!(check, py);
}

fn references(py: Python<'_>) {
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                assert!((&$ty::MAX).into_pyobject(py).unwrap().eq($ty::MAX).unwrap());
                assert!((&&$ty::MAX).into_pyobject(py).unwrap().eq($ty::MAX).unwrap());
            )*
        };
    }
    every_integer!(check, py);
}

fn non_zero(py: Python<'_>) {
    macro_rules! check {
        ($py:expr; $($ty:ident),*) => {
            $(
                let value = NonZero::<$ty>::MAX;
                assert_eq!(value.into_pyobject(py).unwrap().extract::<NonZero<$ty>>().unwrap(), value);
                assert_eq!((&value).into_pyobject(py).unwrap().extract::<$ty>().unwrap(), $ty::MAX);
                raises::<PyValueError, _, _>(py, eval(py, "0").extract::<NonZero<$ty>>());
                raises::<PyOverflowError, _, _>(py, eval(py, "2**130").extract::<NonZero<$ty>>());
                raises::<PyTypeError, _, _>(py, eval(py, "'0'").extract::<NonZero<$ty>>());
            )*
        };
    }
    every_integer!(check, py);
}

fn new_ints(py: Python<'_>) {
    let int = PyInt::new(py, u64::MAX);
    assert!(int.is_exact_instance_of::<PyInt>());
    assert!(int.eq(eval(py, "2**64 - 1")).unwrap());
    for wide in [i128::MAX.into_pyobject(py), u128::MAX.into_pyobject(py), i128::MIN.into_pyobject(py)] {
        assert!(wide.unwrap().is_exact_instance_of::<PyInt>());
    }
}
