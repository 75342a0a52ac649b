//! Rules that refer to themselves.

use std::collections::HashSet;

use super::Resolved;
use super::ir::{Callee, Goal, GoalKind, Node, Reference, Replacement, Root, Target};
use super::modules::join;
use super::tree::{NodeId, ROOT, RuleId, Tree};
use crate::error::{ErrorCode, RegoError};
use crate::syntax::ast::Module;

pub(super) fn check(resolved: &Resolved, modules: &[Module], errors: &mut Vec<RegoError>) {
    let uses: Vec<Vec<RuleId>> = resolved
        .groups
        .iter()
        .map(|group| {
            let mut found = HashSet::new();
            let clauses =
                group.definitions.iter().chain(&group.default).flat_map(|definition| &definition.branches);
            for clause in clauses {
                of_body(&clause.body, &resolved.tree, &mut found);
            }
            let mut found: Vec<RuleId> = found.into_iter().collect();
            found.sort_unstable();
            found
        })
        .collect();
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
            .map(|group| format!("data.{}", join(&group.path)))
            .collect();
        let message = format!("rule data.{} is recursive: {}", join(&group.path), shown.join(" -> "));
        let module = group.definitions.first().and_then(|definition| modules.get(definition.module));
        let file = module.map_or("", |module| module.file.as_str());
        let span = group.definitions.first().map_or(group.span, |definition| definition.span);
        errors.push(RegoError::new(ErrorCode::Recursion, message, span, file));
    }
    if errors.len() == before {
        // What a rule refers to has a lower number.
        let mut order: Vec<usize> = (0..resolved.groups.len()).collect();
        order.sort_by_key(|place| components.get(*place).copied());
        super::height::check(resolved, &order, errors);
        crate::types::check(resolved, &order, errors);
    }
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

fn of_body(body: &[Goal], tree: &Tree, found: &mut HashSet<RuleId>) {
    for goal in body {
        of_goal(goal, tree, found);
    }
}

fn of_goal(goal: &Goal, tree: &Tree, found: &mut HashSet<RuleId>) {
    match &goal.kind {
        GoalKind::Unify { left, right, .. } => {
            of_node(left, tree, found);
            of_node(right, tree, found);
        }
        GoalKind::Test(node) => of_node(node, tree, found),
        GoalKind::Call { callee, arguments, output } => {
            of_callee(callee, tree, found);
            arguments.iter().chain(output).for_each(|node| of_node(node, tree, found));
        }
        GoalKind::Not { body, .. } => of_body(body, tree, found),
        GoalKind::And { left, right } | GoalKind::Or { left, right } => {
            of_body(left, tree, found);
            of_body(right, tree, found);
        }
        GoalKind::Every { domain, body, .. } => {
            of_node(domain, tree, found);
            of_body(body, tree, found);
        }
        GoalKind::With { modifiers, body } => {
            for modifier in modifiers {
                match &modifier.target {
                    Target::Input { value, .. }
                    | Target::Data { value, .. }
                    | Target::Function { by: Replacement::Value(value), .. } => of_node(value, tree, found),
                    Target::Function { by: Replacement::Function(callee), .. } => {
                        of_callee(callee, tree, found);
                    }
                    Target::Function { by: Replacement::Document(path), .. } => {
                        if let Some(node) = tree.find(path) {
                            all_below(node, tree, found);
                        }
                    }
                }
            }
            of_body(body, tree, found);
        }
        GoalKind::Print(nodes) => nodes.iter().for_each(|node| of_node(node, tree, found)),
    }
}

fn of_callee(callee: &Callee, tree: &Tree, found: &mut HashSet<RuleId>) {
    if let Callee::Function(path) = callee {
        found.extend(tree.find(path).and_then(|node| tree.node(node).rule));
    }
}

fn of_node(node: &Node, tree: &Tree, found: &mut HashSet<RuleId>) {
    match node {
        Node::Const(_) | Node::Var(_) => {}
        Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| of_node(item, tree, found)),
        Node::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            of_node(key, tree, found);
            of_node(value, tree, found);
        }),
        Node::Ref(reference) => of_reference(reference, tree, found),
        Node::Comprehension(comprehension) => {
            comprehension.heads().into_iter().for_each(|head| of_node(head, tree, found));
            of_body(comprehension.body(), tree, found);
        }
    }
}

fn of_reference(reference: &Reference, tree: &Tree, found: &mut HashSet<RuleId>) {
    if reference.root != Root::Data {
        return;
    }
    let mut reached = vec![ROOT];
    for element in &reference.path {
        let mut next = Vec::new();
        for node in reached {
            if let Some(rule) = tree.node(node).rule {
                found.insert(rule);
                all_below(node, tree, found);
                continue;
            }
            match element {
                Node::Const(key) => next.extend(key.as_str().and_then(|name| tree.child(node, name))),
                _ => next.extend(tree.node(node).children.iter().map(|(_, child)| *child)),
            }
        }
        reached = next;
    }
    for node in reached {
        all_below(node, tree, found);
    }
}

fn all_below(node: NodeId, tree: &Tree, found: &mut HashSet<RuleId>) {
    let mut queue = vec![node];
    while let Some(node) = queue.pop() {
        found.extend(tree.node(node).rule);
        queue.extend(tree.node(node).children.iter().map(|(_, child)| *child));
    }
}
