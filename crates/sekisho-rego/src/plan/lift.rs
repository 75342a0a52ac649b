//! Which comprehensions become units of their own, so that what they make can be kept.

use crate::compile::ir::{Comprehension, Goal, GoalKind, Node, Root, Var};
use crate::compile::safety::Bound;

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

impl Search<'_> {
    fn comprehension(&mut self, comprehension: &Comprehension) {
        for head in comprehension.heads() {
            self.node(head);
        }
        self.goals(comprehension.body());
    }

    fn goals(&mut self, goals: &[Goal]) {
        for goal in goals {
            self.goal(&goal.kind);
        }
    }

    fn goal(&mut self, goal: &GoalKind) {
        match goal {
            GoalKind::Unify { left, right, .. } => {
                self.node(left);
                self.node(right);
            }
            GoalKind::Test(node) => self.node(node),
            GoalKind::Call { arguments, output, .. } => {
                for node in arguments.iter().chain(output) {
                    self.node(node);
                }
            }
            GoalKind::Not { body, .. } => self.goals(body),
            GoalKind::And { left, right } | GoalKind::Or { left, right } => {
                self.goals(left);
                self.goals(right);
            }
            GoalKind::Every { domain, body, .. } => {
                self.node(domain);
                self.goals(body);
            }
            GoalKind::With { .. } | GoalKind::Print(_) => self.is_plain = false,
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Const(_) => {}
            Node::Var(var) => self.var(*var),
            Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| self.node(item)),
            Node::Object(pairs) => {
                for (key, value) in pairs {
                    self.node(key);
                    self.node(value);
                }
            }
            Node::Ref(reference) => {
                if let Root::Var(var) = reference.root {
                    self.var(var);
                }
                reference.path.iter().for_each(|element| self.node(element));
            }
            Node::Comprehension(comprehension) => self.comprehension(comprehension),
        }
    }

    fn var(&mut self, var: Var) {
        if self.bound.contains(&var) {
            self.found.push(var);
        }
    }
}
