//! Threads: attaching from anywhere, and references that are dropped while detached.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::check::{after_collection, eval, is_cpython, is_watched, mortal, run};

tests![
    threads_of_rust,
    many_threads_at_once,
    others_run_while_detached,
    detached_in_several_threads,
    dropped_while_detached,
    dropped_in_another_thread,
    counts_after_deferred_drops,
    many_deferred_drops,
    dropped_by_a_destructor,
    dropped_while_attached,
    clones_are_made_attached,
    attach_again_and_again,
    threads_of_python,
    lists_that_others_change,
    dicts_that_others_change,
    lists_that_others_wait_for,
];

fn threads_of_rust(py: Python<'_>) {
    let value = py.detach(|| {
        thread::spawn(|| Python::attach(|py| eval(py, "6 * 7").extract::<i32>().unwrap())).join().unwrap()
    });
    assert_eq!(value, 42);
}

/// Each adds to the same list, and to a dict of its own.
fn many_threads_at_once(py: Python<'_>) -> PyResult<()> {
    const THREADS: usize = 8;
    const ROUNDS: usize = 50;
    let list = PyList::empty(py).unbind();
    py.detach(|| {
        let barrier = Barrier::new(THREADS);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (barrier, list) = (&barrier, &list);
                scope.spawn(move || {
                    barrier.wait();
                    for round in 0..ROUNDS {
                        Python::attach(|py| list.bind(py).append((number, round)).unwrap());
                    }
                });
            }
        });
    });
    let mut seen: Vec<(usize, usize)> = list.extract(py)?;
    seen.sort_unstable();
    let expected: Vec<_> = (0..THREADS).flat_map(|number| (0..ROUNDS).map(move |round| (number, round))).collect();
    assert_eq!(seen, expected);
    Ok(())
}

/// Unless this thread lets go, the other one waits for ever.
fn others_run_while_detached(py: Python<'_>) {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || sender.send(Python::attach(|py| eval(py, "5").extract::<i32>().unwrap())));
    assert_eq!(py.detach(move || receiver.recv()), Ok(5));
    py.detach(|| other.join()).unwrap().unwrap();
}

fn detached_in_several_threads(py: Python<'_>) {
    let count = AtomicUsize::new(0);
    py.detach(|| {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        Python::attach(|py| py.detach(|| count.fetch_add(1, Ordering::Relaxed)));
                    }
                });
            }
        });
    });
    assert_eq!(count.into_inner(), 80);
}

/// Nobody may touch the object without being attached: its reference is given back when a thread is again.
fn dropped_while_detached(py: Python<'_>) {
    let (object, is_dead) = mortal(py);
    let object = object.unbind();
    py.detach(move || drop(object));
    // `detach` has attached again, and so given it back.
    after_collection(py, is_dead);
}

fn dropped_in_another_thread(py: Python<'_>) {
    let (object, is_dead) = mortal(py);
    let object = object.unbind();
    py.detach(|| {
        // Never attached, this thread.
        thread::spawn(move || drop(object)).join().unwrap();
    });
    after_collection(py, &is_dead);

    let (object, is_dead) = mortal(py);
    let object = object.unbind();
    // Here the dropping thread is detached while this one is attached all the time; the next to attach gives it back.
    thread::spawn(move || drop(object)).join().unwrap();
    if is_cpython(py) {
        assert!(!is_dead());
    }
    Python::attach(|_| ());
    after_collection(py, is_dead);
}

fn counts_after_deferred_drops(py: Python<'_>) -> PyResult<()> {
    let object = eval(py, "object()");
    if !is_cpython(py) {
        return Ok(());
    }
    let count = py.import("sys")?.getattr("getrefcount")?;
    let references = || count.call1((&object,)).unwrap().extract::<isize>().unwrap();
    let before = references();
    let unbound = object.clone().unbind();
    assert_eq!(references(), before + 1);
    thread::spawn(move || drop(unbound)).join().unwrap();
    assert_eq!(references(), before + 1);
    py.detach(|| ());
    assert_eq!(references(), before);
    Ok(())
}

