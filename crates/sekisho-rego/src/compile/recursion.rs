//! Rules that refer to themselves.

use std::collections::{HashMap, HashSet};

use crate::error::{ErrorCode, RegoError};
use crate::ir::goal::{Callee, Goal, GoalKind, Modifier, Node, Reference, Replacement, Root, Target, Var};
use crate::ir::resolved::Resolved;
use crate::ir::tree::{NodeId, ROOT, RuleId, Tree};
use crate::ir::visitor::Visitor;
use crate::syntax::ast::{Module, dotted};
use crate::value::Value;

/// How many places of the tree references may lead to in all.
const MAX_WORK: u64 = 50_000_000;

/// An order in which each group comes after those that it refers to. There is none where rules refer to themselves:
/// that is an error.
pub(super) fn order(
    resolved: &Resolved,
    modules: &[Module],
    errors: &mut Vec<RegoError>,
) -> Option<Vec<usize>> {
    let mut work = 0;
    let uses: Vec<Vec<RuleId>> = resolved
        .groups
        .iter()
        .map(|group| {
            let mut walk =
                Walk { tree: &resolved.tree, found: HashSet::new(), known: HashMap::new(), work: &mut work };
            let clauses =
                group.definitions.iter().chain(&group.default).flat_map(|definition| &definition.branches);
            for clause in clauses {
                walk.known = constants(&clause.body);
                walk.goals(&clause.body);
            }
            let mut found: Vec<RuleId> = walk.found.into_iter().collect();
            found.sort_unstable();
            found
        })
        .collect();
    if work > MAX_WORK {
        let message =
            "references with variables lead to too many rules; name the documents, or split the modules";
        errors.push(RegoError::new(ErrorCode::Compile, message, crate::span::Span::default(), ""));
        return None;
    }
    let components = components(&uses);
    let before = errors.len();
    for (place, group) in resolved.groups.iter().enumerate() {
        let of = components.get(place).copied();
        let is_recursive = uses.get(place).is_some_and(|uses| {
            uses.iter().any(|used| *used as usize == place || components.get(*used as usize).copied() == of)
        });
        if !is_recursive {
            continue;
        }
        let path = cycle(place, &uses, &components);
        let shown: Vec<String> = path
            .iter()
            .filter_map(|place| resolved.groups.get(*place))
            .map(|group| format!("data.{}", dotted(&group.path)))
            .collect();
        let message = format!("rule data.{} is recursive: {}", dotted(&group.path), shown.join(" -> "));
        let module = group.definitions.first().and_then(|definition| modules.get(definition.module));
        let file = module.map_or("", |module| module.file.as_str());
        let span = group.definitions.first().map_or(group.span, |definition| definition.span);
        errors.push(RegoError::new(ErrorCode::Recursion, message, span, file));
    }
    if errors.len() > before {
        return None;
    }
    // What a rule refers to has a lower number.
    let mut order: Vec<usize> = (0..resolved.groups.len()).collect();
    order.sort_by_key(|place| components.get(*place).copied());
    Some(order)
}

/// For each rule the number of the group of rules that reach each other, found without recursion.
fn components(uses: &[Vec<RuleId>]) -> Vec<usize> {
    let count = uses.len();
    let mut component = vec![usize::MAX; count];
    let (mut index, mut low) = (vec![usize::MAX; count], vec![0_usize; count]);
    let mut stack: Vec<usize> = Vec::new();
    let mut on_stack = vec![false; count];
    let (mut next_index, mut next_component) = (0, 0);
    for start in 0..count {
        if index[start] != usize::MAX {
            continue;
        }
        let mut walk = vec![(start, 0_usize)];
        while let Some((node, edge)) = walk.last_mut() {
            let node = *node;
            if *edge == 0 {
                index[node] = next_index;
                low[node] = next_index;
                next_index += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(target) = uses[node].get(*edge).map(|target| *target as usize) {
                *edge += 1;
                if target >= count {
                    continue;
                }
                if index[target] == usize::MAX {
                    walk.push((target, 0));
                } else if on_stack[target] {
                    low[node] = low[node].min(index[target]);
                }
                continue;
            }
            if *edge == 0 {
                *edge = 1;
            }
            walk.pop();
            if let Some((parent, _)) = walk.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == index[node] {
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    component[member] = next_component;
                    if member == node {
                        break;
                    }
                }
                next_component += 1;
            }
        }
    }
    component
}

