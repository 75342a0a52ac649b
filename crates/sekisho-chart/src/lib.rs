//! Helm charts rendered natively, with the place in template and values of every byte of the result.
//!
//! [`template`] is the language of Go's `text/template` as Helm 4 sets it up: parser and evaluator.
//! [`value`] is what it computes with. [`functions`] is what templates can call.
//! [`semver`] compares versions as Helm does.
//!
//! [`go`] gives Rego the templates and formats.
//!
//! This crate reads no file; it takes texts and values and returns texts and origins.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod call;
pub mod capabilities;
pub mod chart;
mod error;
pub mod functions;
pub mod go;
mod operation;
pub mod render;
pub mod schema;
pub mod semver;
pub mod template;
pub mod value;
pub mod values;
