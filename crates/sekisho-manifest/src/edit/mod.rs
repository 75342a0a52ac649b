//! Changes of single fields of a manifest's text: what is changed is said on the tree, and every byte
//! that the change does not touch stays as it was.

mod change;

pub use change::{Change, Operation};
