//! Borrowing: any number of readers, or one writer, and an error for everybody else.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::pycell::{PyBorrowError, PyBorrowMutError};

use super::helpers::{script, script_with};
use crate::check::raises;

tests![
    many_readers,
    one_writer,
    readers_keep_writers_out,
    writers_keep_readers_out,
    borrowing_that_panics,
    conflicts_seen_from_python,
    a_call_back_while_borrowed,
    the_same_object_twice,
    fields_and_properties_while_borrowed,
    a_conflict_changes_nothing,
    released_after_errors_and_panics,
    frozen_classes_need_no_borrowing,
    guards_are_the_object,
    guards_without_the_token,
    parts_of_guards,
    guards_from_bound,
    borrows_of_unbound_objects,
    swapped_values,
    extraction_respects_borrows,
    text_of_guards,
];

#[pyclass]
#[derive(Debug)]
struct Cell {
    #[pyo3(get, set)]
    value: i32,
}

#[pymethods]
impl Cell {
    #[new]
    fn new(value: i32) -> Cell {
        Cell { value }
    }

    fn read(&self) -> i32 {
        self.value
    }

    fn write(&mut self, value: i32) {
        self.value = value;
    }

    fn call_while_reading(&self, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        Ok(function.call0()?.unbind())
    }

    fn call_while_writing(&mut self, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.value += 1;
        Ok(function.call0()?.unbind())
    }

    fn call_with_neither(slf: &Bound<'_, Self>, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        slf.borrow_mut().value += 1;
        Ok(function.call0()?.unbind())
    }

    fn add(&mut self, other: &Cell) {
        self.value += other.value;
    }

    fn same(&self, other: &Cell) -> bool {
        core::ptr::eq(self, other)
    }
}

fn cell(py: Python<'_>, value: i32) -> Bound<'_, Cell> {
    Bound::new(py, Cell { value }).unwrap()
}

fn many_readers(py: Python<'_>) {
    let cell = cell(py, 5);
    let first = cell.borrow();
    let second = cell.borrow();
    let third: PyRef<'_, Cell> = cell.try_borrow().unwrap();
    assert_eq!(first.value + second.value + third.value, 15);
    assert!(core::ptr::eq(&*first, &*second));
}

fn one_writer(py: Python<'_>) {
    let cell = cell(py, 5);
    {
        let mut writer = cell.borrow_mut();
        writer.value = 6;
    }
    cell.borrow_mut().value += 1;
    assert_eq!(cell.borrow().value, 7);
}

fn readers_keep_writers_out(py: Python<'_>) {
    let cell = cell(py, 5);
    let first = cell.borrow();
    let second = cell.borrow();
    let error: PyBorrowMutError = cell.try_borrow_mut().unwrap_err();
    assert_eq!(error.to_string(), "Already borrowed");
    assert_eq!(raises::<PyRuntimeError, _, _>(py, Err::<(), _>(error)), "Already borrowed");
    drop(first);
    assert!(cell.try_borrow_mut().is_err());
    drop(second);
    assert!(cell.try_borrow_mut().is_ok());
}

fn writers_keep_readers_out(py: Python<'_>) {
    let cell = cell(py, 5);
    let writer = cell.borrow_mut();
    let error: PyBorrowError = cell.try_borrow().unwrap_err();
    assert_eq!(error.to_string(), "Already mutably borrowed");
    assert_eq!(raises::<PyRuntimeError, _, _>(py, Err::<(), _>(error)), "Already mutably borrowed");
    assert!(cell.try_borrow_mut().is_err());
    drop(writer);
    assert!(cell.try_borrow().is_ok());
}

fn borrowing_that_panics(py: Python<'_>) {
    let panics = |body: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_err();
    let cell = cell(py, 5);
    let reader = cell.borrow();
    assert!(panics(&|| drop(cell.borrow_mut())));
    drop(reader);
    let writer = cell.borrow_mut();
    assert!(panics(&|| drop(cell.borrow())));
    assert!(panics(&|| drop(cell.borrow_mut())));
    drop(writer);
    assert!(!panics(&|| drop(cell.borrow_mut())));
}

fn conflicts_seen_from_python(py: Python<'_>) {
    let cell = cell(py, 5);
    let reader = cell.borrow();
    let code = "
assert cell.read() == 5 and cell.value == 5
assert raises(RuntimeError, cell.write, 6) == 'Already borrowed'
";
    script_with(py, &[], &[("cell", cell.as_any())], code);
    drop(reader);
    let writer = cell.borrow_mut();
    let code = "
assert raises(RuntimeError, cell.read) == 'Already mutably borrowed'
assert raises(RuntimeError, cell.write, 6) == 'Already borrowed'
";
    script_with(py, &[], &[("cell", cell.as_any())], code);
    drop(writer);
    script_with(py, &[], &[("cell", cell.as_any())], "cell.write(cell.read() + 1)");
    assert_eq!(cell.borrow().value, 6);
}

fn a_call_back_while_borrowed(py: Python<'_>) {
    let code = "
cell = Cell(5)
assert cell.call_while_reading(cell.read) == 5
assert cell.call_while_reading(lambda: cell.call_while_reading(cell.read)) == 5
assert raises(RuntimeError, cell.call_while_reading, lambda: cell.write(7)) == 'Already borrowed'
assert raises(RuntimeError, cell.call_while_writing, cell.read) == 'Already mutably borrowed'
assert raises(RuntimeError, cell.call_while_writing, lambda: cell.write(7)) == 'Already borrowed'
assert cell.call_with_neither(cell.read) == 8
cell.call_with_neither(lambda: cell.write(7))
assert cell.read() == 7
";
    script(py, &[py.get_type::<Cell>()], code);
}

fn the_same_object_twice(py: Python<'_>) {
    let code = "
cell = Cell(5)
assert cell.same(cell) and not cell.same(Cell(5))
cell.add(Cell(2))
assert cell.value == 7
text = raises(RuntimeError, cell.add, cell)
assert 'Already mutably borrowed' in text, text
assert cell.value == 7
";
    script(py, &[py.get_type::<Cell>()], code);
}

fn fields_and_properties_while_borrowed(py: Python<'_>) {
    let code = "
cell = Cell(5)
assert cell.call_while_reading(lambda: cell.value) == 5
assert raises(RuntimeError, cell.call_while_reading, lambda: setattr(cell, 'value', 1)) == 'Already borrowed'
assert raises(RuntimeError, cell.call_while_writing, lambda: cell.value) == 'Already mutably borrowed'
assert cell.value == 6
";
    script(py, &[py.get_type::<Cell>()], code);
}

fn a_conflict_changes_nothing(py: Python<'_>) {
    let cell = cell(py, 5);
    for _ in 0..3 {
        let reader = cell.borrow();
        for _ in 0..3 {
            assert!(cell.try_borrow_mut().is_err());
            assert!(cell.call_method1("write", (6,)).is_err());
        }
        assert_eq!(reader.value, 5);
    }
    for _ in 0..3 {
        let writer = cell.borrow_mut();
        assert!(cell.try_borrow().is_err());
        assert!(cell.call_method0("read").is_err());
        assert_eq!(writer.value, 5);
    }
    assert!(cell.try_borrow_mut().is_ok());
}

fn released_after_errors_and_panics(py: Python<'_>) {
    let code = "
cell = Cell(5)
def fail():
    raise KeyError(1)

for call in (cell.call_while_reading, cell.call_while_writing):
    raises(KeyError, call, fail)
    raises(TypeError, call, 5)
    raises(TypeError, call)
cell.write(1)
assert cell.read() == 1
";
    script(py, &[py.get_type::<Cell>()], code);
    let cell = cell(py, 5);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _writer = cell.borrow_mut();
        panic!("while borrowed");
    }));
    assert!(outcome.is_err());
    assert!(cell.try_borrow_mut().is_ok());
}

