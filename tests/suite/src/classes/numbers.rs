//! Operators: binary, reflected, in place, unary; conversions to numbers and to `bool`.

use pyo3::exceptions::{PyValueError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::PyNotImplemented;

use super::helpers::{script, too_few_arguments};

tests![
    binary_operators,
    reflected_operators,
    operators_in_place,
    in_place_returns_the_object_itself,
    powers,
    powers_in_place,
    unary_operators,
    conversions_to_numbers,
    truth,
    truth_that_fails,
    unknown_operands,
    only_reflected,
    not_implemented_by_hand,
    operators_that_fail,
    operators_of_subclasses,
    an_operand_twice,
    rounding_is_a_plain_method,
    in_place_without_the_method,
];

/// Remembers what was done to it.
#[pyclass(subclass)]
struct Term {
    #[pyo3(get)]
    text: String,
}

#[pymethods]
impl Term {
    #[new]
    fn new(text: String) -> Term {
        Term { text }
    }

    fn __add__(&self, other: i32) -> String {
        format!("{} + {other}", self.text)
    }

    fn __radd__(&self, other: i32) -> String {
        format!("{other} + {}", self.text)
    }

    fn __iadd__(&mut self, other: i32) {
        self.text += &format!(" += {other}");
    }

    fn __sub__(&self, other: i32) -> String {
        format!("{} - {other}", self.text)
    }

    fn __rsub__(&self, other: i32) -> String {
        format!("{other} - {}", self.text)
    }

    fn __isub__(&mut self, other: i32) -> PyResult<()> {
        if other == 0 {
            return Err(PyValueError::new_err("nothing to do"));
        }
        self.text += &format!(" -= {other}");
        Ok(())
    }

    fn __mul__(&self, other: i32) -> String {
        format!("{} * {other}", self.text)
    }

    fn __rmul__(&self, other: i32) -> String {
        format!("{other} * {}", self.text)
    }

    fn __imul__(&mut self, other: i32) {
        self.text += &format!(" *= {other}");
    }

    fn __matmul__(&self, other: i32) -> String {
        format!("{} @ {other}", self.text)
    }

    fn __rmatmul__(&self, other: i32) -> String {
        format!("{other} @ {}", self.text)
    }

    fn __imatmul__(&mut self, other: i32) {
        self.text += &format!(" @= {other}");
    }

    fn __truediv__(&self, other: i32) -> PyResult<String> {
        if other == 0 {
            return Err(PyZeroDivisionError::new_err("by zero"));
        }
        Ok(format!("{} / {other}", self.text))
    }

    fn __rtruediv__(&self, other: i32) -> String {
        format!("{other} / {}", self.text)
    }

    fn __itruediv__(&mut self, other: i32) {
        self.text += &format!(" /= {other}");
    }

    fn __floordiv__(&self, other: i32) -> String {
        format!("{} // {other}", self.text)
    }

    fn __rfloordiv__(&self, other: i32) -> String {
        format!("{other} // {}", self.text)
    }

    fn __ifloordiv__(&mut self, other: i32) {
        self.text += &format!(" //= {other}");
    }

    fn __mod__(&self, other: i32) -> String {
        format!("{} % {other}", self.text)
    }

    fn __rmod__(&self, other: i32) -> String {
        format!("{other} % {}", self.text)
    }

    fn __imod__(&mut self, other: i32) {
        self.text += &format!(" %= {other}");
    }

    fn __divmod__(&self, other: i32) -> (String, i32) {
        (self.text.clone(), other)
    }

    fn __rdivmod__(&self, other: i32) -> (i32, String) {
        (other, self.text.clone())
    }

    fn __lshift__(&self, other: i32) -> String {
        format!("{} << {other}", self.text)
    }

    fn __rlshift__(&self, other: i32) -> String {
        format!("{other} << {}", self.text)
    }

    fn __ilshift__(&mut self, other: i32) {
        self.text += &format!(" <<= {other}");
    }

    fn __rshift__(&self, other: i32) -> String {
        format!("{} >> {other}", self.text)
    }

    fn __rrshift__(&self, other: i32) -> String {
        format!("{other} >> {}", self.text)
    }

    fn __irshift__(&mut self, other: i32) {
        self.text += &format!(" >>= {other}");
    }

    fn __and__(&self, other: i32) -> String {
        format!("{} & {other}", self.text)
    }

    fn __rand__(&self, other: i32) -> String {
        format!("{other} & {}", self.text)
    }

    fn __iand__(&mut self, other: i32) {
        self.text += &format!(" &= {other}");
    }

    fn __or__(&self, other: i32) -> String {
        format!("{} | {other}", self.text)
    }

    fn __ror__(&self, other: i32) -> String {
        format!("{other} | {}", self.text)
    }

    fn __ior__(&mut self, other: i32) {
        self.text += &format!(" |= {other}");
    }

    fn __xor__(&self, other: i32) -> String {
        format!("{} ^ {other}", self.text)
    }

    fn __rxor__(&self, other: i32) -> String {
        format!("{other} ^ {}", self.text)
    }

    fn __ixor__(&mut self, other: i32) {
        self.text += &format!(" ^= {other}");
    }

    fn __pow__(&self, other: i32, modulus: Option<i32>) -> String {
        format!("{} ** {other} {modulus:?}", self.text)
    }

    fn __rpow__(&self, other: i32, modulus: Option<i32>) -> String {
        format!("{other} ** {} {modulus:?}", self.text)
    }

    fn __ipow__(&mut self, other: i32, _modulus: Option<i32>) {
        self.text += &format!(" **= {other}");
    }

    fn __neg__(&self) -> String {
        format!("-{}", self.text)
    }

    fn __pos__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __abs__(&self) -> usize {
        self.text.len()
    }

    fn __invert__(&self) -> PyResult<String> {
        Err(PyValueError::new_err("no opposite"))
    }
}

const OPERATORS: &str = "
import operator
operators = {
    '+': 'add', '-': 'sub', '*': 'mul', '@': 'matmul', '/': 'truediv', '//': 'floordiv', '%': 'mod',
    '<<': 'lshift', '>>': 'rshift', '&': 'and_', '|': 'or_', '^': 'xor',
}
";

fn term(py: Python<'_>, code: &str) {
    script(py, &[py.get_type::<Term>()], &format!("{OPERATORS}{code}"));
}

fn binary_operators(py: Python<'_>) {
    let code = "
for sign, name in operators.items():
    assert getattr(operator, name)(Term('t'), 5) == 't %s 5' % sign, sign
assert divmod(Term('t'), 5) == ('t', 5)
assert Term('t') + 5 == 't + 5' and Term('t') << 1 == 't << 1'
assert Term('t').__add__(5) == 't + 5'
";
    term(py, code);
}

fn reflected_operators(py: Python<'_>) {
    let code = "
for sign, name in operators.items():
    assert getattr(operator, name)(5, Term('t')) == '5 %s t' % sign, sign
assert divmod(5, Term('t')) == (5, 't')
assert 5 - Term('t') == '5 - t'
assert Term('t').__rsub__(5) == '5 - t'
";
    term(py, code);
}

fn operators_in_place(py: Python<'_>) {
    let code = "
for sign, name in operators.items():
    changed = getattr(operator, 'i' + name.rstrip('_'))(Term('t'), 5)
    assert type(changed) is Term and changed.text == 't %s= 5' % sign, sign
";
    term(py, code);
}

fn in_place_returns_the_object_itself(py: Python<'_>) {
    let code = "
term = before = Term('t')
term += 1
term -= 2
term @= 3
assert term is before and term.text == 't += 1 -= 2 @= 3'
assert term.__iadd__(4) is term
";
    term(py, code);
}

#[pyclass]
struct OnlyAdd(i32);

#[pymethods]
impl OnlyAdd {
    #[new]
    fn new(value: i32) -> OnlyAdd {
        OnlyAdd(value)
    }

    #[getter]
    fn value(&self) -> i32 {
        self.0
    }

    fn __add__(&self, other: &OnlyAdd) -> OnlyAdd {
        OnlyAdd(self.0 + other.0)
    }
}

fn in_place_without_the_method(py: Python<'_>) {
    let code = "
one = before = OnlyAdd(1)
one += OnlyAdd(2)
assert one is not before and (one.value, before.value) == (3, 1)
assert sum([OnlyAdd(1), OnlyAdd(2)], OnlyAdd(0)).value == 3
";
    script(py, &[py.get_type::<OnlyAdd>()], code);
    too_few_arguments(py, &[py.get_type::<OnlyAdd>()], &["OnlyAdd(1).__add__()"]);
}

fn powers(py: Python<'_>) {
    let code = "
assert Term('t') ** 5 == 't ** 5 None'
assert pow(Term('t'), 5) == 't ** 5 None'
assert pow(Term('t'), 5, 7) == 't ** 5 Some(7)'
assert 5 ** Term('t') == '5 ** t None'
raises(TypeError, lambda: Term('t') ** 'a')
";
    term(py, code);
}

fn powers_in_place(py: Python<'_>) {
    let code = "
term = before = Term('t')
term **= 3
assert term is before and term.text == 't **= 3'
";
    term(py, code);
}

fn unary_operators(py: Python<'_>) {
    let code = "
term = Term('abc')
assert -term == '-abc' and +term is term and abs(term) == 3
assert raises(ValueError, lambda: ~term) == 'no opposite'
raises(TypeError, lambda: -OnlyAdd(1))
raises(TypeError, abs, OnlyAdd(1))
";
    script(py, &[py.get_type::<Term>(), py.get_type::<OnlyAdd>()], code);
}

#[pyclass]
struct Number(f64);

#[pymethods]
impl Number {
    #[new]
    fn new(value: f64) -> Number {
        Number(value)
    }

    fn __int__(&self) -> i64 {
        self.0 as i64
    }

    fn __float__(&self) -> f64 {
        self.0
    }

    fn __index__(&self) -> PyResult<i64> {
        if self.0.fract() != 0.0 {
            return Err(PyValueError::new_err("not whole"));
        }
        Ok(self.0 as i64)
    }

    fn __complex__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(py.get_type::<pyo3::types::PyFloat>().call1((self.0,))?.call_method1("__add__", (0.0,))?.unbind())
    }

    #[pyo3(signature = (digits = None))]
    fn __round__(&self, digits: Option<i32>) -> String {
        format!("{} {digits:?}", self.0)
    }

    fn __trunc__(&self) -> &'static str {
        "trunc"
    }

    fn __bool__(&self) -> PyResult<bool> {
        if self.0.is_nan() {
            return Err(PyValueError::new_err("neither"));
        }
        Ok(self.0 != 0.0)
    }
}

