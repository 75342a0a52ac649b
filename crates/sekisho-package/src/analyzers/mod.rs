//! The list of analyzers. Written by `cargo xtask generate` from the files beside it: do not edit.

#![allow(clippy::unnecessary_wraps, reason = "every analyzer has the signature of the table")]

mod os_release;
mod prelude;

use crate::Analyzer;

/// Every analyzer, in the order of their names.
#[rustfmt::skip]
pub(crate) static ANALYZERS: &[&Analyzer] = &[
    &os_release::ANALYZER,
];
