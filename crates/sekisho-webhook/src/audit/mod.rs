//! The audit backend: the API server sends lists of events, and they are taken into a queue with an end.
//!
//! A list is answered as soon as it is in the queue. Where the queue is full, or all lists together take more memory
//! than they may, the answer is 429 with `Retry-After`, upon which the API server sends the list again. Who is slow is
//! cut off.

mod backend;
mod limits;

pub use backend::{AuditBackend, AuditCounts, Batch, Batches};
pub use limits::AuditLimits;
