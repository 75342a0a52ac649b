//! The generators that are built into kustomize.

pub(crate) mod account;
pub(crate) mod chart;
pub(crate) mod data;
pub(crate) mod hash;
pub(crate) mod pairs;
