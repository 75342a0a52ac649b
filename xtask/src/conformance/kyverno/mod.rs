//! Kyverno's policies: the tests of its library, and what its own program says of real charts.

mod library;
mod verdicts;

pub(super) use library::run as library;
pub(super) use verdicts::run as verdicts;
