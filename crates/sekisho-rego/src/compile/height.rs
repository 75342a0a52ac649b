//! How much deeper than their inputs rules can make values.
//!
//! Values are walked by recursion, so their depth must have a bound. Rules do not refer to themselves: each adds
//! a fixed number of levels, which is counted here along the longest chain.

use std::cell::Cell;
use std::collections::HashMap;

use crate::error::{ErrorCode, RegoError};
use crate::functions::Type;
use crate::ir::goal::{Callee, Goal, GoalKind, Modifier, Node, Reference, Replacement, Root, Target, Var};
use crate::ir::group::{Clause, Group};
use crate::ir::resolved::Resolved;
use crate::ir::tree::{ROOT, RuleId, Tree};
use crate::syntax::ast::dotted;
use crate::value::Value;

/// How many levels rules may add to each other.
const MAX_HEIGHT: u32 = 500;

/// How many places of the tree references may lead to in all.
const MAX_WORK: u64 = 50_000_000;

/// Checks groups in an order in which each comes after those that it refers to.
pub(super) fn check(resolved: &Resolved, order: &[usize], errors: &mut Vec<RegoError>) {
    let mut heights: Vec<u32> = vec![0; resolved.groups.len()];
    let work = Cell::new(0);
    for place in order {
        let Some(group) = resolved.groups.get(*place) else { continue };
        let height = of_group(group, &resolved.tree, &heights, &work);
        if let Some(known) = heights.get_mut(*place) {
            *known = height;
        }
        if height > MAX_HEIGHT {
            let message = format!(
                "rule data.{} nests values in values of other rules more than {MAX_HEIGHT} levels deep; flatten it",
                dotted(&group.path)
            );
            errors.push(RegoError::new(ErrorCode::Compile, message, group.span, &group.file));
            return;
        }
    }
}

struct Heights<'h> {
    tree: &'h Tree,
    rules: &'h [u32],
    vars: HashMap<Var, u32>,
    /// What `with` adds to the documents.
    added: u32,
    /// The places of the tree that references have led to.
    work: &'h Cell<u64>,
}

fn of_group(group: &Group, tree: &Tree, rules: &[u32], work: &Cell<u64>) -> u32 {
    let definitions = group.definitions.iter().chain(&group.default);
    let clauses = definitions.flat_map(|definition| &definition.branches);
    clauses.map(|clause| of_clause(clause, tree, rules, work)).max().unwrap_or(0)
}

fn of_clause(clause: &Clause, tree: &Tree, rules: &[u32], work: &Cell<u64>) -> u32 {
    let mut heights = Heights { tree, rules, vars: HashMap::new(), added: 0, work };
    heights.body(&clause.body);
    let nodes = clause.key.iter().chain(&clause.value).chain(&clause.path);
    let inner = nodes.map(|node| heights.node(node)).max().unwrap_or(0);
    let levels = u32::try_from(clause.path.len()).unwrap_or(u32::MAX);
    inner.saturating_add(levels).saturating_add(u32::from(clause.key.is_some()))
}

