//! How much memory a reader takes for its input.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that a reader may hold for each byte of its input, and besides.
pub const PER_BYTE: usize = 64;
/// For tables that every reader has.
pub const BESIDES: usize = 1 << 16;

/// The system's allocator, counted.
pub struct Counted;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is the system allocator's own; counters hold no memory.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Runs a reader on some bytes and panics where it held more than [`PER_BYTE`] and [`BESIDES`] allow.
pub fn bounded<T>(bytes: &[u8], read: impl FnOnce() -> T) -> T {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let result = read();
    let most = MOST.load(Relaxed).saturating_sub(before);
    assert!(most <= PER_BYTE * bytes.len() + BESIDES, "{most} bytes held for {} of input", bytes.len());
    result
}
