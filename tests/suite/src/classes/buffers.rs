//! `__getbuffer__` and `__releasebuffer__`.

use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;

use super::helpers::{Mark, Tally, collect, pypy_before, script, script_with, unraisable};
use crate::check::{after_collection, is_cpython, is_graalpy, is_pypy};

tests![
    bytes_are_read,
    bytes_are_written,
    released_by_consumers,
    refused_views,
    failing_views,
    panicking_views,
    views_without_release,
    views_of_python_subclasses,
    views_while_borrowed,
    not_every_class_has_a_buffer,
    read_only_memory,
    released_once_for_each_view,
    consumers_of_the_standard_library,
    many_dimensions,
    release_that_panics,
    views_keep_the_object_alive,
    views_of_derived_classes,
];

/// Fills a view of plain bytes.
///
/// # Safety
///
/// `view` is null or to be filled, and the memory stays as long as the view.
unsafe fn fill(
    object: &Bound<'_, PyAny>,
    view: *mut ffi::Py_buffer,
    data: &[u8],
    is_readonly: bool,
    flags: c_int,
) -> PyResult<()> {
    let length = isize::try_from(data.len()).expect("as long as memory is");
    // SAFETY: by the caller's promise; attached.
    let status = unsafe {
        ffi::PyBuffer_FillInfo(
            view,
            object.as_ptr(),
            data.as_ptr().cast_mut().cast(),
            length,
            c_int::from(is_readonly),
            flags,
        )
    };
    if status == 0 { Ok(()) } else { Err(PyErr::fetch(object.py())) }
}

/// Memory that does not move while anybody looks at it.
#[pyclass(subclass, frozen)]
struct Memory {
    data: Box<[u8]>,
    readonly: bool,
    views: AtomicUsize,
    released: AtomicUsize,
    _mark: Option<Mark>,
}

#[pymethods]
impl Memory {
    #[new]
    #[pyo3(signature = (length, readonly = false, tally = None))]
    fn new(length: u8, readonly: bool, tally: Option<&Bound<'_, Tally>>) -> Memory {
        Memory {
            data: (0..length).collect(),
            readonly,
            views: AtomicUsize::new(0),
            released: AtomicUsize::new(0),
            _mark: tally.map(Mark::new),
        }
    }

    #[getter]
    fn views(&self) -> usize {
        self.views.load(Ordering::SeqCst)
    }

    #[getter]
    fn released(&self) -> usize {
        self.released.load(Ordering::SeqCst)
    }

    #[getter]
    fn sum(&self) -> u32 {
        // SAFETY: of the object; views write through the same pointer.
        (0..self.data.len()).map(|place| u32::from(unsafe { ptr::read_volatile(&raw const self.data[place]) })).sum()
    }

    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let memory = slf.get();
        // SAFETY: the data lives as long as the object, to which the view has a reference.
        unsafe { fill(slf.as_any(), view, &memory.data, memory.readonly, flags)? };
        memory.views.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    unsafe fn __releasebuffer__(&self, view: *mut ffi::Py_buffer) {
        // SAFETY: the view that was filled.
        assert_eq!(unsafe { (*view).buf }.cast_const(), self.data.as_ptr().cast());
        self.released.fetch_add(1, Ordering::SeqCst);
    }
}

/// Gives code `late`, which says whether a view is released when the consumer's own object is collected rather than when
/// the consumer is done with it, and `settled()`, after which all of those are released that nobody has any more.
fn with_release(py: Python<'_>, code: &str) -> String {
    let late = if releases_late(py) { "True" } else { "False" };
    format!(
        "
import gc
late = {late}

def settled():
    if late:
        for _ in range(3):
            gc.collect()

{code}"
    )
}

/// PyPy 7.3.11 and 8.0; 7.3.19 does not.
fn releases_late(py: Python<'_>) -> bool {
    is_pypy(py) && (pypy_before(py, (7, 3, 19)) || !pypy_before(py, (8, 0, 0)))
}

