//! Page-aligned buffers that are used again: a fresh large allocation costs a page fault for every
//! 4 KiB that is read into it. Knows nothing of what is in them.

use std::sync::{Arc, Mutex, PoisonError};

const PAGE_BYTES: usize = 4096;

/// Buffers of one size; as many exist as were ever in use at once.
#[derive(Debug)]
pub(crate) struct Pool {
    bytes: usize,
    idle: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self { bytes, idle: Mutex::new(Vec::new()) })
    }

    /// A buffer with whatever its last user left in it.
    pub(crate) fn take(self: &Arc<Self>) -> Buffer {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let memory = idle.unwrap_or_else(|| vec![0; self.bytes + PAGE_BYTES]);
        let start = memory.as_ptr().align_offset(PAGE_BYTES).min(PAGE_BYTES);
        Buffer { memory, start, length: self.bytes, pool: self.clone() }
    }
}

/// A buffer that goes back to its pool when it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    memory: Vec<u8>,
    start: usize,
    length: usize,
    pool: Arc<Pool>,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.memory.get(self.start..self.start + self.length).unwrap_or(&[])
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        self.memory.get_mut(self.start..self.start + self.length).unwrap_or(&mut [])
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_used_again() {
        let pool = Pool::new(100_000);
        let mut first = pool.take();
        first.as_mut()[99_999] = 7;
        let at = first.as_ref().as_ptr();
        assert_eq!((at.align_offset(PAGE_BYTES), first.as_ref().len()), (0, 100_000));
        drop(first);
        let again = pool.take();
        assert_eq!((again.as_ref().as_ptr(), again.as_ref()[99_999]), (at, 7));
        assert_ne!(pool.take().as_ref().as_ptr(), at);
    }
}
