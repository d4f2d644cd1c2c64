//! State that belongs to an interpreter, and references that wait for a thread to attach.
//!
//! Values of the main interpreter lie in the cells themselves and stay for ever. Those of the others lie on the heap,
//! where an object of ours in the interpreter's own dict drops them when it is cleared, the last one first.

use core::marker::PhantomData;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use everypy_ffi as ffi;
use everypy_shims::{object, several_interpreters};

use crate::err::{PyErr, PyResult};
use crate::ffi_ptr::FfiPtrExt as _;
use crate::instance::{Bound, Py};
use crate::marker::{Python, detached_from};
use crate::types::{PyAny, PyAnyMethods as _};

/// What is known of interpreters, and what is kept for them.
struct Registry {
    /// Those that have entered and not ended.
    living: Vec<i64>,
    /// Whether the main interpreter has ended: the next one of its number is another.
    main_ended: bool,
    /// The values of interpreters but for those in the cells, in the order in which they were made.
    values: Vec<NonNull<Value>>,
    /// References that detached threads have dropped, and the interpreters that they belong to.
    deferred: Vec<(i64, NonNull<ffi::PyObject>)>,
}

// SAFETY: values are changed under the lock only; references are only given back, by an attached thread.
unsafe impl Send for Registry {}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    living: Vec::new(),
    main_ended: false,
    values: Vec::new(),
    deferred: Vec::new(),
});

/// Whether what lies in the cells is of a main interpreter that has gone.
static OUTLIVED: AtomicBool = AtomicBool::new(false);
static ANY_DEFERRED: AtomicBool = AtomicBool::new(false);

/// The number of the main interpreter. Others have numbers above that, which a process does not use again unless it
/// starts Python again.
const MAIN: i64 = 0;
/// In place of a number, where a value can be put.
const FREE: i64 = -1;

#[inline(never)]
fn registry() -> MutexGuard<'static, Registry> {
    // Nothing that can panic runs while it is held.
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of the interpreter that this thread is attached to.
#[inline(never)]
fn current(_py: Python<'_>) -> i64 {
    // SAFETY: this thread is attached.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) }
}

/// Whether this thread is attached to the main interpreter.
pub(crate) fn is_main(py: Python<'_>) -> bool {
    current(py) == MAIN
}

/// Whether this thread is attached to the main interpreter, and that is the first one of the process.
pub(crate) fn is_first(py: Python<'_>) -> bool {
    is_main(py) && !OUTLIVED.load(Ordering::Acquire)
}

/// Takes note of the interpreter that a module is being imported into.
///
/// Every use of a module's state is preceded by this in the same interpreter, so that [`PerInterpreter`] needs to ask
/// which interpreter it is only when there has been more than one.
pub(crate) fn enter(py: Python<'_>) -> PyResult<()> {
    let current = current(py);
    {
        let mut registry = registry();
        if registry.living.contains(&current) {
            return Ok(());
        }
        registry.living.push(current);
        if current != MAIN || registry.main_ended {
            OUTLIVED.store(registry.main_ended, Ordering::Release);
            if registry.main_ended {
                crate::pyclass::forget_first();
            }
            several_interpreters().store(true, Ordering::Release);
            // What has come after an interpreter of that number had ended: all that it refers to is no more.
            while registry.take_value(current).is_some() {}
            registry.deferred.retain(|(owner, _)| *owner != current);
        }
    }
    // Or else a thread that Python does not know ends the process when it attaches: PyPy prepares for threads when the
    // first one is started from Python. The others have done it.
    // SAFETY: attached.
    unsafe { ffi::PyEval_InitThreads() };
    watch(py, current).inspect_err(|_| leave(current))
}

#[inline(never)]
fn leave(interpreter: i64) {
    registry().living.retain(|living| *living != interpreter);
}

/// Puts an object into the interpreter's dict whose destructor is [`ended`].
///
/// C API: [`PyInterpreterState_GetDict`](https://docs.python.org/3/c-api/init.html#c.PyInterpreterState_GetDict).
fn watch(py: Python<'_>, interpreter: i64) -> PyResult<()> {
    let number = core::ptr::without_provenance_mut(interpreter as usize + 1);
    // SAFETY: attached; the dict is borrowed, and null without an exception where there is none; the capsule is a new
    // reference or null with an exception.
    unsafe {
        let dict = ffi::PyInterpreterState_GetDict(ffi::PyInterpreterState_Get());
        if dict.is_null() {
            return Ok(());
        }
        let capsule =
            ffi::PyCapsule_New(number, core::ptr::null(), Some(ended)).owned_or_err(py)?;
        // Its own key, since nobody is to find it: there is one for each library that everypy is compiled into.
        if ffi::PyDict_SetItem(dict, capsule.as_ptr(), capsule.as_ptr()) < 0 {
            return Err(PyErr::fetch(py));
        }
    }
    Ok(())
}

