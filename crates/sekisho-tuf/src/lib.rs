//! The Update Framework (specification 1.0): files of a repository, proved from a root that is trusted.
//!
//! [`Client::refresh`] goes from the root that is kept to the newest root, timestamp, snapshot and targets, and
//! [`Client::find`] through delegations to what is said of a file; [`Target::check`] holds bytes against that. What is
//! proved is kept by a [`Keeper`] as soon as it is proved, byte for byte, and what is asked for comes from a
//! [`Source`]: nothing is fetched, stored or timed here.
//!
//! Thresholds count keys, not names of keys. Versions never go back, files that the snapshot lists do not vanish, and
//! what has expired proves nothing.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod canonical;
mod client;
mod delegation;
mod document;
mod error;
mod key;
mod metadata;
mod role;
mod target;

pub use canonical::canonical;
pub use client::{Client, Keeper, Source, Status};
pub use error::{Trouble, TufError};
pub use metadata::{Root, Snapshot, Targets, Timestamp};
pub use target::Target;
