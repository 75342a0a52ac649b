//! Which resources and users a rule concerns.

mod asked;
mod filter;
mod kind;
mod labels;

pub use sekisho_manifest::Operation;

pub(crate) use self::asked::{Asked, Identity};
pub use self::asked::{Kind, User};
pub(crate) use self::filter::{Block, Filter, Subject};
pub use self::kind::KindSelector;
pub(crate) use self::labels::LabelSelector;
