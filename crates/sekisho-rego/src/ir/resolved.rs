//! What is compiled, before it is planned.

use super::group::Group;
use super::tree::Tree;

/// The tree of names, and the groups of definitions that stand in it.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) tree: Tree,
    pub(crate) groups: Vec<Group>,
}
