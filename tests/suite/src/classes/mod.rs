//! Classes: `#[pyclass]` and `#[pymethods]`.

mod helpers;

files! {
    making,
    fields,
    properties,
    methods,
    borrowing,
}