/// Drops what an interpreter has, while it still can run code. The destructor of the object that [`watch`] makes.
unsafe extern "C" fn ended(capsule: *mut ffi::PyObject) {
    // SAFETY: a capsule without a name, which is cleared with its interpreter by a thread that is attached to it.
    let (py, interpreter) = unsafe {
        let number = ffi::PyCapsule_GetPointer(capsule, core::ptr::null()).addr();
        (Python::assume_attached(), number.wrapping_sub(1) as i64)
    };
    drop_deferred_of(py, interpreter);
    let most = 4 * registry().values.len();
    let mut left = most;
    // The last one first, since it may have been made of others. A destructor may make more of them; if that does not
    // come to an end, they stay.
    while left > 0
        && let Some((value, drop)) = { registry().take_value(interpreter) }
    {
        left -= 1;
        // SAFETY: the value is of the type that `drop` is for, and nobody else has it.
        // A panic has been reported by the hook, and the other values are to go too.
        let _ = catch_unwind(AssertUnwindSafe(|| unsafe { drop(value) }));
    }
    leave(interpreter);
    if interpreter == MAIN {
        registry().main_ended = true;
    }
    if left < most {
        // Types are parts of cycles, and not every version looks for cycles after this.
        // SAFETY: attached.
        let _: ffi::Py_ssize_t = unsafe { ffi::PyGC_Collect() };
    }
}

/// Gives a reference back: now if this thread is attached, else when one attaches the next time.
pub(crate) fn release(pointer: NonNull<ffi::PyObject>) {
    if object::is_attached() {
        // SAFETY: attached; the reference is given up by the caller.
        unsafe {
            object::decref(pointer.as_ptr());
            // What detached threads left is given back here too, since a module may never attach or detach by itself.
            drop_deferred(Python::assume_attached());
        }
    } else {
        defer(pointer);
    }
}

/// Keeps a reference for a thread that is attached to the interpreter of the object.
///
/// Which one that is cannot be seen from an object. With one interpreter it is that one; else it is the one that this
/// thread has detached from. A thread that has never been attached to any cannot tell, and so the reference is never
/// given back: to leak an object is better than to change its count while its own interpreter does.
#[cold]
fn defer(pointer: NonNull<ffi::PyObject>) {
    let owner = if several_interpreters().load(Ordering::Acquire) {
        let state = detached_from();
        if state.is_null() {
            return;
        }
        // SAFETY: the thread state is this thread's, which will go on with it.
        unsafe { ffi::PyInterpreterState_GetID(ffi::PyThreadState_GetInterpreter(state)) }
    } else {
        MAIN
    };
    let mut registry = registry();
    registry.deferred.push((owner, pointer));
    ANY_DEFERRED.store(true, Ordering::Release);
}

/// Gives back what detached threads dropped.
#[inline]
pub(crate) fn drop_deferred(py: Python<'_>) {
    if ANY_DEFERRED.load(Ordering::Acquire) {
        drop_deferred_now(py);
    }
}

#[cold]
fn drop_deferred_now(py: Python<'_>) {
    let several = several_interpreters().load(Ordering::Acquire);
    drop_deferred_of(py, if several { current(py) } else { MAIN });
}

fn drop_deferred_of(_py: Python<'_>, interpreter: i64) {
    // A destructor may drop more. The next thread that attaches sees to those.
    let mut left = registry().deferred.len();
    while left > 0
        && let Some(pointer) = { registry().take_deferred(interpreter) }
    {
        left -= 1;
        // SAFETY: attached to the object's interpreter; the reference was given up.
        unsafe { object::xdecref(pointer.as_ptr()) };
    }
}

/// Drops a box whose type is forgotten.
type DropBox = unsafe fn(*mut ());

/// A value of an interpreter, or a place for one.
///
/// Each belongs to a cell, which has a list of them. They are freed only with the cell, so that the list can be read
/// without a lock; it is changed under that of the registry.
struct Value {
    interpreter: AtomicI64,
    /// A box, its type forgotten.
    value: AtomicPtr<()>,
    drop: DropBox,
    next: *mut Value,
}

type List = AtomicPtr<Value>;

