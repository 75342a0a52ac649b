//! Modules to groups of definitions in safe order.

mod height;
mod hoist;
mod lower;
mod metadata;
mod modifiers;
mod modules;
mod query;
mod recursion;
mod resolve;
mod safety;
mod scope;
mod settings;

pub use self::metadata::Remark;
pub(crate) use self::metadata::remarks;
pub(crate) use self::query::resolve_query;
pub(crate) use self::resolve::resolve;
pub(crate) use self::settings::Settings;
