//! Rules with names resolved: what compiling makes, and what types, specializing and planning read.

pub(crate) mod goal;
pub(crate) mod group;
pub(crate) mod loops;
pub(crate) mod resolved;
pub(crate) mod tree;
pub(crate) mod variables;
pub(crate) mod visitor;