impl Registry {
    /// Takes a reference that is to be given back in an interpreter.
    fn take_deferred(&mut self, interpreter: i64) -> Option<NonNull<ffi::PyObject>> {
        let at = self.deferred.iter().position(|(owner, _)| *owner == interpreter)?;
        let (_, pointer) = self.deferred.swap_remove(at);
        ANY_DEFERRED.store(!self.deferred.is_empty(), Ordering::Release);
        Some(pointer)
    }

    /// Takes the last value of an interpreter, and what drops it.
    fn take_value(&mut self, interpreter: i64) -> Option<(*mut (), DropBox)> {
        // SAFETY: values in the registry are those of cells that are there.
        let value = |value: &NonNull<Value>| unsafe { value.as_ref() };
        let at = self
            .values
            .iter()
            .rposition(|place| value(place).interpreter.load(Ordering::Relaxed) == interpreter)?;
        let place = self.values.remove(at);
        let place = value(&place);
        place.interpreter.store(FREE, Ordering::Release);
        Some((place.value.swap(null_mut(), Ordering::AcqRel), place.drop))
    }
}

/// The place of an interpreter in a list.
#[inline(never)]
fn find(list: &List, interpreter: i64) -> Option<NonNull<Value>> {
    let mut place = list.load(Ordering::Acquire);
    // SAFETY: the list belongs to a cell that is there.
    while let Some(value) = unsafe { place.as_ref() } {
        if value.interpreter.load(Ordering::Acquire) == interpreter {
            return Some(value.into());
        }
        place = value.next;
    }
    None
}

/// Adds a value, unless there is one, and returns the one that is there.
fn add(list: &List, interpreter: i64, value: *mut (), drop: DropBox) -> *mut () {
    // SAFETY: the list belongs to a cell that is there.
    let at = |place: NonNull<Value>| unsafe { &*place.as_ptr() };
    let mut registry = registry();
    if let Some(place) = find(list, interpreter) {
        return at(place).value.load(Ordering::Relaxed);
    }
    let place = find(list, FREE).unwrap_or_else(|| {
        let place = Box::leak(Box::new(Value {
            interpreter: AtomicI64::new(FREE),
            value: AtomicPtr::default(),
            drop,
            next: list.load(Ordering::Relaxed),
        }));
        list.store(place, Ordering::Release);
        place.into()
    });
    registry.values.push(place);
    at(place).value.store(value, Ordering::Release);
    at(place).interpreter.store(interpreter, Ordering::Release);
    value
}

/// Drops the value of a cell in the interpreter that this thread is attached to. Those of other interpreters cannot be
/// dropped here, so they stay.
#[cold]
fn free(cell: &mut Cell, drop: DropBox) {
    // SAFETY: attached, as has just been asked.
    let here = object::is_attached().then(|| current(unsafe { Python::assume_attached() }));
    let main = *cell.main.get_mut();
    // Without other interpreters a detached thread can do it too.
    if !main.is_null() && here.map_or(!several_interpreters().load(Ordering::Acquire), is_in_cells)
    {
        // SAFETY: the value is of the type that `drop` is for, and nobody else has it.
        unsafe { drop(main) };
    }
    let mut list = *cell.others.get_mut();
    while let Some(place) = NonNull::new(list) {
        registry().values.retain(|other| *other != place);
        // SAFETY: leaked by `add`, and nobody else knows of it any more.
        let mut place = unsafe { Box::from_raw(place.as_ptr()) };
        if here == Some(*place.interpreter.get_mut()) {
            // SAFETY: as above.
            unsafe { drop(*place.value.get_mut()) };
        }
        list = place.next;
    }
}

/// A [`PerInterpreter`] whose type is forgotten. The values are pointers to boxes.
struct Cell {
    main: AtomicPtr<()>,
    others: List,
}

impl Cell {
    /// The value, null if there is none.
    #[inline]
    fn get(&self, py: Python<'_>) -> *mut () {
        self.get_of_only().unwrap_or_else(|| self.get_of_several(py))
    }

    /// The same while there is one interpreter only, so that nobody needs to be asked which this is.
    #[inline(always)]
    fn get_of_only(&self) -> Option<*mut ()> {
        let several = several_interpreters().load(Ordering::Acquire);
        (!several).then(|| self.main.load(Ordering::Acquire))
    }

    #[cold]
    #[inline(never)]
    fn get_of_several(&self, py: Python<'_>) -> *mut () {
        let current = current(py);
        if is_in_cells(current) {
            return self.main.load(Ordering::Acquire);
        }
        // SAFETY: the list belongs to this cell.
        let value = |place: NonNull<Value>| unsafe { place.as_ref() }.value.load(Ordering::Acquire);
        find(&self.others, current).map_or(null_mut(), value)
    }

