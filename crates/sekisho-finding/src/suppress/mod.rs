//! Findings that do not count, and why: comments in the source, exceptions with an owner and an end, baselines.

mod baseline;
mod exception;
mod ignore;

pub use baseline::{Baseline, BaselineError};
pub use exception::{Exception, glob};
pub use ignore::{Ignore, MARKS, ignores_at};
