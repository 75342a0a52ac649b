//! Versions and constraints as Helm compares them: semantic versions, read leniently.
//!
//! They decide which chart in `charts/` fulfils a dependency, whether a chart fits a Kubernetes version, and
//! what `semverCompare` answers. Helm takes them from the Go library `Masterminds/semver`; where that differs
//! from the rules of semver.org, it is followed.

mod constraint;
mod version;

pub use self::constraint::{Constraint, ConstraintError};
pub use self::version::{Version, VersionError};

/// Whether a version fits a constraint. What is no version, or no constraint, fits nothing.
pub fn fits(constraint: &str, version: &str) -> bool {
    match (Constraint::parse(constraint), Version::parse(version)) {
        (Ok(constraint), Ok(version)) => constraint.allows(&version),
        _ => false,
    }
}
