//! A walk over all that stands in goals and terms.

use super::goal::{
    Callee, Comprehension, Goal, GoalKind, Modifier, Node, Reference, Replacement, Root, Target, Var,
};

/// Is shown what stands in goals. What it does not say itself leads on to the parts.
pub(crate) trait Visitor {
    /// A variable where it is used.
    fn var(&mut self, _var: Var) {}

    /// A variable where `every` declares it.
    fn declared(&mut self, _var: Var) {}

    fn callee(&mut self, _callee: &Callee) {}

    fn reference(&mut self, reference: &Reference) {
        walk_reference(self, reference);
    }

    fn modifier(&mut self, modifier: &Modifier) {
        match &modifier.target {
            Target::Input { path, value } | Target::Data { path, value } => {
                for node in path.iter().chain([value]) {
                    self.node(node);
                }
            }
            Target::Function { by: Replacement::Value(value), .. } => self.node(value),
            Target::Function { by: Replacement::Function(callee), .. } => self.callee(callee),
            Target::Function { by: Replacement::Document(_), .. } => {}
        }
    }

    fn goal(&mut self, goal: &GoalKind) {
        walk_goal(self, goal);
    }

    fn goals(&mut self, goals: &[Goal]) {
        for goal in goals {
            self.goal(&goal.kind);
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
            Node::Ref(reference) => self.reference(reference),
            Node::Comprehension(comprehension) => self.comprehension(comprehension),
        }
    }

    fn comprehension(&mut self, comprehension: &Comprehension) {
        for head in comprehension.heads() {
            self.node(head);
        }
        self.goals(comprehension.body());
    }
}

/// Shows the parts of a reference.
pub(crate) fn walk_reference<V: Visitor + ?Sized>(visitor: &mut V, reference: &Reference) {
    if let Root::Var(var) = reference.root {
        visitor.var(var);
    }
    reference.path.iter().for_each(|element| visitor.node(element));
}

/// Shows the parts of a goal.
pub(crate) fn walk_goal<V: Visitor + ?Sized>(visitor: &mut V, goal: &GoalKind) {
    match goal {
        GoalKind::Unify { left, right, .. } => {
            visitor.node(left);
            visitor.node(right);
        }
        GoalKind::Test(node) => visitor.node(node),
        GoalKind::Call { callee, arguments, output } => {
            visitor.callee(callee);
            arguments.iter().chain(output).for_each(|node| visitor.node(node));
        }
        GoalKind::Not { body, .. } => visitor.goals(body),
        GoalKind::And { left, right } | GoalKind::Or { left, right } => {
            visitor.goals(left);
            visitor.goals(right);
        }
        GoalKind::Every { key, value, domain, body } => {
            visitor.declared(*key);
            visitor.declared(*value);
            visitor.node(domain);
            visitor.goals(body);
        }
        GoalKind::With { modifiers, body } => {
            for modifier in modifiers {
                visitor.modifier(modifier);
            }
            visitor.goals(body);
        }
        GoalKind::Print(nodes) => nodes.iter().for_each(|node| visitor.node(node)),
    }
}