fn conversions_to_numbers(py: Python<'_>) -> PyResult<()> {
    let code = "
assert int(Number(2.5)) == 2 and float(Number(2.5)) == 2.5
assert [10, 11, 12][Number(2)] == 12 and hex(Number(255)) == '0xff' and list(range(Number(2))) == [0, 1]
assert raises(ValueError, lambda: [10][Number(0.5)]) == 'not whole'
assert raises(ValueError, range, Number(0.5)) == 'not whole'
import math
assert math.sqrt(Number(4)) == 2
";
    script(py, &[py.get_type::<Number>()], code);
    let number = Bound::new(py, Number(7.0))?;
    assert_eq!(number.extract::<f64>()?, 7.0);
    assert_eq!(number.extract::<u8>()?, 7);
    Ok(())
}

fn truth(py: Python<'_>) -> PyResult<()> {
    let code = "
assert Number(1) and not Number(0) and bool(Number(2)) is True and (not Number(0)) is True
assert [n for n in (0, 1, 2) if Number(n)] == [1, 2]
assert Number(1).__bool__() is True
# Without the method everything is true.
assert OnlyAdd(0)
";
    script(py, &[py.get_type::<Number>(), py.get_type::<OnlyAdd>()], code);
    assert!(!Bound::new(py, Number(0.0))?.is_truthy()?);
    Ok(())
}

