//! What a result is: the one kind of finding that every check, rule and matcher of the workspace gives.
//!
//! A [`Finding`] says which [`Rule`] found what ([`Message`]) in which object ([`Subject`]), where
//! ([`Location`]), how bad it is and how sure we are, and, where it can be mended without a person, how
//! ([`Fix`]). A run returns its findings together with its [`Coverage`]: skipped is never passed.

mod coverage;
pub mod fault;
mod finding;
mod fingerprint;
mod fix;
mod message;
mod rule;
pub mod suppress;

pub use coverage::{Coverage, Skip, SkipReason};
pub use finding::{Finding, Location, Related, Subject, Suppression, SuppressionKind, ValueLocation};
pub use fingerprint::Fingerprint;
pub use fix::{Edit, Fix, Safety};
pub use message::{Argument, Message};
pub use rule::{Confidence, ParseLevelError, Persona, Rule, Severity};
