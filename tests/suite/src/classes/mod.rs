//! Classes: `#[pyclass]` and `#[pymethods]`.

mod helpers;

// `enums.rs` and `options.rs` wait for enums, and for `freelist`, `generic`, `immutable_type` and `new`.
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
    extending_numbers,
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
    panics,
    layouts_beyond,
    extending_any,
}
