//! The controls of every framework and the 4C × life cycle matrix, as data.
//!
//! A control is named by [`ControlId`], `framework/control`; a check lists the controls it gives evidence
//! for. The texts are our own words; only the identifiers are the frameworks'. [`assess`] says of every
//! control of a framework what a run shows: passed, failed, or why neither can be said.

mod assessment;
mod control;
mod frameworks;
mod matrix;

pub use assessment::{ControlResult, ControlState, Outcome, RuleRun, Run, assess};
pub use control::{
    Classification, Control, ControlId, Evidence, Framework, Need, Needs, PodSecurityLevel, Section, Tactic,
};
pub use frameworks::{control, framework, frameworks, pod_security_controls};
pub use matrix::{Cell, Layer, Mode, Phase};
