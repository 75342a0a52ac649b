//! Audit logs as they lie in files or come from elsewhere.

mod log;

pub(crate) use self::log::go_over;
