//! What to do first: the risk of each finding, and the few changes that take most of it away.
//!
//! [`weigh`] sets the risk of findings, [`sort`] puts them in its order, [`actions`] says what would clear them. How the weights were chosen
//! stands in `docs/ranking.md`.

mod action;
mod actions;
mod context;
mod privilege;
mod rank;

pub use action::Action;
pub use actions::actions;
pub use rank::{sort, weigh};
