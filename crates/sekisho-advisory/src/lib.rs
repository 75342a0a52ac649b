//! Advisories: who is affected, from which version to which, how badly, and what vendors say of it.
//!
//! Every format becomes the one model of [`Advisory`], which is the OSV schema's without its prose. [`cvss`] scores
//! vectors, [`exploitation`] reads what is known of attacks, and [`vex`] reads and writes statements about products.

mod advisory;
mod budget;
pub mod cvss;
pub mod exploitation;
pub mod format;
mod severity;
pub mod trivy;
pub mod vex;

pub use advisory::{Advisory, Affected, Event, Range, RangeKind, Rating, Status};
pub use budget::{AdvisoryError, Budget};
pub use severity::Severity;
