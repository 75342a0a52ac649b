//! What templates can call: the table of functions by name.
//!
//! # Adding a function
//!
//! Functions live in families, one file a family, each with a table `pub(super) const FAMILY: Family` of
//! [`Function`]s; a new family is entered in [`FAMILIES`]. A function is its name, the types of its
//! parameters, and a `fn(&mut Call, &[Value]) -> Result<Value, CallError>`:
//!
//! ```text
//! Function::new("trunc", &[Type::INT, Type::String], |_, args| { … })
//! Function::variadic("list", &[], Type::Any, |_, args| Ok(List::new(args.to_vec()).into()))
//! ```
//!
//! The evaluator checks number and types of the arguments with Go's own messages before it calls, so that a
//! function sees what its table says: for `Type::String` a [`Data::Text`](crate::value::Data::Text), for
//! `Type::INT` a `Data::Int`, for a map or slice type a `Data::Map` or `Data::List` (a nil one where the
//! template gave `nil`), for [`Type::Any`] anything but `Data::Absent`.
//!
//! A function that fails returns [`CallError::new`] with the message that Go's function gives, without the
//! `error calling …: ` before it. What costs more than its arguments are long (`repeat`, `until`) asks
//! [`Call::allocate`] and [`Call::charge`] first. Functions that move text about keep its origins by
//! [`Text::slice`](crate::value::Text::slice) and [`TextBuilder`](crate::value::TextBuilder).
//! What is dear to make twice (compiled expressions) or comes from outside (the seed of random values, the
//! time, a cluster's answers to `lookup`) lives in [`State`], reached by [`Call::state`].

mod arguments;
mod cases;
mod certificates;
mod convert;
mod decimal;
mod dicts;
mod digests;
mod drawn;
pub(crate) mod encoding;
mod equality;
mod floats;
mod flow;
mod formats;
mod function;
mod integers;
mod language;
mod lists;
mod lookup;
mod merging;
mod network;
mod passwords;
mod paths;
mod random;
mod regex;
mod strings;
pub(crate) mod time;
mod types;
pub(crate) mod urls;
mod versions;
mod wrapping;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use self::drawn::Drawn;
use self::function::Family;
pub(crate) use self::function::Form;
pub use self::function::{Body, Function};
pub use crate::call::{Call, Cluster, State};

/// The families of functions. Of two functions of one name the later one counts.
const FAMILIES: &[Family] = &[
    language::GO,
    language::FAMILY,
    cases::FAMILY,
    certificates::FAMILY,
    dicts::FAMILY,
    digests::FAMILY,
    encoding::FAMILY,
    equality::FAMILY,
    floats::FAMILY,
    flow::FAMILY,
    formats::JSON,
    formats::TOML,
    formats::YAML,
    integers::FAMILY,
    lists::FAMILY,
    lookup::FAMILY,
    merging::FAMILY,
    network::FAMILY,
    passwords::FAMILY,
    paths::FAMILY,
    random::FAMILY,
    regex::FAMILY,
    strings::FAMILY,
    time::FAMILY,
    types::FAMILY,
    urls::FAMILY,
    versions::FAMILY,
    wrapping::FAMILY,
];

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
        FAMILIES.iter().copied().flatten().map(|function| (function.name, function)).collect()
    });
    BY_NAME.get(name).copied()
}

/// The function of this name, if it is one of the language itself.
pub(crate) fn find_of_language(name: &str) -> Option<&'static Function> {
    language::GO.iter().find(|function| function.name == name)
}

/// The names of all functions, in order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = FAMILIES.iter().copied().flatten().map(|function| function.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}
