//! The order of goals in which every variable has a value before it is used.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::hoist::hoist;
use crate::error::{ErrorCode, RegoError};
use crate::ir::goal::{Comprehension, Goal, GoalKind, Node, Reference, Root, Unification, Var, VarInfo};
use crate::ir::variables::{Bound, in_closures, modifier_vars, visible};
use crate::span::Span;
use crate::value::Value;

/// A variable that nothing gives a value, and the goal that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unsafe {
    pub(super) var: Var,
    pub(super) span: Span,
}

/// Puts the goals of a body, and of the bodies in it, in a safe order. What stays unsafe is listed; the body is
/// then of no use.
pub(super) fn reorder(body: &mut Vec<Goal>, bound: &mut Bound, found: &mut Vec<Unsafe>) {
    let before = bound.clone();
    let goals = std::mem::take(body);
    let of_body: Bound = goals.iter().flat_map(visible).collect();
    let count = goals.len();
    let mut goals: Vec<Option<Goal>> = goals.into_iter().map(Some).collect();
    let mut waiting: HashMap<Var, Vec<usize>> = HashMap::new();
    for (place, goal) in goals.iter().enumerate() {
        let Some(goal) = goal else { continue };
        let mut vars: HashSet<Var> = visible(goal).into_iter().collect();
        vars.extend(in_closures(goal));
        for var in vars.into_iter().filter(|var| !bound.contains(var)) {
            waiting.entry(var).or_default().push(place);
        }
    }
    let mut candidates: BTreeSet<usize> = (0..count).collect();
    let mut cursor = 0;
    while let Some(place) = candidates.range(cursor..).next().or_else(|| candidates.iter().next()).copied() {
        candidates.remove(&place);
        cursor = place + 1;
        let Some(goal) = goals.get(place).and_then(Option::as_ref) else { continue };
        let Some(outputs) = outputs(goal, bound, &of_body) else { continue };
        for var in &outputs {
            bound.insert(*var);
            let again = waiting.remove(var).unwrap_or_default();
            candidates
                .extend(again.into_iter().filter(|place| goals.get(*place).is_some_and(Option::is_some)));
        }
        candidates.remove(&place);
        body.extend(goals.get_mut(place).and_then(Option::take));
    }
    for goal in goals.into_iter().flatten() {
        let mut missing: Vec<Var> = visible(&goal).into_iter().chain(in_closures(&goal)).collect();
        missing.retain(|var| !bound.contains(var) && of_body.contains(var));
        missing.sort_unstable();
        missing.dedup();
        found.extend(missing.into_iter().map(|var| Unsafe { var, span: goal.span }));
        body.push(goal);
    }
    let mut known = before.clone();
    for goal in body.iter_mut() {
        nested(goal, &mut known, found);
        known.extend(visible(goal));
    }
    if found.is_empty() {
        hoist(body, &before);
    }
}

/// Orders the bodies inside of a goal.
fn nested(goal: &mut Goal, known: &mut Bound, found: &mut Vec<Unsafe>) {
    let span = goal.span;
    let closures = |nodes: Vec<&mut Node>, known: &Bound, found: &mut Vec<Unsafe>| {
        for node in nodes {
            node.each_closure_mut(&mut |closure| closure_order(closure, known, span, found));
        }
    };
    match &mut goal.kind {
        GoalKind::Unify { left, right, .. } => closures(vec![left, right], known, found),
        GoalKind::Test(node) => closures(vec![node], known, found),
        GoalKind::Call { arguments, output, .. } => {
            closures(arguments.iter_mut().chain(output).collect(), known, found);
        }
        GoalKind::Print(arguments) => closures(arguments.iter_mut().collect(), known, found),
        GoalKind::Not { body, .. } | GoalKind::With { body, .. } => reorder(body, &mut known.clone(), found),
        GoalKind::And { left, right } | GoalKind::Or { left, right } => {
            reorder(left, &mut known.clone(), found);
            reorder(right, &mut known.clone(), found);
        }
        GoalKind::Every { key, value, body, .. } => {
            let mut inner = known.clone();
            inner.extend([*key, *value]);
            reorder(body, &mut inner, found);
        }
    }
}

fn closure_order(closure: &mut Comprehension, known: &Bound, span: Span, found: &mut Vec<Unsafe>) {
    let mut inner = known.clone();
    reorder(closure.body_mut(), &mut inner, found);
    let mut missing = Vec::new();
    for head in closure.heads() {
        head.each_var(&mut |var| {
            if !inner.contains(&var) {
                missing.push(var);
            }
        });
    }
    found.extend(missing.into_iter().map(|var| Unsafe { var, span }));
}

