//! Patterns: what a resource must look like, with anchors, wildcards and comparisons.

pub(crate) mod anchor;
mod compile;
mod evaluate;
mod failure;
mod tree;
mod whole;
mod wildcard_keys;

pub(crate) use self::failure::{Failure, Mismatch};
pub(crate) use self::tree::{Element, Field, MapPattern, Scalar};
pub(crate) use self::whole::Pattern;
