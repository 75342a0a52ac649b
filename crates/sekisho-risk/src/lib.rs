//! What to do first: the few changes that take most of the risk away.
//!
//! An [`Action`] is one thing that a person or `sekisho fix` can do, with what it clears.

mod action;

pub use action::Action;