    /// Puts a value in, unless there is one, and returns the one that is in.
    #[cold]
    fn put(&self, py: Python<'_>, value: *mut (), drop: DropBox) -> *mut () {
        let current = current(py);
        if is_in_cells(current) {
            let put =
                self.main.compare_exchange(null_mut(), value, Ordering::AcqRel, Ordering::Acquire);
            return put.err().unwrap_or(value);
        }
        add(&self.others, current, value, drop)
    }

    /// Puts a value in, or drops it if there is one, and returns the one that is in.
    #[cold]
    #[inline(never)]
    fn put_or_drop(&self, py: Python<'_>, value: *mut (), drop: DropBox) -> *mut () {
        let there = self.put(py, value, drop);
        if there != value {
            // SAFETY: the value is of the type that `drop` is for, and nobody else has it.
            unsafe { drop(value) };
        }
        there
    }
}

/// Whether the values of an interpreter lie in the cells.
fn is_in_cells(interpreter: i64) -> bool {
    !several_interpreters().load(Ordering::Acquire)
        || interpreter == MAIN && !OUTLIVED.load(Ordering::Acquire)
}

/// A cell that has one value in each interpreter.
///
/// While there is only the main one, reading costs one load and one predictable branch more than a plain cell. Its
/// values stay; those of the others are dropped when their interpreter ends, so no reference to one may be kept until
/// then.
pub(crate) struct PerInterpreter<T> {
    cell: Cell,
    // May be shared and sent as a cell may that has its value in it.
    value: PhantomData<OnceLock<T>>,
}

impl<T> PerInterpreter<T> {
    pub(crate) const fn new() -> Self {
        let cell = Cell { main: AtomicPtr::new(null_mut()), others: List::new(null_mut()) };
        Self { cell, value: PhantomData }
    }

    /// The value, if there is one.
    #[inline]
    pub(crate) fn get(&self, py: Python<'_>) -> Option<&T> {
        // SAFETY: the values of this cell are boxes of its type.
        unsafe { self.cell.get(py).cast::<T>().as_ref() }
    }

    /// The value, if it is there and nobody needs to be asked which interpreter this is: while there is only one.
    #[inline(always)]
    pub(crate) fn seen(&self, _py: Python<'_>) -> Option<&T> {
        // SAFETY: the values of this cell are boxes of its type.
        unsafe { self.cell.get_of_only()?.cast::<T>().as_ref() }
    }

    /// Puts a value in, or gives it back if there is one.
    pub(crate) fn set(&self, py: Python<'_>, value: T) -> Result<(), T> {
        let value = Box::into_raw(Box::new(value));
        if self.cell.put(py, value.cast(), Self::drop_box) == value.cast() {
            return Ok(());
        }
        // SAFETY: made above, and nobody else's.
        Err(*unsafe { Box::from_raw(value) })
    }

    /// The value, made by `make` if there is none.
    ///
    /// No lock is held while `make` runs, since it may run Python code that comes here again or switches threads. If two
    /// threads make one at the same time, both get the one that was ready first.
    #[inline]
    pub(crate) fn get_or_try_init<E>(
        &self,
        py: Python<'_>,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<&T, E> {
        match self.get(py) {
            Some(value) => Ok(value),
            None => self.init(py, make),
        }
    }

    #[cold]
    #[inline(never)]
    fn init<E>(&self, py: Python<'_>, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        let value = Box::into_raw(Box::new(make()?)).cast();
        let there = self.cell.put_or_drop(py, value, Self::drop_box).cast::<T>();
        // SAFETY: the values of this cell are boxes of its type.
        Ok(unsafe { &*there })
    }

    unsafe fn drop_box(value: *mut ()) {
        // SAFETY: made by `set` or `get_or_try_init`.
        drop(unsafe { Box::from_raw(value.cast::<T>()) });
    }
}

impl PerInterpreter<Py<PyAny>> {
    /// The value, an attribute of a module, imported if there is none.
    pub(crate) fn import<'py>(
        &self,
        py: Python<'py>,
        module: &str,
        attribute: &str,
    ) -> PyResult<&Bound<'py, PyAny>> {
        let import = || PyResult::Ok(py.import(module)?.getattr(attribute)?.unbind());
        Ok(self.get_or_try_init(py, import)?.bind(py))
    }
}

impl<T> Drop for PerInterpreter<T> {
    fn drop(&mut self) {
        free(&mut self.cell, Self::drop_box);
    }
}
