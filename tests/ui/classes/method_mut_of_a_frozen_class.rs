use everypy::prelude::*;

#[pyclass(frozen)]
struct C;

#[pymethods]
impl C {
    fn f(&mut self) {}

    fn g(_slf: PyRefMut<'_, Self>) {}
}

fn main() {}
