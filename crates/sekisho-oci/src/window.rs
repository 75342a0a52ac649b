//! How far streams of zstd look back, and that of those that look far one is read at a time: each holds twice as much in
//! memory.

use std::io::{self, Read};
use std::sync::{Condvar, Mutex, PoisonError};

/// What looks back further is large.
pub(crate) const SMALL: u64 = 8 << 20;

static IS_TAKEN: Mutex<bool> = Mutex::new(false);
static IS_FREE: Condvar = Condvar::new();

/// The right to read a stream that looks far back, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(());

impl Turn {
    /// Waits until nobody else has it.
    ///
    /// INVARIANT: whoever has one waits for no other, and for nobody who does: a layer is read by one thread, and what is
    /// packed in it is not read with large windows.
    pub(crate) fn wait() -> Self {
        let taken = IS_TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = IS_FREE.wait_while(taken, |taken| *taken).unwrap_or_else(PoisonError::into_inner);
        *taken = true;
        Self(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *IS_TAKEN.lock().unwrap_or_else(PoisonError::into_inner) = false;
        IS_FREE.notify_one();
    }
}

/// Hands the header of a frame on, and keeps its beginning.
pub(crate) struct Head<'r, R> {
    inner: &'r mut R,
    seen: [u8; 6],
    count: usize,
}

impl<'r, R: Read> Head<'r, R> {
    pub(crate) fn new(inner: &'r mut R) -> Self {
        Self { inner, seen: [0; 6], count: 0 }
    }

    /// How far the frame looks back, where its content has this size. See RFC 8878, 3.1.1.1.
    pub(crate) fn window(&self, content: u64) -> u64 {
        const SINGLE_SEGMENT: u8 = 0x20;
        let [.., descriptor, window] = self.seen;
        if descriptor & SINGLE_SEGMENT != 0 {
            return content;
        }
        let base = 1_u64 << (10 + u32::from(window >> 3));
        base + base / 8 * u64::from(window & 7)
    }
}

impl<R: Read> Read for Head<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let rest = self.seen.get_mut(self.count..).unwrap_or_default();
        for (to, from) in rest.iter_mut().zip(buffer.iter().take(count)) {
            *to = *from;
        }
        self.count = self.count.saturating_add(count).min(6);
        Ok(count)
    }
}
