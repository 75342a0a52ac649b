//! Rules as definitions of one name, ready for planning.

use super::goal::{Goal, Node};
use super::tree::{NodeId, RuleKind};
use crate::span::Span;
use crate::syntax::ast::Name;

/// All definitions of one name.
#[derive(Debug)]
pub(crate) struct Group {
    /// The path below `data`.
    pub(crate) path: Vec<Name>,
    pub(crate) node: NodeId,
    pub(crate) kind: RuleKind,
    /// How many arguments a function takes.
    pub(crate) arity: usize,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) default: Option<Definition>,
    /// The file of the first definition.
    pub(crate) file: String,
    pub(crate) span: Span,
}

/// A definition with its `else` branches.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) span: Span,
    /// Which module it stands in.
    pub(crate) module: usize,
    pub(crate) branches: Vec<Clause>,
}

/// Conditions and what holds when they do.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) span: Span,
    /// The names of its variables; empty for those that were not written.
    pub(crate) names: Vec<Name>,
    pub(crate) parameters: Vec<Node>,
    pub(crate) body: Vec<Goal>,
    /// The keys below the name of the group.
    pub(crate) path: Vec<Node>,
    /// The element of a set.
    pub(crate) key: Option<Node>,
    /// The value; nothing stands for true.
    pub(crate) value: Option<Node>,
}
