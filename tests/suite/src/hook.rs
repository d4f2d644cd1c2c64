//! Keeps the messages of panics, with their places in the sources, instead of printing them: many tests panic on
//! purpose.

use std::panic;
use std::sync::{Mutex, Once, PoisonError};

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            MESSAGES.lock().unwrap_or_else(PoisonError::into_inner).push(panic.to_string());
        }));
    });
}

pub(crate) fn take() -> Vec<String> {
    core::mem::take(&mut *MESSAGES.lock().unwrap_or_else(PoisonError::into_inner))
}
