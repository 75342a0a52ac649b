//! Bills of materials: CycloneDX and SPDX, of every version in use, as one model and back.
//!
//! [`read`] tells by the content what a file is, unwraps attestations, and gives a [`Bill`]: the
//! [`Contents`](sekisho_contents::Contents) that all judging goes by, and beside them what only bills say. [`write`]
//! makes any [`Format`] of it. The same bill is always the same bytes: numbers and names of documents are made of their
//! content, and no time is told that was not given.

mod bill;
mod budget;
mod cyclonedx;
mod declared;
mod difference;
mod encoding;
mod envelope;
mod format;
mod gathering;
mod identity;
mod json;
mod markup;
mod merge;
mod notes;
mod spdx2;
mod spdx3;
mod time;
mod tree;

pub use bill::{
    Analysis, Bill, Detail, Family, Flaw, Foreign, Link, Rating, Subject, SubjectKind, Tool, contents_only,
};
pub use budget::{Budget, SbomError};
pub use difference::{Changed, Difference, difference};
pub use format::{Format, looks_like_bill, read, write};
pub use identity::serial_number;
pub use merge::merge;
