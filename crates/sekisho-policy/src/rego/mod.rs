//! Plain modules of Rego as policies, as conftest has them: rules `deny`, `violation` and `warn` over `input`,
//! which is the object.
//!
//! A rule gives a set of messages, each a text or an object with `msg`. `warn` only warns. A rule `exception`
//! of the same package gives lists of rules that do not apply; it names them without `deny_`, `violation_` and
//! `warn_`.

mod answer;
pub(crate) mod field;
mod lint;
mod load;
mod module;
mod objection;
mod package;
mod policy;
mod version;
mod world;

pub use self::lint::{Fault, LintRemark, lint};
pub use self::load::{KIND, Loaded, Options, Rules, load, problem};
pub use self::module::Module;
pub use self::objection::objection;
pub use self::package::Packages;
pub use self::version::parse;
pub(crate) use self::world::world;
