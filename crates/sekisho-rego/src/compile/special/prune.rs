//! Leaves out variables that nothing reads any more, and finds the rules that are still needed.

use std::collections::{HashMap, HashSet};

use super::Unfit;
use super::fold::is_binding;
use crate::compile::group::{Clause, Group};
use crate::compile::ir::{Callee, Goal, GoalKind, Node, Root, Var};
use crate::compile::tree::{ROOT, RuleId, Tree};
use crate::syntax::ast::Name;

/// Leaves out of a clause the goals that give a value to a variable which stands nowhere else.
pub(super) fn prune(clause: &mut Clause) {
    loop {
        let mut uses = Uses::default();
        for node in clause.parameters.iter().chain(&clause.path).chain(&clause.key).chain(&clause.value) {
            uses.node(node);
        }
        uses.goals(&clause.body);
        if leave_out(&mut clause.body, &uses.counts) == 0 {
            return;
        }
    }
}

/// How many goals were left out.
fn leave_out(goals: &mut Vec<Goal>, counts: &HashMap<Var, usize>) -> usize {
    let before = goals.len();
    goals.retain(|goal| match &goal.kind {
        GoalKind::Unify { left: Node::Var(var), .. } if is_binding(goal) => {
            counts.get(var).is_some_and(|count| *count > 1)
        }
        _ => true,
    });
    let mut removed = before - goals.len();
    for goal in goals {
        match &mut goal.kind {
            GoalKind::Not { body, .. } | GoalKind::Every { body, .. } => removed += leave_out(body, counts),
            GoalKind::And { left, right } | GoalKind::Or { left, right } => {
                removed += leave_out(left, counts) + leave_out(right, counts);
            }
            GoalKind::Unify { left, right, .. } => {
                for node in [left, right] {
                    node.each_closure_mut(&mut |closure| removed += leave_out(closure.body_mut(), counts));
                }
            }
            _ => {}
        }
    }
    removed
}

/// The places of the groups that a rule needs.
pub(super) fn needed(groups: &[Option<Group>], tree: &Tree, rule: RuleId) -> Result<HashSet<usize>, Unfit> {
    let mut needed = HashSet::new();
    let mut waiting = vec![rule];
    while let Some(rule) = waiting.pop() {
        if !needed.insert(rule as usize) {
            continue;
        }
        let group = groups.get(rule as usize).and_then(Option::as_ref).ok_or(Unfit)?;
        let mut uses = Uses::default();
        for clause in
            group.definitions.iter().chain(&group.default).flat_map(|definition| &definition.branches)
        {
            for node in clause.parameters.iter().chain(&clause.path).chain(&clause.key).chain(&clause.value) {
                uses.node(node);
            }
            uses.goals(&clause.body);
        }
        waiting.extend(&uses.groups);
        for path in &uses.functions {
            waiting.extend(tree.find(path).and_then(|node| tree.node(node).rule));
        }
        for path in &uses.documents {
            waiting.extend(rule_of(path, tree)?);
        }
    }
    Ok(needed)
}

/// The rule that a reference below `data` means; nothing where it means a base document.
fn rule_of(path: &[Node], tree: &Tree) -> Result<Option<RuleId>, Unfit> {
    let mut node = ROOT;
    for place in 0.. {
        if let Some(rule) = tree.node(node).rule {
            return Ok(Some(rule));
        }
        let Some(Node::Const(key)) = path.get(place) else { break };
        match key.as_str().and_then(|name| tree.child(node, name)) {
            Some(child) => node = child,
            None => return Ok(None),
        }
    }
    Err(Unfit)
}

/// What stands in goals and terms.
#[derive(Default)]
struct Uses {
    counts: HashMap<Var, usize>,
    groups: Vec<RuleId>,
    functions: Vec<Vec<Name>>,
    documents: Vec<Vec<Node>>,
}

impl Uses {
    fn var(&mut self, var: Var) {
        *self.counts.entry(var).or_default() += 1;
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
                match reference.root {
                    Root::Var(var) => self.var(var),
                    Root::Data => self.documents.push(reference.path.clone()),
                    Root::Input => {}
                }
                reference.path.iter().for_each(|element| self.node(element));
            }
            Node::Comprehension(comprehension) => {
                comprehension.heads().into_iter().for_each(|head| self.node(head));
                self.goals(comprehension.body());
            }
        }
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
            GoalKind::Call { callee, arguments, output } => {
                match callee {
                    Callee::Group(group) => self.groups.push(*group),
                    Callee::Function(path) => self.functions.push(path.clone()),
                    Callee::Builtin(_) | Callee::Host(_) => {}
                }
                arguments.iter().chain(output).for_each(|node| self.node(node));
            }
            GoalKind::Not { body, .. } | GoalKind::With { body, .. } => self.goals(body),
            GoalKind::And { left, right } | GoalKind::Or { left, right } => {
                self.goals(left);
                self.goals(right);
            }
            GoalKind::Every { key, value, domain, body } => {
                self.var(*key);
                self.var(*value);
                self.node(domain);
                self.goals(body);
            }
            GoalKind::Print(nodes) => nodes.iter().for_each(|node| self.node(node)),
        }
    }
}