/// The way from a rule back to itself.
fn cycle(start: usize, uses: &[Vec<RuleId>], components: &[usize]) -> Vec<usize> {
    let mut from = vec![usize::MAX; uses.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for target in uses[node].iter().map(|target| *target as usize) {
            if target == start {
                let mut path = vec![start];
                let mut at = node;
                while at != start && at != usize::MAX {
                    path.push(at);
                    at = from[at];
                }
                path.push(start);
                path.reverse();
                return path;
            }
            if target < uses.len() && components[target] == components[start] && from[target] == usize::MAX {
                from[target] = node;
                queue.push_back(target);
            }
        }
    }
    vec![start]
}

/// What is done to find the rules that a rule refers to.
struct Walk<'w> {
    tree: &'w Tree,
    found: HashSet<RuleId>,
    /// Variables of the clause that can have only these values.
    known: HashMap<Var, Vec<Value>>,
    /// The places of the tree that all references together have led to.
    work: &'w mut u64,
}

/// The variables that a body gives constants to, by themselves or out of a constant collection.
fn constants(body: &[Goal]) -> HashMap<Var, Vec<Value>> {
    let mut known: HashMap<Var, Vec<Value>> = HashMap::new();
    for goal in body {
        let GoalKind::Unify { left, right, .. } = &goal.kind else { continue };
        match (left, right) {
            (Node::Var(var), Node::Const(value)) | (Node::Const(value), Node::Var(var)) => {
                known.entry(*var).or_insert_with(|| vec![value.clone()]);
            }
            (Node::Var(var), Node::Ref(reference)) => {
                let Root::Var(of) = reference.root else { continue };
                let ([Node::Var(_)], Some([whole])) =
                    (reference.path.as_slice(), known.get(&of).map(Vec::as_slice))
                else {
                    continue;
                };
                let members = match whole {
                    Value::Array(items) => items.to_vec(),
                    Value::Set(set) => set.elements().to_vec(),
                    Value::Object(object) => object.values().cloned().collect(),
                    _ => continue,
                };
                known.entry(*var).or_insert(members);
            }
            _ => {}
        }
    }
    known
}

impl Visitor for Walk<'_> {
    fn callee(&mut self, callee: &Callee) {
        if let Callee::Function(path) = callee {
            self.found.extend(self.tree.find(path).and_then(|node| self.tree.node(node).rule));
        }
    }

    fn reference(&mut self, reference: &Reference) {
        if reference.root != Root::Data {
            return;
        }
        let mut reached = vec![ROOT];
        for element in &reference.path {
            let mut next = Vec::new();
            for node in reached {
                if let Some(rule) = self.tree.node(node).rule {
                    self.found.insert(rule);
                    self.all_below(node);
                    continue;
                }
                *self.work += 1;
                match element {
                    Node::Const(key) => {
                        next.extend(key.as_str().and_then(|name| self.tree.child(node, name)));
                    }
                    Node::Var(var) if self.known.contains_key(var) => {
                        let names = self.known.get(var).into_iter().flatten().filter_map(Value::as_str);
                        next.extend(names.filter_map(|name| self.tree.child(node, name)));
                    }
                    _ => next.extend(self.tree.node(node).children.iter().map(|(_, child)| *child)),
                }
            }
            reached = next;
            *self.work += reached.len() as u64;
            if *self.work > MAX_WORK {
                return;
            }
        }
        for node in reached {
            self.all_below(node);
        }
    }

    fn modifier(&mut self, modifier: &Modifier) {
        match &modifier.target {
            Target::Input { value, .. }
            | Target::Data { value, .. }
            | Target::Function { by: Replacement::Value(value), .. } => self.node(value),
            Target::Function { by: Replacement::Function(callee), .. } => self.callee(callee),
            Target::Function { by: Replacement::Document(path), .. } => {
                if let Some(node) = self.tree.find(path) {
                    self.all_below(node);
                }
            }
        }
    }
}

impl Walk<'_> {
    fn all_below(&mut self, node: NodeId) {
        let mut queue = vec![node];
        while let Some(node) = queue.pop().filter(|_| *self.work <= MAX_WORK) {
            *self.work += 1;
            self.found.extend(self.tree.node(node).rule);
            queue.extend(self.tree.node(node).children.iter().map(|(_, child)| *child));
        }
    }
}
