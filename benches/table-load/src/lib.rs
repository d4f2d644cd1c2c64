//! Times how long the table of C-API entries takes to fill.
//!
//! A plain library, no module: ctypes opens it, so the first filling of a process can be timed from outside.

use std::time::Instant;

use everypy_shims::{Python, load, resolve, runtime};

/// Fills the table for the first time in this process, and returns the nanoseconds; 0 if there is no Python.
#[unsafe(no_mangle)]
pub extern "C" fn first_fill() -> u64 {
    let start = Instant::now();
    let loaded = load().is_ok();
    if loaded { nanoseconds(start) } else { 0 }
}

/// Finds the library and resolves every row `rounds` times, and returns the nanoseconds of the best.
///
/// The table has been filled.
#[unsafe(no_mangle)]
pub extern "C" fn best_fill(rounds: u32) -> u64 {
    let runtime = runtime();
    let round = || {
        let start = Instant::now();
        let resolution = Python::find().and_then(|python| resolve(&python, runtime));
        let duration = nanoseconds(start);
        resolution.map_or(u64::MAX, |_| duration)
    };
    (0..rounds).map(|_| round()).min().unwrap_or(0)
}

fn nanoseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
