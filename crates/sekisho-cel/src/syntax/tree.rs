//! The tree of an expression while it grows.

use super::ast::{Ast, Expr, ExprId, Span};
use super::error::{Fault, ParseError};

/// The most levels of an expression as it is written.
pub(crate) const DEEPEST: usize = 250;
/// The most levels of an expression with its macros expanded.
const DEEPEST_EXPANDED: u32 = 500;

#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) ast: Ast,
}

impl Tree {
    /// Adds a node, unless the tree becomes too deep by it.
    pub(crate) fn add(&mut self, node: Expr, span: Span) -> Result<ExprId, Fault> {
        let id = self.ast.add(node, span);
        if self.ast.height(id) > DEEPEST_EXPANDED { Err(too_deep(span)) } else { Ok(id) }
    }
}

/// The error of an expression that has too many levels.
pub(super) fn too_deep(span: Span) -> Fault {
    (span, ParseError::TooDeep { limit: DEEPEST })
}
