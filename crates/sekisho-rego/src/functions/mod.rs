//! The built-in functions and the list of them.
//!
//! # Adding a function
//!
//! Functions live in families, one file a family, each with a table `pub(super) const FAMILY: Family` of
//! [`Builtin`]s; a new family is entered in [`FAMILIES`]. A function is its name, the types of its operands and
//! of its value, and a `fn(&mut Call, &[Value]) -> Result<Value, BuiltinError>`.
//!
//! The compiler checks operands against the types where it knows them; at run time a function may get anything
//! and says what is wrong with OPA's words (see `arguments`). What costs more than its operands are long asks
//! `Call::charge` and `Call::allocate` first.

mod aggregates;
mod arguments;
mod arithmetic;
mod aws;
mod call;
mod casts;
mod certificates;
mod collections;
mod crypto;
mod digests;
mod encoding;
mod environment;
mod error;
mod glob;
mod globs;
mod graph;
mod graphql;
mod network;
mod paths;
mod regex;
mod requests;
mod schemas;
mod sprintf;
mod strings;
mod templates;
mod times;
mod tokens;
mod types;
mod units;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

pub use self::call::{Call, Facts, Memory, Meter, MeterError, Modules, World};
pub use self::error::BuiltinError;
pub use self::types::Type;
use crate::value::Value;

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

/// Functions that belong together.
type Family = &'static [Builtin];

/// What a function does.
pub type Body = fn(&mut Call<'_>, &[Value]) -> Result<Value, BuiltinError>;

/// A built-in function.
#[derive(Clone, Copy)]
pub struct Builtin {
    /// Its name, such as `json.marshal`.
    pub name: &'static str,
    /// The types of its operands.
    pub arguments: &'static [Type],
    /// The type of its value.
    pub result: Type,
    /// Whether it gives many values: then it is `walk`, and its value is the array of them.
    pub relation: bool,
    /// Whether it may give another value for the same operands in another evaluation.
    pub nondeterministic: bool,
    /// What it does. The number of operands is that of its types.
    pub call: Body,
}

impl Builtin {
    const fn new(name: &'static str, arguments: &'static [Type], result: Type, call: Body) -> Self {
        Self { name, arguments, result, relation: false, nondeterministic: false, call }
    }

    const fn nondeterministic(self) -> Self {
        Self { nondeterministic: true, ..self }
    }

    const fn relation(self) -> Self {
        Self { relation: true, ..self }
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builtin").field("name", &self.name).finish_non_exhaustive()
    }
}

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