/// The variables that get values by a goal once those in `bound` have them; nothing when it must wait.
fn outputs(goal: &Goal, bound: &Bound, of_body: &Bound) -> Option<Vec<Var>> {
    if in_closures(goal).iter().any(|var| of_body.contains(var) && !bound.contains(var)) {
        return None;
    }
    let outputs = made(goal, bound);
    let outputs: HashSet<Var> = match goal.closed {
        Some(own) => outputs.into_iter().filter(|var| *var == own).collect(),
        None => outputs,
    };
    let is_ready = visible(goal).iter().all(|var| bound.contains(var) || outputs.contains(var));
    is_ready.then(|| outputs.into_iter().filter(|var| !bound.contains(var)).collect())
}

/// What a goal would give values to.
fn made(goal: &Goal, bound: &Bound) -> HashSet<Var> {
    let mut made = HashSet::new();
    match &goal.kind {
        GoalKind::Unify { left, right, how } => {
            reference_outputs(left, bound, &mut made);
            reference_outputs(right, bound, &mut made);
            if *how != Unification::Test {
                let mut base: Bound = bound.union(&made).copied().collect();
                if *how == Unification::Assign {
                    left.each_var(&mut |var| {
                        base.remove(&var);
                    });
                }
                made.extend(unify(&base, left, right));
            }
        }
        GoalKind::Test(node) => reference_outputs(node, bound, &mut made),
        GoalKind::Call { arguments, output, .. } => {
            let mut is_ready = true;
            for node in arguments {
                node.each_var(&mut |var| is_ready &= bound.contains(&var));
            }
            if let Some(output) = output.as_ref().filter(|_| is_ready) {
                pattern_vars(output, &mut |var| {
                    made.insert(var);
                });
            }
        }
        GoalKind::With { modifiers, body } => {
            let mut is_ready = true;
            for modifier in modifiers {
                modifier_vars(modifier, &mut |var| is_ready &= bound.contains(&var));
            }
            if is_ready {
                let mut inner = bound.clone();
                loop {
                    let before = inner.len();
                    for goal in body {
                        if let Some(outputs) = outputs(goal, &inner, &Bound::new()) {
                            inner.extend(outputs);
                        }
                    }
                    if inner.len() == before {
                        break;
                    }
                }
                made.extend(inner.difference(bound).copied());
            }
        }
        GoalKind::Not { .. }
        | GoalKind::And { .. }
        | GoalKind::Or { .. }
        | GoalKind::Every { .. }
        | GoalKind::Print(_) => {}
    }
    made
}

/// The variables in the paths of references whose roots have values.
fn reference_outputs(node: &Node, bound: &Bound, made: &mut HashSet<Var>) {
    if let Node::Ref(reference) = node
        && is_rooted(reference, bound)
    {
        reference.path.iter().for_each(|element| {
            element.each_var(&mut |var| {
                made.insert(var);
            });
        });
    }
}

pub(crate) fn is_rooted(reference: &Reference, bound: &Bound) -> bool {
    match reference.root {
        Root::Input | Root::Data => true,
        Root::Var(var) => bound.contains(&var),
    }
}

/// The variables in the places of a pattern that unification fills.
pub(crate) fn pattern_vars(node: &Node, with: &mut dyn FnMut(Var)) {
    match node {
        Node::Var(var) => with(*var),
        Node::Array(items) => items.iter().for_each(|item| pattern_vars(item, with)),
        Node::Object(pairs) => pairs.iter().for_each(|(_, value)| pattern_vars(value, with)),
        Node::Const(_) | Node::Set(_) | Node::Ref(_) | Node::Comprehension(_) => {}
    }
}

/// The variables that get values when two terms are unified.
fn unify(bound: &Bound, left: &Node, right: &Node) -> HashSet<Var> {
    let mut unifier = Unifier { bound, unified: HashSet::new(), unknown: HashMap::new() };
    unifier.unify(left, right);
    unifier.unified
}

struct Unifier<'b> {
    bound: &'b Bound,
    unified: HashSet<Var>,
    /// Variables with those that they wait for.
    unknown: HashMap<Var, HashSet<Var>>,
}