impl Heights<'_> {
    fn body(&mut self, body: &[Goal]) {
        for goal in body {
            self.goal(goal);
        }
    }

    fn give(&mut self, node: &Node, height: u32) {
        let vars = &mut self.vars;
        node.each_var(&mut |var| {
            let known = vars.entry(var).or_default();
            *known = (*known).max(height);
        });
    }

    fn goal(&mut self, goal: &Goal) {
        match &goal.kind {
            GoalKind::Unify { left, right, .. } => {
                let height = self.node(left).max(self.node(right));
                self.give(left, height);
                self.give(right, height);
            }
            GoalKind::Test(node) => {
                let height = self.node(node);
                self.give(node, height);
            }
            GoalKind::Call { callee, arguments, output } => {
                let is_flat = matches!(callee, Callee::Builtin(builtin) if matches!(
                    builtin.result,
                    Type::Null | Type::Boolean | Type::Number | Type::String
                ));
                let inner =
                    if is_flat { 0 } else { arguments.iter().map(|node| self.node(node)).max().unwrap_or(0) };
                let own = match callee {
                    Callee::Builtin(_) | Callee::Host(_) => u32::from(!is_flat),
                    Callee::Group(rule) => self.rule(Some(*rule)),
                    Callee::Function(path) => {
                        self.rule(self.tree.find(path).and_then(|node| self.tree.node(node).rule))
                    }
                };
                if let Some(output) = output {
                    self.give(output, inner.saturating_add(own).saturating_add(self.added));
                }
            }
            GoalKind::Every { key, value, domain, body } => {
                let height = self.node(domain);
                self.vars.insert(*key, height);
                self.vars.insert(*value, height);
                self.body(body);
            }
            GoalKind::With { modifiers, body } => {
                let added = modifiers.iter().map(|modifier| self.modifier(modifier)).max().unwrap_or(0);
                self.added = self.added.saturating_add(added);
                self.body(body);
                self.added = self.added.saturating_sub(added);
            }
            GoalKind::Not { body, .. } => self.body(body),
            GoalKind::And { left, right } | GoalKind::Or { left, right } => {
                self.body(left);
                self.body(right);
            }
            GoalKind::Print(_) => {}
        }
    }

    fn modifier(&mut self, modifier: &Modifier) -> u32 {
        match &modifier.target {
            Target::Input { path, value } | Target::Data { path, value } => {
                let levels = u32::try_from(path.len()).unwrap_or(u32::MAX);
                self.node(value).saturating_add(levels)
            }
            Target::Function { by: Replacement::Value(value), .. } => self.node(value),
            Target::Function { by: Replacement::Function(Callee::Function(path)), .. }
            | Target::Function { by: Replacement::Document(path), .. } => {
                self.rule(self.tree.find(path).and_then(|node| self.tree.node(node).rule))
            }
            Target::Function { .. } => 1,
        }
    }

    fn rule(&self, rule: Option<RuleId>) -> u32 {
        rule.and_then(|rule| self.rules.get(rule as usize)).copied().unwrap_or(0)
    }

    fn node(&mut self, node: &Node) -> u32 {
        match node {
            Node::Const(value) => depth(value),
            Node::Var(var) => self.vars.get(var).copied().unwrap_or(0),
            Node::Array(items) | Node::Set(items) => {
                items.iter().map(|item| self.node(item)).max().unwrap_or(0).saturating_add(1)
            }
            Node::Object(pairs) => {
                let inner = pairs.iter().map(|(key, value)| self.node(key).max(self.node(value))).max();
                inner.unwrap_or(0).saturating_add(1)
            }
            Node::Ref(reference) => self.reference(reference),
            Node::Comprehension(comprehension) => {
                self.body(comprehension.body());
                let heads = comprehension.heads();
                heads.into_iter().map(|head| self.node(head)).max().unwrap_or(0).saturating_add(1)
            }
        }
    }

    fn reference(&self, reference: &Reference) -> u32 {
        let own = match reference.root {
            Root::Var(var) => self.vars.get(&var).copied().unwrap_or(0),
            Root::Input => 0,
            Root::Data => {
                let mut reached = vec![ROOT];
                let mut highest = 0;
                for element in &reference.path {
                    let mut next = Vec::new();
                    for node in reached {
                        if let Some(rule) = self.tree.node(node).rule {
                            highest = highest.max(self.rule(Some(rule)));
                            continue;
                        }
                        match element {
                            Node::Const(key) => {
                                next.extend(key.as_str().and_then(|name| self.tree.child(node, name)));
                            }
                            _ => next.extend(self.tree.node(node).children.iter().map(|(_, child)| *child)),
                        }
                    }
                    reached = next;
                }
                // Below a place that is no rule the packages add their levels.
                let mut queue: Vec<(u32, u32)> = reached.into_iter().map(|node| (node, 0)).collect();
                while let Some((node, levels)) = queue.pop() {
                    self.work.set(self.work.get() + 1);
                    if self.work.get() > MAX_WORK {
                        return u32::MAX;
                    }
                    highest = highest.max(self.rule(self.tree.node(node).rule).saturating_add(levels));
                    let children = self.tree.node(node).children.iter();
                    queue.extend(children.map(|(_, child)| (*child, levels.saturating_add(1))));
                }
                highest
            }
        };
        own.saturating_add(self.added)
    }
}

/// The depth of a constant.
fn depth(value: &Value) -> u32 {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Set(set) => set.iter().map(depth).max(),
        Value::Object(object) => {
            object.entries().iter().map(|(key, value)| depth(key).max(depth(value))).max()
        }
        _ => return 0,
    };
    inner.unwrap_or(0).saturating_add(1)
}
