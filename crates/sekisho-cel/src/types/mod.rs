//! Types, declarations, and the checker.

pub(crate) mod check;
pub(crate) mod declaration;
mod kind;
pub(crate) mod literals;
pub(crate) mod problem;
pub(crate) mod reference;
mod substitution;

pub use declaration::StructType;
pub use kind::Type;
pub use problem::TypeError;
