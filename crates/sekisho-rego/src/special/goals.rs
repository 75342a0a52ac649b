//! Goals that bind what is known.

use crate::ir::goal::{Goal, GoalKind, Node, Unification};
use crate::span::Span;

/// The goal that stands for a call whose value is known.
pub(super) fn receive(span: Span, output: Option<Node>, value: Node) -> Goal {
    match output {
        Some(output) => {
            Goal::new(span, GoalKind::Unify { left: output, right: value, how: Unification::Both })
        }
        None => Goal::new(span, GoalKind::Test(value)),
    }
}

/// A goal that gives a variable its value.
pub(super) fn bind(span: Span, left: Node, right: Node) -> Goal {
    Goal::new(span, GoalKind::Unify { left, right, how: Unification::Assign })
}

/// Whether a goal does nothing but give a variable the value of a constant or of another variable.
pub(super) fn is_binding(goal: &Goal) -> bool {
    matches!(
        &goal.kind,
        GoalKind::Unify {
            left: Node::Var(_),
            right: Node::Const(_) | Node::Var(_),
            how: Unification::Assign
        }
    )
}
