//! Leaves out variables that nothing reads any more, and finds the rules that are still needed.

use std::collections::{HashMap, HashSet};

use super::goals::is_binding;
use super::specializer::Unfit;
use crate::ir::goal::{Callee, Goal, GoalKind, Node, Reference, Root, Var};
use crate::ir::group::{Clause, Group};
use crate::ir::tree::{ROOT, RuleId, Tree};
use crate::ir::visitor::{Visitor, walk_reference};
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

impl Visitor for Uses {
    fn var(&mut self, var: Var) {
        *self.counts.entry(var).or_default() += 1;
    }

    fn declared(&mut self, var: Var) {
        self.var(var);
    }

    fn callee(&mut self, callee: &Callee) {
        match callee {
            Callee::Group(group) => self.groups.push(*group),
            Callee::Function(path) => self.functions.push(path.clone()),
            Callee::Builtin(_) | Callee::Host(_) => {}
        }
    }

    fn reference(&mut self, reference: &Reference) {
        if reference.root == Root::Data {
            self.documents.push(reference.path.clone());
        }
        walk_reference(self, reference);
    }
}
