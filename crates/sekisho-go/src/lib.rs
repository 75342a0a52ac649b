//! What Go's standard library makes of texts, for the languages of the field that were written in Go.
//!
//! Templates, Rego, Kyverno's JMESPath and Falco's rules all show through what Go does: how a time is read by a
//! layout, what a regular expression may be, which characters are printed between quotes, which URL is none. It
//! stands here once.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod base64;
pub mod characters;
pub mod quote;
pub mod regexp;
pub mod time;
pub mod url;
