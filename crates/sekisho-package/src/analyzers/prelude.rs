//! What every analyzer uses.

pub(super) use crate::{Access, Analyzer, Fact, File, ReadError, Report, Select};
