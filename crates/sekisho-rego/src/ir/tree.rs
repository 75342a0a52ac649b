//! The tree of packages and rules below `data`.

use std::collections::HashMap;

use crate::syntax::ast::Name;

/// A place of the tree.
pub(crate) type NodeId = u32;
/// A group of definitions with one name.
pub(crate) type RuleId = u32;

/// What a group of definitions gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// One value.
    Complete,
    /// A set.
    Set,
    /// An object whose keys, several levels deep perhaps, come from the definitions.
    Object,
    /// A value for arguments.
    Function,
}

#[derive(Debug, Default)]
pub(crate) struct TreeNode {
    pub(crate) parent: Option<NodeId>,
    pub(crate) name: Name,
    pub(crate) children: Vec<(Name, NodeId)>,
    by_name: HashMap<Name, NodeId>,
    pub(crate) rule: Option<RuleId>,
    pub(crate) depth: u32,
}

/// The tree; the first node is `data` itself.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<TreeNode>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![TreeNode::default()] }
    }
}

pub(crate) const ROOT: NodeId = 0;

impl Tree {
    pub(crate) fn node(&self, id: NodeId) -> &TreeNode {
        static NONE: std::sync::LazyLock<TreeNode> = std::sync::LazyLock::new(TreeNode::default);
        self.nodes.get(id as usize).unwrap_or(&NONE)
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn child(&self, id: NodeId, name: &str) -> Option<NodeId> {
        self.node(id).by_name.get(name).copied()
    }

    /// The node at a path, which is made where there is none.
    pub(crate) fn grow<'n>(&mut self, path: impl Iterator<Item = &'n Name>) -> NodeId {
        let mut at = ROOT;
        for name in path {
            at = match self.child(at, name) {
                Some(child) => child,
                None => self.add(at, name),
            };
        }
        at
    }

    fn add(&mut self, parent: NodeId, name: &Name) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX);
        let depth = self.node(parent).depth + 1;
        self.nodes.push(TreeNode { parent: Some(parent), name: name.clone(), depth, ..TreeNode::default() });
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            node.children.push((name.clone(), id));
            node.by_name.insert(name.clone(), id);
        }
        id
    }

    pub(crate) fn set_rule(&mut self, id: NodeId, rule: RuleId) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.rule = Some(rule);
        }
    }

    pub(crate) fn find<'n>(&self, path: impl IntoIterator<Item = &'n Name>) -> Option<NodeId> {
        path.into_iter().try_fold(ROOT, |at, name| self.child(at, name))
    }

    /// The names from the root to a node.
    pub(crate) fn path(&self, id: NodeId) -> Vec<Name> {
        let mut path = Vec::new();
        let mut at = id;
        while let Some(parent) = self.node(at).parent {
            path.push(self.node(at).name.clone());
            at = parent;
        }
        path.reverse();
        path
    }
}