fn memory(py: Python<'_>, code: &str) {
    let code = with_release(py, &format!("memory = Memory(4)\n{code}"));
    script(py, &[py.get_type::<Memory>()], &code);
}

fn bytes_are_read(py: Python<'_>) {
    let code = "
with memoryview(memory) as view:
    assert view.tobytes() == b'\\0\\1\\2\\3' and view.nbytes == len(view) == 4 and view.format == 'B'
    assert view[1] == 1 and view[-1] == 3 and view[1:3].tolist() == [1, 2] and view.itemsize == 1
    assert view.ndim == 1 and view.shape == (4,) and view.strides == (1,) and view.obj is memory
assert bytes(memory) == b'\\0\\1\\2\\3' == bytearray(memory)
assert bytes(Memory(0)) == b''
";
    memory(py, code);
}

fn bytes_are_written(py: Python<'_>) {
    let code = "
with memoryview(memory) as view:
    assert not view.readonly
    view[0] = 10
    view[2:] = b'\\x14\\x1e'
assert bytes(memory) == b'\\x0a\\x01\\x14\\x1e' and memory.sum == 61
";
    memory(py, code);
}

fn read_only_memory(py: Python<'_>) {
    let code = "
import io

# Asks for memory that can be written to; how it is refused is the reader's own matter.
def refused(function, *arguments):
    try:
        function(*arguments)
    except (TypeError, BufferError, ValueError):
        return True

constant = Memory(4, readonly=True)
with memoryview(constant) as view:
    assert view.readonly and view.tolist() == [0, 1, 2, 3]
    raises(TypeError, view.__setitem__, 0, 5)
assert refused(io.BytesIO(b'abc').readinto, constant)
del view
settled()
assert constant.sum == 6 and constant.views == constant.released
";
    memory(py, code);
}

fn released_once_for_each_view(py: Python<'_>) {
    let code = "
assert (memory.views, memory.released) == (0, 0)
first, second = memoryview(memory), memoryview(memory)
assert (memory.views, memory.released) == (2, 0)
part = first[1:]
first.release()
part.release()
first.release()
assert (memory.views, memory.released) == (2, 0 if late else 1)
del first, part
settled()
assert (memory.views, memory.released) == (2, 1)
with second:
    pass
raises(ValueError, second.tobytes)
del second
settled()
assert (memory.views, memory.released) == (2, 2)
for _ in range(100):
    with memoryview(memory):
        pass
settled()
assert (memory.views, memory.released) == (102, 102)
";
    memory(py, code);
}

fn consumers_of_the_standard_library(py: Python<'_>) {
    let code = "
import binascii, hashlib, io
assert b''.join([memory, b'x']) == b'\\0\\1\\2\\3x'
assert hashlib.md5(memory).digest() == hashlib.md5(bytes(range(4))).digest()
assert binascii.hexlify(memory) == b'00010203' and bytearray(b'a').join([memory, memory])[4:5] == b'a'
assert io.BytesIO(b'wxyz').readinto(memory) == 4 and bytes(memory) == b'wxyz'
assert io.BytesIO().write(memory) == 4 and memoryview(memory) == b'wxyz'
";
    memory(py, code);
    // PyPy 8.0 does not look for buffers of native classes there.
    let code = if is_pypy(py) && !pypy_before(py, (8, 0, 0)) {
        "
raises(TypeError, struct.unpack_from, '<I', memory)
raises(TypeError, struct.pack_into, '<H', memory, 2, 0x4142)
"
    } else {
        "
assert struct.unpack_from('<I', memory) == (0x03020100,)
struct.pack_into('<H', memory, 2, 0x4142)
assert bytes(memory) == b'\\0\\1BA'
"
    };
    memory(py, &format!("import struct\n{code}"));
}

/// By CPython at once; elsewhere perhaps when the consumer's own object is collected, and never more than once.
fn released_by_consumers(py: Python<'_>) {
    let code = "
import gc, hashlib
bytes(memory)
b''.join([memory])
hashlib.md5(memory)
gc.collect()
assert 0 <= memory.released <= memory.views == 3, (memory.views, memory.released)
";
    let exact = if is_cpython(py) { "assert memory.released == 3" } else { "" };
    memory(py, &format!("{code}{exact}"));
}