#[pyclass(frozen)]
struct Frozen {
    #[pyo3(get)]
    value: i32,
    mutable: std::sync::atomic::AtomicI32,
}

#[pymethods]
impl Frozen {
    fn add(&self, amount: i32) -> i32 {
        self.mutable.fetch_add(amount, std::sync::atomic::Ordering::SeqCst) + amount
    }

    fn call(&self, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        Ok(function.call0()?.unbind())
    }
}

fn frozen_classes_need_no_borrowing(py: Python<'_>) -> PyResult<()> {
    let frozen = Bound::new(py, Frozen { value: 5, mutable: 0.into() })?;
    let value: &Frozen = frozen.get();
    assert_eq!(value.value, 5);
    let guard = frozen.borrow();
    assert_eq!(frozen.call_method1("add", (2,))?.extract::<i32>()?, 2);
    assert_eq!(guard.mutable.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert!(core::ptr::eq(&*guard, value));
    let unbound = frozen.clone().unbind();
    assert_eq!(unbound.get().value, 5);
    let code = "
assert frozen.call(lambda: frozen.add(3)) == 5
raises(AttributeError, setattr, frozen, 'value', 1)
";
    script_with(py, &[], &[("frozen", frozen.as_any())], code);
    Ok(())
}

fn guards_are_the_object(py: Python<'_>) -> PyResult<()> {
    let cell = cell(py, 5);
    let guard = cell.borrow();
    assert_eq!(guard.as_ptr(), cell.as_ptr());
    let back: Bound<'_, Cell> = guard.into_pyobject(py).unwrap();
    assert!(back.is(&cell));
    let guard = cell.borrow_mut();
    assert_eq!(guard.as_ptr(), cell.as_ptr());
    {
        let borrowed: Borrowed<'_, '_, Cell> = (&guard).into_pyobject(py).unwrap();
        assert!(borrowed.is(&cell));
        assert!(cell.try_borrow().is_err());
    }
    drop(guard);
    let list = pyo3::types::PyList::new(py, [cell.borrow(), cell.borrow()])?;
    assert!(list.get_item(0)?.is(&cell));
    // Given away, it is not borrowed any more.
    assert!(cell.try_borrow_mut().is_ok());
    let guard = cell.borrow();
    assert!(guard.py().None().is_none(py));
    Ok(())
}

fn guards_without_the_token(py: Python<'_>) -> PyResult<()> {
    let cell = cell(py, 5);
    {
        let first: PyClassGuard<'_, Cell> = cell.as_any().extract()?;
        let second: PyClassGuard<'_, Cell> = PyClassGuard::try_from(&cell).unwrap();
        assert_eq!(first.value + second.value, 10);
        assert!(PyClassGuardMut::try_from(&cell).is_err());
        // They may be held while others run.
        py.detach(|| assert_eq!(first.value, 5));
    }
    {
        let mut writer: PyClassGuardMut<'_, Cell> = cell.as_any().extract()?;
        py.detach(|| writer.value = 7);
        assert!(PyClassGuard::try_from(&cell).is_err());
        assert!(cell.as_any().extract::<PyClassGuard<'_, Cell>>().is_err());
    }
    assert_eq!(cell.borrow().value, 7);
    Ok(())
}

fn parts_of_guards(py: Python<'_>) -> PyResult<()> {
    let cell = cell(py, 5);
    {
        let guard: PyClassGuard<'_, Cell> = cell.as_any().extract()?;
        let part = guard.map(|cell| &cell.value);
        assert_eq!(*part, 5);
        assert!(cell.try_borrow_mut().is_err());
    }
    {
        let guard: PyClassGuardMut<'_, Cell> = cell.as_any().extract()?;
        let mut part = guard.map(|cell| &mut cell.value);
        *part += 1;
        assert!(cell.try_borrow().is_err());
    }
    assert_eq!(cell.borrow().value, 6);
    Ok(())
}

fn guards_from_bound(py: Python<'_>) -> PyResult<()> {
    let cell = cell(py, 5);
    let reader = PyRef::try_from(&cell).unwrap();
    assert_eq!(reader.value, 5);
    let error: PyBorrowMutError = PyRefMut::try_from(&cell).unwrap_err();
    assert_eq!(error.to_string(), "Already borrowed");
    drop(reader);
    PyRefMut::try_from(&cell).unwrap().value = 6;
    assert_eq!(cell.as_any().extract::<PyRef<'_, Cell>>()?.value, 6);
    Ok(())
}

fn borrows_of_unbound_objects(py: Python<'_>) {
    let cell = cell(py, 5).unbind();
    assert_eq!(cell.borrow(py).value, 5);
    cell.borrow_mut(py).value = 6;
    let reader = cell.try_borrow(py).unwrap();
    assert!(cell.try_borrow_mut(py).is_err());
    assert_eq!(reader.value, 6);
}

fn swapped_values(py: Python<'_>) {
    let (first, second) = (cell(py, 1), cell(py, 2));
    core::mem::swap(&mut *first.borrow_mut(), &mut *second.borrow_mut());
    assert_eq!((first.borrow().value, second.borrow().value), (2, 1));
    assert_eq!(core::mem::replace(&mut *first.borrow_mut(), Cell { value: 3 }).value, 2);
    assert_eq!(first.borrow().value, 3);
}

#[pyfunction]
fn both(a: PyRefMut<'_, Cell>, b: PyRefMut<'_, Cell>) -> i32 {
    a.value + b.value
}

fn extraction_respects_borrows(py: Python<'_>) -> PyResult<()> {
    let cell = cell(py, 5);
    let writer = cell.borrow_mut();
    assert!(cell.as_any().extract::<PyRef<'_, Cell>>().is_err());
    let error: PyErr = cell.as_any().extract::<PyRefMut<'_, Cell>>().unwrap_err();
    let text = raises::<PyRuntimeError, _, _>(py, Err::<(), _>(error));
    assert!(text.contains("Already borrowed"), "{text}");
    drop(writer);
    let both = wrap_pyfunction!(both, py)?;
    raises::<PyRuntimeError, _, _>(py, both.call1((&cell, &cell)));
    // The first of them has been given back.
    assert!(cell.try_borrow_mut().is_ok());
    Ok(())
}

fn text_of_guards(py: Python<'_>) {
    #[pyclass]
    #[derive(Debug)]
    struct Shown {
        _number: i32,
    }
    let shown = Bound::new(py, Shown { _number: 5 }).unwrap();
    assert_eq!(format!("{:?}", shown.borrow()), format!("{:?}", &*shown.borrow()));
    assert_eq!(format!("{:?}", shown.borrow_mut()), "Shown { _number: 5 }");
}
