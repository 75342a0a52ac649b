//! Audit logs as they lie in files or come from elsewhere.

mod follow;
mod log;

pub(crate) use self::follow::follow;
pub(crate) use self::log::{Reader, Tally, go_over};
