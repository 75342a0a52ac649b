//! Everything that evaluations share.

use std::collections::HashMap;
use std::sync::Arc;

use super::ops::{Pool, Unit};
use crate::host::HostFunction;
use crate::ir::tree::{NodeId, RuleKind, Tree};
use crate::span::Span;
use crate::syntax::ast::Name;
use crate::value::Value;

/// The steps of all rules, with what they name.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) tree: Arc<Tree>,
    pub(crate) rules: Vec<Unit>,
    /// The gathering of everything below each place of the tree.
    pub(crate) extents: Vec<Unit>,
    /// The place of each rule.
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) pool: Pool,
    pub(crate) hosts: Vec<HostFunction>,
    /// Tells the program from others.
    pub(crate) id: u64,
    /// The keys of the input whose values come again.
    pub(crate) steady: Vec<Value>,
    /// For each place of a result whether it holds in evaluations to come.
    pub(crate) lasting: Vec<bool>,
    pub(crate) kinds: HashMap<Vec<Name>, (RuleKind, usize)>,
    pub(crate) files: Arc<[String]>,
}

impl Program {
    /// Where the result of an extent is kept.
    pub(crate) fn extent_place(&self, node: NodeId) -> u32 {
        u32::try_from(self.rules.len()).unwrap_or(u32::MAX).saturating_add(node)
    }

    /// Where the result of a lifted comprehension is kept, which has no arguments.
    pub(crate) fn lifted_place(&self, unit: u32) -> u32 {
        let before = self.rules.len() + self.extents.len();
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(unit)
    }

    /// The name of the file that a span lies in.
    pub(crate) fn file(&self, span: Span, fallback: &str) -> String {
        if span.row == 0 {
            return fallback.to_owned();
        }
        self.files.get(span.module as usize).cloned().unwrap_or_default()
    }
}
