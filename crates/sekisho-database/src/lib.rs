//! Where the vulnerability database comes from and where it lies.
//!
//! [`gather`] reads advisories out of folders and archives, [`trivy`] and [`grype`] out of other scanners' databases,
//! [`fetch`] gets a file over HTTPS, and [`install`] puts a database into its place whole or not at all. [`open`] maps
//! it into memory, where any number of processes share it.

pub mod fetch;
mod gather;
mod install;
mod mapped;

pub use gather::{Failure, GatherError, Gathered, Limits, gather};
pub use install::{InstallError, Trust, install, open, read_trusted};
