//! Classes: `#[pyclass]` and `#[pymethods]`.

mod helpers;

files! {
    making,
    fields,
    properties,
    methods,
    borrowing,
    text,
    comparisons,
    numbers,
    collections,
    iteration,
    calling,
    attributes,
    awaiting,
    inheritance,
    extending,
    extending_exceptions,
    extending_beyond,
    dict_and_weakref,
    garbage,
    garbage_beyond,
    buffers,
    pickling,
    unsendable,
    destruction,
    threads,
    leaks,
}
