//! Reads the body of a request within limits of size and time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::{Instant, timeout_at};

/// Why a body was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// It is larger than a review may be; with its first bytes.
    TooLarge(Vec<u8>),
    /// All bodies together take more than they may.
    Busy(Vec<u8>),
    /// It did not come in time.
    Late,
    /// The connection broke.
    Broken,
}

/// A body, and the room that it takes.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) bytes: Vec<u8>,
    taken: usize,
    room: Arc<AtomicUsize>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.fetch_add(self.taken, Ordering::AcqRel);
    }
}

impl Held {
    fn take(&mut self, bytes: usize) -> bool {
        let taken =
            self.room.fetch_update(Ordering::AcqRel, Ordering::Acquire, |room| room.checked_sub(bytes));
        if taken.is_ok() {
            self.taken += bytes;
        }
        taken.is_ok()
    }
}

/// How much a body that says nothing of its size is taken to have at first.
const FIRST: usize = 8 << 10;

/// Reads a body of at most so many bytes. `room` is what all bodies together may still take.
pub(crate) async fn read(
    mut body: Incoming,
    most: usize,
    room: &Arc<AtomicUsize>,
    deadline: Instant,
) -> Result<Held, BodyError> {
    let said = usize::try_from(body.size_hint().exact().unwrap_or(0)).unwrap_or(usize::MAX);
    let mut held = Held {
        bytes: Vec::with_capacity(said.min(most).max(FIRST.min(most))),
        taken: 0,
        room: Arc::clone(room),
    };
    loop {
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(BodyError::Late),
            Ok(None) => return Ok(held),
            Ok(Some(Err(_))) => return Err(BodyError::Broken),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if held.bytes.len() + data.len() > most {
            return Err(BodyError::TooLarge(std::mem::take(&mut held.bytes)));
        }
        if !held.take(data.len()) {
            return Err(BodyError::Busy(std::mem::take(&mut held.bytes)));
        }
        held.bytes.extend_from_slice(&data);
    }
}
