//! What is running, as a run-time fact.

pub use everypy_shims::{Implementation, Runtime, Version};

use crate::marker::Python;

/// Something that not every Python can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// Several interpreters in one process, from C.
    Subinterpreters,
    /// Threads that run Python code at the same time, without a GIL.
    FreeThreading,
    /// Objects die when their last reference goes, at once and in the same thread.
    PromptDestruction,
    /// Notes on exceptions, `BaseException.add_note`.
    ExceptionNotes,
}

impl Python<'_> {
    /// What is running: implementation, version, free-threaded, debug.
    pub fn runtime(self) -> &'static Runtime {
        everypy_shims::runtime()
    }

    /// Whether the running Python can do something.
    pub fn supports(self, capability: Capability) -> bool {
        let runtime = self.runtime();
        let cpython = runtime.implementation == Implementation::CPython;
        match capability {
            Capability::Subinterpreters => cpython,
            Capability::FreeThreading => runtime.free_threaded,
            Capability::PromptDestruction => cpython,
            Capability::ExceptionNotes => runtime.python.feature() >= (3, 11),
        }
    }
}
