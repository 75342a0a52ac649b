//! Which comprehensions become units of their own, so that what they make can be kept.

use crate::ir::goal::{Comprehension, GoalKind, Var};
use crate::ir::variables::Bound;
use crate::ir::visitor::{Visitor, walk_goal};

/// The variables from around that a comprehension uses, rising; nothing where it prints or replaces what is around
/// it, and must stay where it is.
pub(super) fn free(comprehension: &Comprehension, bound: &Bound) -> Option<Vec<Var>> {
    let mut search = Search { bound, found: Vec::new(), is_plain: true };
    search.comprehension(comprehension);
    if !search.is_plain {
        return None;
    }
    search.found.sort_unstable();
    search.found.dedup();
    Some(search.found)
}

struct Search<'b> {
    bound: &'b Bound,
    found: Vec<Var>,
    is_plain: bool,
}

impl Visitor for Search<'_> {
    fn var(&mut self, var: Var) {
        if self.bound.contains(&var) {
            self.found.push(var);
        }
    }

    fn goal(&mut self, goal: &GoalKind) {
        match goal {
            GoalKind::With { .. } | GoalKind::Print(_) => self.is_plain = false,
            _ => walk_goal(self, goal),
        }
    }
}
