//! Which resources and users a rule concerns.

mod asked;
mod filter;
mod kind;
mod labels;

pub(crate) use self::asked::{Asked, Identity};
pub use self::asked::{Kind, Operation, User};
pub(crate) use self::filter::{Block, Filter, Subject};
pub use self::kind::KindSelector;
pub(crate) use self::labels::LabelSelector;
