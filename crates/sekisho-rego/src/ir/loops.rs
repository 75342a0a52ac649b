//! Which goals can have many solutions.

use super::goal::{Goal, GoalKind, Node};
use super::variables::Bound;

/// Whether a goal can have many solutions.
pub(crate) fn is_loop(goal: &Goal, known: &Bound) -> bool {
    let GoalKind::Unify { left, right, .. } = &goal.kind else {
        return matches!(&goal.kind, GoalKind::Test(node) if looks_up(node, known));
    };
    looks_up(left, known) || looks_up(right, known)
}

/// Whether a node is a reference that gives values to variables of its path.
pub(crate) fn looks_up(node: &Node, known: &Bound) -> bool {
    let Node::Ref(reference) = node else { return false };
    let mut found = false;
    for step in &reference.path {
        step.each_var(&mut |var| found |= !known.contains(&var));
    }
    found
}
