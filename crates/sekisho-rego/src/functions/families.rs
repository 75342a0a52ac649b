//! The list of all built-in functions, family by family.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::builtin::{Builtin, Family};
use super::{
    aggregates, arithmetic, aws, casts, certificates, collections, digests, encoding, environment, glob,
    graph, graphql, network, paths, regex, schemas, sprintf, strings, templates, times, tokens, units,
};

const FAMILIES: &[Family] = &[
    aggregates::FAMILY,
    arithmetic::FAMILY,
    aws::FAMILY,
    casts::FAMILY,
    certificates::FAMILY,
    collections::FAMILY,
    digests::FAMILY,
    encoding::FAMILY,
    environment::FAMILY,
    glob::FAMILY,
    graph::FAMILY,
    graphql::FAMILY,
    network::FAMILY,
    paths::FAMILY,
    regex::FAMILY,
    schemas::FAMILY,
    sprintf::FAMILY,
    strings::FAMILY,
    templates::FAMILY,
    times::FAMILY,
    tokens::FAMILY,
    units::FAMILY,
];

/// The function of this name.
pub fn lookup(name: &str) -> Option<&'static Builtin> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Builtin>> =
        LazyLock::new(|| FAMILIES.iter().copied().flatten().map(|builtin| (builtin.name, builtin)).collect());
    BY_NAME.get(name).copied()
}

/// All functions, family by family.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    FAMILIES.iter().copied().flatten()
}