fn many_deferred_drops(py: Python<'_>) -> PyResult<()> {
    let object = eval(py, "object()");
    let clones: Vec<_> = (0..1000).map(|_| object.clone().unbind()).collect();
    py.detach(|| {
        let clones = Arc::new(std::sync::Mutex::new(clones));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let clones = Arc::clone(&clones);
                thread::spawn(move || while let Some(clone) = clones.lock().unwrap().pop() { drop(clone) })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    if is_cpython(py) {
        let count: isize = py.import("sys")?.call_method1("getrefcount", (&object,))?.extract()?;
        assert!(count < 10, "{count} references");
    }
    Ok(())
}

#[pyfunction]
fn drop_in_thread(py: Python<'_>, object: Py<PyAny>) {
    // The thread drops detached whatever this one does.
    thread::spawn(move || drop(object)).join().unwrap();
    let _ = py;
}

/// To give a reference back may run Python code that drops more in the same way.
fn dropped_by_a_destructor(py: Python<'_>) -> PyResult<()> {
    if !is_cpython(py) {
        // When destructors run is for the others to say.
        return Ok(());
    }
    let function = wrap_pyfunction!(drop_in_thread, py)?;
    let code = "
class Chain:
    def __init__(self, next):
        self.next = next

    def __del__(self):
        dead.append(1)
        f(self.__dict__.pop('next'))

dead = []
chain = Chain(Chain(Chain(None)))
f(chain)
del chain
";
    let variables = run(py, &[("f", function.as_any())], code)?;
    let dead = variables.as_any().get_item("dead")?;
    for expected in [1, 2, 3] {
        Python::attach(|_| ());
        assert_eq!(dead.len()?, expected);
    }
    Ok(())
}

fn dropped_while_attached(py: Python<'_>) {
    let (object, is_dead) = mortal(py);
    drop(object.unbind());
    after_collection(py, is_dead);
    let (object, is_dead) = mortal(py);
    let object = object.unbind();
    py.detach(|| Python::attach(|_| drop(object)));
    after_collection(py, is_dead);
    let (object, is_dead) = mortal(py);
    object.unbind().drop_ref(py);
    after_collection(py, is_dead);
}

fn clones_are_made_attached(py: Python<'_>) {
    let object = Arc::new(eval(py, "[5]").unbind());
    let clones: Vec<Py<PyAny>> = py.detach(|| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let object = Arc::clone(&object);
                thread::spawn(move || Python::attach(|py| object.clone_ref(py)))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(clones.iter().all(|clone| clone.is(&*object)));
}

fn attach_again_and_again(py: Python<'_>) {
    py.detach(|| {
        thread::spawn(|| {
            for number in 0..200_i32 {
                Python::attach(|py| assert_eq!(number.into_pyobject(py).unwrap().extract::<i32>().unwrap(), number));
            }
        })
        .join()
        .unwrap();
    });
}

#[pyfunction]
fn detached_sum(py: Python<'_>, numbers: Vec<u64>) -> u64 {
    py.detach(|| numbers.iter().sum())
}

fn threads_of_python(py: Python<'_>) -> PyResult<()> {
    let function = wrap_pyfunction!(detached_sum, py)?;
    run(py, &[("f", function.as_any())], "
import threading
results = []

def work(start):
    for _ in range(20):
        results.append(f(list(range(start, start + 10))) - 10 * start)

threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert results == [45] * 80
")?;
    Ok(())
}

/// Is set when this goes, by a panic as well: another thread waits for it.
struct AtTheEnd<'a>(&'a AtomicBool);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Nothing but what was in the list at some time comes out of it.
fn lists_that_others_change(py: Python<'_>) -> PyResult<()> {
    const ROUNDS: usize = 300;
    let list = PyList::new(py, (100_000..100_200_i64).collect::<Vec<_>>())?.unbind();
    let done = AtomicBool::new(false);
    py.detach(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    Python::attach(|py| {
                        let list = list.bind(py).as_any();
                        list.call_method0("clear").unwrap();
                        list.call_method1("extend", ((100_000..100_200_i64).collect::<Vec<_>>(),)).unwrap();
                    });
                }
            });
            let _end = AtTheEnd(&done);
            for _ in 0..ROUNDS {
                Python::attach(|py| {
                    let items: Vec<i64> = list.extract(py).unwrap();
                    assert!(items.iter().all(|item| (100_000..100_200).contains(item)), "{items:?}");
                });
            }
        });
    });
    Ok(())
}

/// No pair is torn, whatever another thread does to the values.
fn dicts_that_others_change(py: Python<'_>) -> PyResult<()> {
    const ROUNDS: usize = 300;
    let dict = PyDict::new(py).unbind();
    let fill = |py: Python<'_>, add: i64| {
        let dict = dict.bind(py);
        (0..100_i64).for_each(|key| dict.set_item(key, 100_000 + key + add).unwrap());
    };
    fill(py, 0);
    let done = AtomicBool::new(false);
    py.detach(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in (0..).take_while(|_| !done.load(Ordering::Relaxed)) {
                    Python::attach(|py| fill(py, 100 * (round % 5)));
                }
            });
            let _end = AtTheEnd(&done);
            for _ in 0..ROUNDS {
                Python::attach(|py| {
                    for (key, value) in dict.bind(py) {
                        let (key, value): (i64, i64) = (key.extract().unwrap(), value.extract().unwrap());
                        assert_eq!(value % 100, key);
                    }
                });
            }
        });
    });
    Ok(())
}

/// Reading so many items takes long enough for others to sleep until the list is free, and they are woken.
fn lists_that_others_wait_for(py: Python<'_>) -> PyResult<()> {
    // With instruments each item takes calls that are looked at, one by one.
    let (rounds, items) =
        if is_watched() { (1, 1_000) } else { (20, 50_000_i32) };
    let list = PyList::new(py, 0..items)?.unbind();
    py.detach(|| {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..rounds {
                        let read: Vec<i32> = Python::attach(|py| list.extract(py)).unwrap();
                        assert_eq!(read.len(), items as usize);
                    }
                });
            }
            for _ in 0..rounds {
                Python::attach(|py| list.bind(py).as_any().call_method0("copy").map(drop)).unwrap();
            }
        });
    });
    Ok(())
}
