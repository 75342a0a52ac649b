//! The controls of every framework and the 4C × life cycle matrix, as data.
//!
//! A control is named by [`ControlId`], `framework/control`; a check lists the controls it gives evidence
//! for. The texts are our own words; only the identifiers are the frameworks'.

mod matrix;

pub use matrix::{Cell, Layer, Mode, Phase};

/// A control of a framework: `owasp-2025/K01`, `cis-1.12/5.2.2`, `pss/privileged`.
pub type ControlId = &'static str;
