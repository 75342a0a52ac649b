//! Findings that do not count, and why: comments in the source, exceptions with an owner and an end, baselines.

mod baseline;
mod exception;
mod fault;
mod ignore;

pub use baseline::{Baseline, BaselineError};
pub use exception::Exception;
pub use fault::{EXPIRED_EXCEPTION, FAULTS, Fault, INVALID_IGNORE_COMMENT};
pub use ignore::{Ignore, ignores_at};
