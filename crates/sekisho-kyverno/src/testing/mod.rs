//! Kyverno's own test files: policies, resources and what each rule is to say of each resource.
//!
//! [`TestFile::read`] reads a `kyverno-test.yaml`, [`run`] works out its rows. Files are the caller's to read.
//! What a policy would ask of a cluster stands in the values of the test; calls that it does not answer are
//! left out.

mod case;
mod compare;
mod file;
mod run;
mod world;

pub use self::case::{Case, Files, NoOtherPolicies, OtherPolicies, Row};
pub use self::file::{Expected, ResourceName, TestFile};
pub use self::run::{as_resource, run};
pub use self::world::TestFacts;
