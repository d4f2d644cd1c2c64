//! Counts the memory that this module has: what Rust code keeps, no count of Python's tells.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

static ALLOCATED: AtomicIsize = AtomicIsize::new(0);

struct Counting;

/// Counts a new piece, unless there is not so much memory.
fn counted(place: *mut u8) -> *mut u8 {
    if !place.is_null() {
        ALLOCATED.fetch_add(1, Ordering::Relaxed);
    }
    place
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: it only passes on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        counted(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        counted(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.dealloc(place, layout) }
    }
}

/// How many pieces of memory Rust code has at the moment.
pub(crate) fn count() -> isize {
    ALLOCATED.load(Ordering::Relaxed)
}
