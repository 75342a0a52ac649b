//! Kubernetes audit events: lines of a log and bodies of a webhook to events, and events to the fields of rules.
//!
//! [`Lines`] cuts what comes from a file into lines. [`Parser`] scans a line or a body once into a flat index,
//! whose memory is used again, and [`Parsed::events`] gives the events in it, whether they come alone or in a
//! list. Nothing is copied and no text is decoded until it is asked for. An [`AuditEvent`] is what the rules of
//! `sekisho-falco` look at: it has the fields `ka.*` as Falco's plugin for audit events has them, `json.*` and
//! `jevt.*`, and what Sigma's rules need.
//!
//! This crate reads no file and opens no port: it takes bytes.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod azure;
mod budget;
mod error;
mod event;
mod field;
mod google;
mod json;
mod lines;
mod parse;
mod spread;
mod wrapped;
mod writer;

pub use budget::Budget;
pub use error::AuditError;
pub use event::{AuditEvent, ObjectReference, Stage};
pub use field::{PLUGIN_NAME, PLUGIN_VERSION, SOURCE, catalog, resolve_path};
pub use json::{Json, JsonKind};
pub use lines::Lines;
pub use parse::{Parsed, Parser};
pub use wrapped::{EachEvent, Shape};
