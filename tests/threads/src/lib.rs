//! A class whose objects many threads use at once, and what is counted of them.
//!
//! Whoever pays counts what was paid, and each object hands in its balance when it is dropped. So in the end both sums are
//! the same, or an update was lost, an object was leaked, or one was dropped twice.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use everypy::exceptions::PyRuntimeError;
use everypy::prelude::*;
use everypy::types::PyList;
use everypy::wrap_pyfunction;

static MADE: AtomicUsize = AtomicUsize::new(0);
static DROPPED: AtomicUsize = AtomicUsize::new(0);
static HANDED_IN: AtomicU64 = AtomicU64::new(0);

#[pyclass(subclass)]
struct Account {
    #[pyo3(get)]
    balance: u64,
    /// The same in another place: an update that was seen half would show.
    payments: Vec<u64>,
    /// Keeps another one alive, which then dies in whatever thread this one does.
    friend: Option<Py<Account>>,
}

impl Account {
    fn with(balance: u64) -> Account {
        MADE.fetch_add(1, Ordering::Relaxed);
        Account { balance, payments: vec![balance], friend: None }
    }
}

impl Clone for Account {
    /// Without the friend, and with as much.
    fn clone(&self) -> Account {
        Account::with(self.balance)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        assert_eq!(self.balance, self.payments.iter().sum::<u64>());
        HANDED_IN.fetch_add(self.balance, Ordering::Relaxed);
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

#[pymethods]
impl Account {
    #[new]
    #[pyo3(signature = (balance = 0))]
    fn new(balance: u64) -> Account {
        Account::with(balance)
    }

    /// Returns the new balance.
    fn pay(&mut self, amount: u64) -> u64 {
        let before = self.balance;
        self.payments.push(amount);
        if self.payments.len() > 50 {
            self.payments = vec![self.payments.iter().sum()];
        }
        self.balance = before + amount;
        self.balance
    }

    /// Lets other threads run in the middle of a change.
    fn pay_slowly(&mut self, py: Python<'_>, amount: u64) {
        let before = self.balance;
        py.detach(thread::yield_now);
        self.payments.push(amount);
        self.balance = before + amount;
    }

    #[setter]
    fn set_friend(&mut self, friend: Option<Py<Account>>) {
        self.friend = friend;
    }

    fn is_consistent(&self) -> bool {
        self.balance == self.payments.iter().sum::<u64>()
    }

    fn __len__(&self) -> usize {
        self.payments.len()
    }
}

/// Takes an account by value and returns another one.
#[pyfunction]
fn copied(account: Account) -> Account {
    account
}

/// Tries until nobody else uses the object; what is raised is an error if it is anything else.
fn insist<T>(py: Python<'_>, mut attempt: impl FnMut() -> PyResult<T>) -> PyResult<T> {
    loop {
        match attempt() {
            Err(error) if is_refusal(py, &error) => py.detach(thread::yield_now),
            result => return result,
        }
    }
}

/// Whether it says that somebody else uses the object.
fn is_refusal(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyRuntimeError>(py) && error.to_string().contains("borrowed")
}

/// Pays into an account that all threads pay into at the same time, over and over; returns how often it was free.
#[pyfunction]
fn hurry(account: &Bound<'_, Account>) -> u64 {
    let mut paid = 0;
    for _ in 0..1000 {
        if let Ok(mut account) = account.try_borrow_mut() {
            account.pay(1);
            paid += 1;
        }
        // Readers take the right in another way.
        if let Ok(account) = account.try_borrow() {
            assert!(account.is_consistent());
        }
    }
    paid
}

/// One round of work in Rust; returns what it has paid into whatever accounts.
#[pyfunction]
fn round(py: Python<'_>, slots: &Bound<'_, PyList>, number: usize) -> PyResult<u64> {
    let mut paid = 0;
    for step in 0..slots.len() {
        let place = (number * 7 + step * 3) % slots.len();
        // Made, changed and put where others find it; what was there is dropped by the last who uses it.
        let own = Bound::new(py, Account::with(1))?;
        own.borrow_mut().pay(2);
        paid += 3;
        let other = slots.get_item(place)?;
        slots.set_item(place, &own)?;
        // Now others use it too.
        insist(py, || Ok(own.try_borrow_mut()?.pay(1)))?;
        paid += 1;
        let other = other.cast_into::<Account>()?;
        insist(py, || Ok(other.try_borrow_mut()?.pay(5)))?;
        insist(py, || Ok(other.as_any().extract::<PyRefMut<'_, Account>>()?.pay(1)))?;
        paid += 6;
        assert!(insist(py, || Ok(other.try_borrow()?.is_consistent()))?);
        // By value and back.
        let value = insist(py, || other.as_any().extract::<Account>())?;
        paid += value.balance;
        assert_eq!(value.into_pyobject(py)?.borrow().len(), 1);
        // As a list and back.
        let list = vec![own.clone(), other].into_pyobject(py)?;
        let list: Vec<Py<Account>> = list.extract()?;
        // Given back without a token.
        py.detach(|| drop(list));
    }
    Ok(paid)
}

impl Account {
    fn len(&self) -> usize {
        self.__len__()
    }
}

/// Calls a function in so many threads of Rust, with the number of the thread, and returns when all have ended.
#[pyfunction]
fn in_threads(py: Python<'_>, from: usize, to: usize, function: Py<PyAny>) -> PyResult<()> {
    py.detach(|| {
        thread::scope(|scope| {
            let threads: Vec<_> = (from..to)
                .map(|number| {
                    let function = &function;
                    scope
                        .spawn(move || Python::attach(|py| function.call1(py, (number,)).map(drop)))
                })
                .collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("errors, not panics"))
        })
    })
}

/// How many accounts were made, how many dropped, and what those had.
#[pyfunction]
fn counts() -> (usize, usize, u64) {
    // The other way round: what is dropped in between was made before.
    let handed_in = HANDED_IN.load(Ordering::SeqCst);
    let dropped = DROPPED.load(Ordering::SeqCst);
    (MADE.load(Ordering::SeqCst), dropped, handed_in)
}

/// What is running, as in `CPython 3.12.1`.
#[pyfunction]
fn running(py: Python<'_>) -> String {
    py.runtime().to_string()
}

/// Objects for many threads.
#[pymodule]
fn everypy_threads(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Account>()?;
    m.add_function(wrap_pyfunction!(copied, m)?)?;
    m.add_function(wrap_pyfunction!(hurry, m)?)?;
    m.add_function(wrap_pyfunction!(round, m)?)?;
    m.add_function(wrap_pyfunction!(in_threads, m)?)?;
    m.add_function(wrap_pyfunction!(counts, m)?)?;
    m.add_function(wrap_pyfunction!(running, m)?)?;
    Ok(())
}
