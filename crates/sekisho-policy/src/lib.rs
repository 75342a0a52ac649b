//! Policies: what is asked of them, what they may know, and what they say.
//!
//! A [`Request`] is what the API server asks about: a scanned manifest becomes one too, as if it were created.
//! Whatever a rule must know beside the request it gets from [`Facts`], which were gathered before: evaluating
//! a rule reads no file, asks no server and knows no clock. What a rule says is a [`Verdict`].

mod facts;
mod kinds;
mod request;
mod verdict;

pub use facts::{Facts, NoFacts, ObjectQuery, Snapshot};
pub use kinds::{Kinds, Resource};
pub use request::{GroupVersionKind, GroupVersionResource, Operation, Request, User};
pub use verdict::{Enforcement, Outcome, RuleName, Verdict};
