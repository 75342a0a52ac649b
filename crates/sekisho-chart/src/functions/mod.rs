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
pub(crate) mod encoding;
mod equality;
mod floats;
mod flow;
mod formats;
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
mod state;
mod strings;
pub(crate) mod time;
mod types;
pub(crate) mod urls;
mod versions;
mod wrapping;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

pub use self::lookup::Cluster;
pub use self::state::{Drawn, State};
use crate::template::{Call, CallError};
use crate::value::{Type, Value};

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

/// Functions that belong together.
pub(crate) type Family = &'static [Function];

/// What a function does.
pub type Body = fn(&mut Call<'_, '_>, &[Value]) -> Result<Value, CallError>;

/// A function that templates can call.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its fixed parameters.
    pub(crate) parameters: &'static [Type],
    /// The type of any further arguments.
    pub(crate) rest: Option<Type>,
    pub(crate) form: Form,
}

/// How a function is evaluated.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Its arguments first.
    Plain(Body),
    /// Arguments up to the first that is false.
    And,
    /// Arguments up to the first that is true.
    Or,
    /// Its arguments first, then it fails: no value of Helm's can be called.
    Call,
}

impl Function {
    /// A function of a fixed number of arguments.
    pub(crate) const fn new(name: &'static str, parameters: &'static [Type], body: Body) -> Self {
        Self { name, parameters, rest: None, form: Form::Plain(body) }
    }

    /// A function of any number of arguments behind the fixed ones.
    pub(crate) const fn variadic(
        name: &'static str,
        parameters: &'static [Type],
        rest: Type,
        body: Body,
    ) -> Self {
        Self { name, parameters, rest: Some(rest), form: Form::Plain(body) }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

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
