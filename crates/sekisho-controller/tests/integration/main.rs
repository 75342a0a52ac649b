//! The tests of what runs beside admission.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod approvals;
mod audit;
mod generated;
mod schedules;
mod status;
mod support;