/// Two rows of three 16-bit numbers.
#[pyclass(frozen)]
struct Matrix {
    numbers: [i16; 6],
    shape: [isize; 2],
    strides: [isize; 2],
    released: AtomicUsize,
}

#[pymethods]
impl Matrix {
    #[new]
    fn new() -> Matrix {
        Matrix { numbers: [1, 2, 3, -4, 5, 6], shape: [2, 3], strides: [6, 2], released: AtomicUsize::new(0) }
    }

    #[getter]
    fn released(&self) -> usize {
        self.released.load(Ordering::SeqCst)
    }

    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("only to be read"));
        }
        let matrix = slf.get();
        // SAFETY: the view is to be filled; all that it points to is in the object, which it keeps alive.
        unsafe {
            (*view).buf = (&raw const matrix.numbers).cast_mut().cast();
            (*view).len = 12;
            (*view).itemsize = 2;
            (*view).readonly = 1;
            (*view).ndim = 2;
            (*view).format = c"h".as_ptr().cast_mut();
            (*view).shape = (&raw const matrix.shape).cast_mut().cast();
            (*view).strides = (&raw const matrix.strides).cast_mut().cast();
            (*view).suboffsets = ptr::null_mut();
            (*view).internal = ptr::null_mut();
            (*view).obj = slf.into_any().into_ptr();
        }
        Ok(())
    }

    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) {
        self.released.fetch_add(1, Ordering::SeqCst);
    }
}

fn many_dimensions(py: Python<'_>) {
    let code = "
matrix = Matrix()
with memoryview(matrix) as view:
    assert (view.ndim, view.shape, view.strides, view.format) == (2, (2, 3), (6, 2), 'h')
    assert view.tolist() == [[1, 2, 3], [-4, 5, 6]] and view[1, 0] == -4 and view.nbytes == 12 and view.readonly
    with view.cast('B') as plain:
        assert plain.shape == (12,) and plain[0] + plain[1] == 1
    assert matrix.released == 0
del view, plain
settled()
assert matrix.released == 1
";
    script(py, &[py.get_type::<Matrix>()], &with_release(py, code));
}

#[pyclass]
struct Refusing {
    #[pyo3(get)]
    asked: usize,
}

#[pymethods]
impl Refusing {
    #[new]
    fn new() -> Refusing {
        Refusing { asked: 0 }
    }

    unsafe fn __getbuffer__(&mut self, view: *mut ffi::Py_buffer, _flags: c_int) -> PyResult<()> {
        // SAFETY: the view is to be filled; null says that it was not.
        unsafe { (*view).obj = ptr::null_mut() };
        self.asked += 1;
        match self.asked {
            1 => Err(PyBufferError::new_err("not now")),
            2 => Err(PyValueError::new_err("never")),
            _ => panic!("in a view"),
        }
    }

    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) {
        unreachable!("nothing was given");
    }
}

fn refused_views(py: Python<'_>) {
    let code = "
refusing = Refusing()
assert raises(BufferError, memoryview, refusing) == 'not now'
assert refusing.asked == 1
";
    script(py, &[py.get_type::<Refusing>()], code);
}

fn failing_views(py: Python<'_>) {
    let code = "
refusing = Refusing()
raises(BufferError, memoryview, refusing)
assert raises(ValueError, memoryview, refusing) == 'never'
";
    script(py, &[py.get_type::<Refusing>()], code);
}

fn panicking_views(py: Python<'_>) {
    let code = "
refusing = Refusing()
raises(BufferError, memoryview, refusing)
raises(ValueError, memoryview, refusing)
try:
    memoryview(refusing)
except BaseException as error:
    assert type(error).__name__ == 'PanicException' and str(error) == 'in a view', error
else:
    raise AssertionError('no panic')
assert refusing.asked == 3
";
    script(py, &[py.get_type::<Refusing>()], code);
}

