//! What an image, a folder or a bill of materials contains.
//!
//! [`Contents`] is the one model between those who find packages and those who judge them: analyzers and readers of
//! bills of materials make it, matching of advisories, licence policies, stores and writers of bills read it. It is
//! plain data, serialisable, without a path of this machine and without a time.

mod contents;
mod distribution;
mod license;
mod license_names;
mod package;

pub use contents::{Contents, Unread};
pub use distribution::Distribution;
pub use license::License;
pub use license_names::license;
pub use package::{Evidence, Hash, Package, Place, Scope, SourcePackage};
