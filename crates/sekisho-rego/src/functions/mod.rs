//! The built-in functions and the list of them.
//!
//! # Adding a function
//!
//! Functions live in families, one file a family, each with a table `pub(super) const FAMILY: Family` of
//! [`Builtin`]s; a new family is entered in `families`. A function is its name, the types of its operands and
//! of its value, and a `fn(&mut Call, &[Value]) -> Result<Value, BuiltinError>`.
//!
//! The compiler checks operands against the types where it knows them; at run time a function may get anything
//! and says what is wrong with OPA's words (see `arguments`). What costs more than its operands are long asks
//! `Call::charge` and `Call::allocate` first.

mod aggregates;
mod arguments;
mod arithmetic;
mod aws;
mod builtin;
mod call;
mod casts;
mod certificates;
mod collections;
mod crypto;
mod digests;
mod encoding;
mod environment;
mod error;
mod expression;
mod families;
mod glob;
mod globs;
mod graph;
mod graphql;
mod kept;
mod meter;
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
mod world;

pub use self::builtin::{Body, Builtin};
pub use self::call::Call;
pub use self::error::BuiltinError;
pub use self::families::{all, lookup};
pub use self::kept::Kept;
pub use self::meter::{Meter, MeterError};
pub use self::types::Type;
pub use self::world::{Facts, Modules, World};
