//! Where the vulnerability database comes from and where it lies.
//!
//! [`read_sources`] reads advisories out of folders, archives and other databases, [`fetch`] gets a file over HTTPS,
//! and [`install`] puts a database into its place whole or not at all. [`open`] maps it into memory, where any number of
//! processes share it. [`starter`] is the one that comes with the program.

mod beginning;
pub mod fetch;
mod foreign;
mod foreign_error;
mod gather;
mod grype;
mod install;
mod mapped;
mod sources;
mod starter;
mod trivy;

pub use foreign::Foreign;
pub use foreign_error::{ForeignError, Taken};
pub use gather::{Failure, GatherError, Gathered, Limits, gather};
pub use install::{InstallError, Trust, install, open, read_trusted};
pub use sources::{SourceError, read_sources};
pub use starter::{starter, starter_in};