impl Unifier<'_> {
    fn is_known(&self, var: Var) -> bool {
        self.bound.contains(&var) || self.unified.contains(&var)
    }

    fn unify(&mut self, left: &Node, right: &Node) {
        match (left, right) {
            (Node::Var(one), Node::Var(two)) => {
                if self.is_known(*two) {
                    self.mark(*one);
                } else if self.is_known(*one) {
                    self.mark(*two);
                } else {
                    self.unknown.entry(*one).or_default().insert(*two);
                    self.unknown.entry(*two).or_default().insert(*one);
                }
            }
            (Node::Var(var), whole @ (Node::Array(_) | Node::Object(_)))
            | (whole @ (Node::Array(_) | Node::Object(_)), Node::Var(var)) => self.unify_whole(*var, whole),
            (Node::Var(var), Node::Ref(reference)) | (Node::Ref(reference), Node::Var(var))
                if is_rooted(reference, self.bound) =>
            {
                self.mark(*var);
            }
            (Node::Var(var), _) | (_, Node::Var(var)) => self.mark(*var),
            (Node::Array(one), Node::Array(two)) if one.len() == two.len() => {
                one.iter().zip(two).for_each(|(one, two)| self.unify(one, two));
            }
            (Node::Object(one), Node::Object(two)) if one.len() == two.len() => {
                for (key, value) in one {
                    if let Some((_, other)) = two.iter().find(|(other, _)| other == key) {
                        self.unify(value, other);
                    }
                }
            }
            (Node::Ref(reference), whole) | (whole, Node::Ref(reference))
                if is_rooted(reference, self.bound) =>
            {
                self.mark_all(whole);
            }
            (Node::Comprehension(comprehension), whole) | (whole, Node::Comprehension(comprehension)) => {
                let is_alike = matches!(
                    (&**comprehension, whole),
                    (Comprehension::Array { .. }, Node::Array(_))
                        | (Comprehension::Object { .. }, Node::Object(_))
                );
                if is_alike {
                    self.mark_all(whole);
                }
            }
            (Node::Const(value), whole) | (whole, Node::Const(value)) => self.unify_constant(value, whole),
            _ => {}
        }
    }

    fn unify_constant(&mut self, value: &Value, whole: &Node) {
        match (value, whole) {
            (Value::Array(values), Node::Array(items)) if values.len() == items.len() => {
                for (value, item) in values.iter().zip(items) {
                    self.unify(&Node::Const(value.clone()), item);
                }
            }
            (Value::Object(object), Node::Object(pairs)) if object.len() == pairs.len() => {
                for (key, item) in pairs {
                    if let Node::Const(key) = key
                        && let Some(value) = object.get(key)
                    {
                        self.unify(&Node::Const(value.clone()), item);
                    }
                }
            }
            _ => {}
        }
    }

    fn mark_all(&mut self, whole: &Node) {
        let mut vars = Vec::new();
        pattern_vars(whole, &mut |var| vars.push(var));
        for var in vars {
            self.mark(var);
        }
    }

    fn mark(&mut self, var: Var) {
        let mut queue = vec![var];
        while let Some(var) = queue.pop() {
            if !self.unified.insert(var) {
                continue;
            }
            queue.extend(self.unknown.remove(&var).into_iter().flatten());
            let mut free = Vec::new();
            for (other, needs) in &mut self.unknown {
                if needs.remove(&var) && needs.is_empty() {
                    free.push(*other);
                }
            }
            for other in free {
                self.unknown.remove(&other);
                queue.push(other);
            }
        }
    }

    fn unify_whole(&mut self, var: Var, whole: &Node) {
        if self.is_known(var) {
            self.mark_all(whole);
            return;
        }
        let mut missing = Vec::new();
        whole.each_var(&mut |other| {
            if !self.is_known(other) {
                missing.push(other);
            }
        });
        if missing.is_empty() {
            self.mark(var);
        } else {
            self.unknown.entry(var).or_default().extend(missing);
        }
    }
}

/// The errors of variables that nothing gives a value.
pub(super) fn unsafe_errors(mut found: Vec<Unsafe>, vars: &[VarInfo], file: &str) -> Vec<RegoError> {
    found.sort_by_key(|found| (found.span, found.var));
    found.dedup();
    let name =
        |var: Var| vars.get(var as usize).map(|info| info.name.clone()).filter(|name| !name.is_empty());
    let named: Vec<_> = found.iter().filter_map(|found| Some((name(found.var)?, found.span))).collect();
    let mut errors: Vec<RegoError> = named
        .into_iter()
        .map(|(name, span)| RegoError::new(ErrorCode::UnsafeVar, format!("var {name} is unsafe"), span, file))
        .collect();
    errors.dedup();
    if errors.is_empty()
        && let Some(first) = found.first()
    {
        errors.push(RegoError::new(ErrorCode::UnsafeVar, "expression is unsafe", first.span, file));
    }
    errors
}
