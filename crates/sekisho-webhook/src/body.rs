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
        let is_large = held.bytes.len() + data.len() > most;
        if is_large || !held.take(data.len()) {
            let first = std::mem::take(&mut held.bytes);
            drop(held);
            pass_over(body, most, deadline).await;
            return Err(if is_large { BodyError::TooLarge(first) } else { BodyError::Busy(first) });
        }
        held.bytes.extend_from_slice(&data);
    }
}

/// Takes the rest of a body, as many bytes at most, and keeps none of it: a connection that is closed with bytes on the way
/// may be reset, and whoever sent them would not see the answer.
async fn pass_over(mut body: Incoming, most: usize, deadline: Instant) {
    let mut passed = 0;
    while passed < most
        && let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await
    {
        passed += frame.data_ref().map_or(0, hyper::body::Bytes::len);
    }
}
