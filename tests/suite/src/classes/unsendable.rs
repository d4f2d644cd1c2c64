//! `unsendable`: contents that belong to the thread that made them.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::helpers::{collect, script_with, unraisable};
use crate::check::{after_collection, is_cpython};

tests![
    used_in_its_own_thread,
    refused_in_another_thread,
    refused_in_another_thread_from_rust,
    never_dropped_in_another_thread,
    dropped_in_its_own_thread,
    dropped_while_detached_in_another_thread,
    handed_through_another_thread,
    made_in_another_thread,
];

/// Counts its drops, and those in the wrong thread.
#[derive(Default)]
struct Drops {
    right: AtomicUsize,
    wrong: AtomicUsize,
}

#[pyclass(unsendable, subclass)]
struct Local {
    #[pyo3(get, set)]
    number: i32,
    shared: Rc<Cell<i32>>,
    home: ThreadId,
    drops: Arc<Drops>,
}

#[pymethods]
impl Local {
    fn increment(&self) -> i32 {
        self.shared.set(self.shared.get() + 1);
        self.shared.get()
    }

    fn change(&mut self, number: i32) {
        self.number = number;
    }

    fn __len__(&self) -> usize {
        7
    }

    fn __repr__(&self) -> String {
        format!("Local({})", self.number)
    }

    fn itself(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let count = if thread::current().id() == self.home { &self.drops.right } else { &self.drops.wrong };
        count.fetch_add(1, Ordering::SeqCst);
    }
}

fn local<'py>(py: Python<'py>, drops: &Arc<Drops>) -> Bound<'py, Local> {
    let shared = Rc::new(Cell::new(0));
    Bound::new(py, Local { number: 5, shared, home: thread::current().id(), drops: drops.clone() }).unwrap()
}

/// `(in the right thread, in the wrong one)`.
fn counted(drops: &Drops) -> (usize, usize) {
    (drops.right.load(Ordering::SeqCst), drops.wrong.load(Ordering::SeqCst))
}

fn used_in_its_own_thread(py: Python<'_>) {
    let drops = Arc::default();
    let local = local(py, &drops);
    let code = "
assert local.number == 5 and local.increment() == 1 and local.increment() == 2 and len(local) == 7
local.change(6)
local.number += 1
assert repr(local) == 'Local(7)'
";
    script_with(py, &[], &[("local", local.as_any())], code);
    assert_eq!(local.borrow().shared.get(), 2);
    assert!(local.try_borrow_mut().is_ok());
}

/// Each use is an exception, whatever it would have done; the object is as before.
fn refused_in_another_thread(py: Python<'_>) {
    let drops = Arc::default();
    let local = local(py, &drops);
    let code = "
import threading
uses = [
    lambda: local.increment(),
    lambda: local.change(9),
    lambda: local.number,
    lambda: setattr(local, 'number', 9),
    lambda: len(local),
    lambda: repr(local),
]
seen = []

def use():
    for number, each in enumerate(uses):
        try:
            each()
            seen.append('%d works' % number)
        except BaseException as error:
            seen.append(str(error))

thread = threading.Thread(target=use)
thread.start()
thread.join()
assert len(seen) == 6 and all('unsendable' in text for text in seen), seen
assert local.number == 5 and local.increment() == 1
";
    script_with(py, &[], &[("local", local.as_any())], code).clear();
}

fn refused_in_another_thread_from_rust(py: Python<'_>) {
    let drops = Arc::default();
    let local = local(py, &drops).unbind();
    let outcomes = py.detach(|| {
        thread::scope(|scope| {
            let borrowing = || {
                Python::attach(|py| {
                    let borrow = std::panic::AssertUnwindSafe(|| drop(local.borrow(py)));
                    let borrow_mut = std::panic::AssertUnwindSafe(|| drop(local.borrow_mut(py)));
                    (std::panic::catch_unwind(borrow).is_err(), std::panic::catch_unwind(borrow_mut).is_err())
                })
            };
            scope.spawn(borrowing).join().unwrap()
        })
    });
    assert_eq!(outcomes, (true, true));
    assert_eq!(local.borrow(py).number, 5);
}

/// Its last reference goes in another thread: the contents stay, and `sys.unraisablehook` is told. Where a collector
/// decides when it dies, it may die at home.
fn never_dropped_in_another_thread(py: Python<'_>) {
    let drops = Arc::default();
    let local = local(py, &drops);
    let dict = PyDict::new(py);
    dict.set_item("local", &local).unwrap();
    drop(local);
    let seen = unraisable(py, || {
        let code = "
import threading
thread = threading.Thread(target=dict.clear)
thread.start()
thread.join()
";
        script_with(py, &[], &[("dict", dict.as_any())], code).clear();
        collect(py);
    });
    let (right, wrong) = counted(&drops);
    assert_eq!(wrong, 0);
    if is_cpython(py) && !py.runtime().free_threaded {
        assert_eq!(right, 0);
        assert!(seen.contains("unsendable") && seen.contains("RuntimeError"), "{seen}");
    } else {
        assert!(right == 1 || seen.is_empty() || seen.contains("unsendable"), "{seen}");
    }
}

fn dropped_in_its_own_thread(py: Python<'_>) {
    let drops: Arc<Drops> = Arc::default();
    let seen = unraisable(py, || {
        drop(local(py, &drops));
        after_collection(py, || counted(&drops) == (1, 0));
    });
    assert!(seen.is_empty(), "{seen}");
}

/// A reference that a detached thread gives up is given back by a thread that is attached: here it is the right one.
fn dropped_while_detached_in_another_thread(py: Python<'_>) {
    let drops: Arc<Drops> = Arc::default();
    let local = local(py, &drops).unbind();
    py.detach(|| thread::spawn(move || drop(local)).join().unwrap());
    after_collection(py, || counted(&drops) == (1, 0));
}

/// The object may be passed around by anybody.
fn handed_through_another_thread(py: Python<'_>) {
    let drops: Arc<Drops> = Arc::default();
    let local = local(py, &drops);
    let code = "
import threading
box = []
thread = threading.Thread(target=lambda: box.append((local, type(local), id(local), local is local)))
thread.start()
thread.join()
assert box[0][0] is local and box[0][1].__name__ == 'Local'
assert box.pop()[0].increment() == 1
";
    script_with(py, &[], &[("local", local.as_any())], code).clear();
    drop(local);
    after_collection(py, || counted(&drops) == (1, 0));
}

fn made_in_another_thread(py: Python<'_>) {
    let drops: Arc<Drops> = Arc::default();
    let foreign = py.detach(|| {
        let drops = &drops;
        thread::scope(|scope| {
            let make = || {
                Python::attach(|py| {
                    let local = local(py, drops);
                    assert_eq!(local.borrow().increment(), 1);
                    local.unbind()
                })
            };
            scope.spawn(make).join().unwrap()
        })
    });
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(foreign.borrow(py))));
    assert!(refused.is_err());
    let code = "
try:
    foreign.increment()
except BaseException as error:
    assert 'unsendable' in str(error), error
else:
    raise AssertionError('not refused')
";
    script_with(py, &[], &[("foreign", foreign.bind(py).as_any())], code).clear();
    unraisable(py, || {
        drop(foreign);
        collect(py);
    });
    assert_eq!(counted(&drops), (0, 0));
}