#[pyclass(frozen)]
struct Careless {
    fails: bool,
}

#[pymethods]
impl Careless {
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        // SAFETY: the data is static.
        unsafe { fill(slf.as_any(), view, b"careless", true, flags) }
    }

    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) -> PyResult<()> {
        if self.fails { Err(PyValueError::new_err("failed to release")) } else { panic!("while released") }
    }
}

/// Nobody can be told of it, so it goes to `sys.unraisablehook`.
fn release_that_panics(py: Python<'_>) -> PyResult<()> {
    for (fails, text) in [(true, "failed to release"), (false, "while released")] {
        let careless = Bound::new(py, Careless { fails })?;
        let seen = unraisable(py, || {
            let code = "
view = memoryview(careless)
assert view.tobytes() == b'careless'
view.release()
del view
settled()
";
            script_with(py, &[], &[("careless", careless.as_any())], &with_release(py, code));
        });
        assert!(seen.contains(text), "{seen}");
        assert!(!PyErr::occurred(py));
    }
    Ok(())
}

fn views_keep_the_object_alive(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
view = memoryview(Memory(4, tally=tally))
import gc
gc.collect()
assert tally.dropped == 0 and view.tolist() == [0, 1, 2, 3]
view.release()
del view
";
    script_with(py, &[py.get_type::<Memory>()], &[("tally", tally.as_any())], code).clear();
    if is_graalpy(py) {
        // It never lets go of an object that has given a view.
        collect(py);
        assert_eq!(tally.get().dropped(), 0);
    } else {
        after_collection(py, || tally.get().dropped() == 1);
    }
    Ok(())
}

#[pyclass(frozen)]
struct Unreleased;

#[pymethods]
impl Unreleased {
    #[new]
    fn new() -> Unreleased {
        Unreleased
    }

    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        // SAFETY: the data is static.
        unsafe { fill(slf.as_any(), view, b"static", true, flags) }
    }
}

fn views_without_release(py: Python<'_>) {
    let code = "
with memoryview(Unreleased()) as view:
    assert view.tobytes() == b'static'
assert bytes(Unreleased()) == b'static'
";
    script(py, &[py.get_type::<Unreleased>()], code);
}

fn views_of_python_subclasses(py: Python<'_>) {
    let code = "
class Sub(Memory):
    def __init__(self, length):
        self.attribute = length

sub = Sub(3)
with memoryview(sub) as view:
    assert view.tolist() == [0, 1, 2] and view.obj is sub and sub.attribute == 3
    view[0] = 5
assert bytes(sub) == b'\\5\\1\\2'
";
    memory(py, code);
}

#[pyclass(extends = Memory, frozen)]
struct Derived;

#[pymethods]
impl Derived {
    #[new]
    fn new() -> PyClassInitializer<Derived> {
        PyClassInitializer::from(Memory::new(2, false, None)).add_subclass(Derived)
    }
}

fn views_of_derived_classes(py: Python<'_>) {
    let code = "
derived = Derived()
with memoryview(derived) as view:
    assert bytes(view) == b'\\0\\1' and (derived.views, derived.released) == (1, 0)
del view
settled()
assert (derived.views, derived.released) == (1, 1)
";
    script(py, &[py.get_type::<Derived>()], &with_release(py, code));
}

fn views_while_borrowed(py: Python<'_>) -> PyResult<()> {
    let refusing = Bound::new(py, Refusing { asked: 0 })?;
    let _reader = refusing.borrow();
    let code = "assert raises(RuntimeError, memoryview, refusing) == 'Already borrowed'";
    script_with(py, &[], &[("refusing", refusing.as_any())], code);
    Ok(())
}

#[pyclass]
struct Plain;

fn not_every_class_has_a_buffer(py: Python<'_>) -> PyResult<()> {
    let plain = Bound::new(py, Plain)?;
    let code = "
raises(TypeError, memoryview, plain)
raises(TypeError, bytes, plain)
";
    script_with(py, &[], &[("plain", plain.as_any())], code);
    Ok(())
}