fn truth_that_fails(py: Python<'_>) {
    let code = "
nan = Number(float('nan'))
assert raises(ValueError, bool, nan) == 'neither'
assert raises(ValueError, lambda: not nan) == 'neither'
assert raises(ValueError, lambda: [1 for _ in 'a' if nan]) == 'neither'
";
    script(py, &[py.get_type::<Number>()], code);
}

/// What cannot be converted gets `NotImplemented`, so that the other side is asked, and the interpreter raises at last.
fn unknown_operands(py: Python<'_>) {
    let code = "
term = Term('t')
for sign, name in operators.items():
    raises(TypeError, getattr(operator, name), term, 'a' if name != 'mod' else None)
    raises(TypeError, getattr(operator, name), None, term)
    raises(TypeError, getattr(operator, 'i' + name.rstrip('_')), term, None)
assert term.text == 't'
assert term.__add__('a') is NotImplemented and term.__radd__('a') is NotImplemented
assert term.__iadd__('a') is NotImplemented
raises(TypeError, divmod, term, 'a')
text = raises(TypeError, lambda: term + None)
assert 'unsupported operand type' in text, text

class Other:
    def __radd__(self, other): return 'other'
    def __add__(self, other): return 'this'

assert term + Other() == 'other' and Other() + term == 'this'
# Where changing in place is not implemented, the plain operator is asked.
term += Other()
assert term == 'other'
";
    term(py, code);
}

