//! Versions of packages: the order of every ecosystem, the languages of ranges, and package URLs.
//!
//! A [`Version`] is parsed once under a [`Scheme`] into a key. Two versions of one scheme are compared by their
//! keys, without allocation. A [`Requirement`] is a parsed range of any ecosystem's language. An [`Ecosystem`]
//! ties the names that advisories use to schemes and to the types of [`PackageUrl`]s.

mod ecosystem;
mod key;
mod order;
mod purl;
mod requirement;
mod scheme;
mod version;

pub use ecosystem::Ecosystem;
pub use purl::{PackageUrl, PackageUrlError};
pub use requirement::{Bound, Interval, Language, Requirement, RequirementError};
pub use scheme::Scheme;
pub use version::{Version, VersionError};