#[pyclass]
struct Reflected;

#[pymethods]
impl Reflected {
    #[new]
    fn new() -> Reflected {
        Reflected
    }

    fn __radd__(&self, other: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(format!("{}+", other.get_type().name()?))
    }

    fn __rpow__(&self, other: &Bound<'_, PyAny>, _modulus: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(format!("{}**", other.get_type().name()?))
    }
}

fn only_reflected(py: Python<'_>) {
    let code = "
reflected = Reflected()
assert 1 + reflected == 'int+' and 'a'.__class__ is str
assert 2 ** reflected == 'int**'
assert None + reflected == 'NoneType+'
raises(TypeError, lambda: reflected + 1)
raises(TypeError, lambda: reflected ** 1)
";
    script(py, &[py.get_type::<Reflected>()], code);
}

#[pyclass]
struct ByHand;

#[pymethods]
impl ByHand {
    #[new]
    fn new() -> ByHand {
        ByHand
    }

    fn __add__(&self, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = other.py();
        if other.is_none() { Ok(PyNotImplemented::get(py).to_owned().into_any().unbind()) } else { Ok(py.None()) }
    }

    fn __mul__(&self, _other: &Bound<'_, PyAny>) -> i32 {
        panic!("in an operator")
    }
}

fn not_implemented_by_hand(py: Python<'_>) {
    let code = "
assert ByHand() + 1 is None
raises(TypeError, lambda: ByHand() + None)
";
    script(py, &[py.get_type::<ByHand>()], code);
}

fn operators_that_fail(py: Python<'_>) {
    let code = "
assert raises(ZeroDivisionError, lambda: Term('t') / 0) == 'by zero'
term = Term('t')
def subtract():
    global term
    term -= 0

assert raises(ValueError, subtract) == 'nothing to do'
assert term.text == 't'
try:
    ByHand() * 1
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'in an operator'
else:
    raise AssertionError('no panic')
";
    script(py, &[py.get_type::<Term>(), py.get_type::<ByHand>()], code);
}

fn operators_of_subclasses(py: Python<'_>) {
    let code = "
class Sub(Term):
    pass

class Own(Term):
    def __add__(self, other): return 'own'
    def __radd__(self, other): return 'own reflected'

assert Sub('t') + 1 == 't + 1' and 1 + Sub('t') == '1 + t'
assert Own('t') + 1 == 'own' and 1 + Own('t') == 'own reflected'
# A subclass on the right that has a method of its own is asked first.
assert Term('t') + Own('u') == 'own reflected'
own = Own('t')
own += 1
assert own.text == 't += 1' and type(own) is Own
";
    term(py, code);
}

#[pyclass]
struct Vector(Vec<i32>);

#[pymethods]
impl Vector {
    #[new]
    fn new(values: Vec<i32>) -> Vector {
        Vector(values)
    }

    #[getter]
    fn values(&self) -> Vec<i32> {
        self.0.clone()
    }

    fn __add__(&self, other: &Vector) -> Vector {
        Vector(self.0.iter().zip(&other.0).map(|(a, b)| a + b).collect())
    }

    fn __iadd__(&mut self, other: &Vector) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a += b;
        }
    }
}

/// `&mut self` and `&other` cannot be the same; adding to itself falls back to the plain operator.
fn an_operand_twice(py: Python<'_>) {
    let code = "
vector = Vector([1, 2])
assert (vector + vector).values == [2, 4]
vector += Vector([1, 1])
assert vector.values == [2, 3]
before = vector
vector += vector
assert vector.values == [4, 6] and before.values == [2, 3]
";
    script(py, &[py.get_type::<Vector>()], code);
}

fn rounding_is_a_plain_method(py: Python<'_>) {
    let code = "
import math
assert round(Number(2.5)) == '2.5 None' and round(Number(2.5), 3) == '2.5 Some(3)'
assert math.trunc(Number(2.5)) == 'trunc'
";
    script(py, &[py.get_type::<Number>()], code);
}
