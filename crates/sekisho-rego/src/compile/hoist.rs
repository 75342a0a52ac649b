//! Comprehensions that do not depend on a loop are made before it.
//!
//! Conditions of a body hold together whatever their order, so a comprehension that calls nothing, and can thus
//! neither fail nor stop, may stand before a reference that has many solutions.

use crate::ir::goal::{Comprehension, Goal, GoalKind, Node, Root, Var};
use crate::ir::loops::is_loop;
use crate::ir::variables::{Bound, in_closures, visible};

/// Moves comprehensions of a body in safe order before the loops that they do not depend on. `before` are the
/// variables that have values when the body begins.
pub(super) fn hoist(body: &mut Vec<Goal>, before: &Bound) {
    let Some(first) = first_loop(body, before) else { return };
    let mut place = first + 1;
    while place < body.len() {
        if let Some(to) = body.get(place).and_then(|goal| target(goal, body.get(..place)?, before)) {
            let goal = body.remove(place);
            body.insert(to, goal);
        }
        place += 1;
    }
}

/// The first goal that can have many solutions.
fn first_loop(body: &[Goal], before: &Bound) -> Option<usize> {
    let mut known = before.clone();
    body.iter().position(|goal| {
        let found = is_loop(goal, &known);
        known.extend(visible(goal));
        found
    })
}

/// Where a goal can stand before a loop: none where it must stay.
fn target(goal: &Goal, earlier: &[Goal], before: &Bound) -> Option<usize> {
    let GoalKind::Unify { left: Node::Var(var), right: Node::Comprehension(made), .. } = &goal.kind else {
        return None;
    };
    if !is_plain(made) || before.contains(var) {
        return None;
    }
    let needed: Vec<Var> = in_closures(goal);
    let mut known = before.clone();
    let mut to = None;
    for (place, goal) in earlier.iter().enumerate() {
        let vars = visible(goal);
        if vars.contains(var) || in_closures(goal).contains(var) {
            return None;
        }
        if is_loop(goal, &known) && to.is_none() {
            to = Some(place);
        }
        if vars.iter().any(|var| needed.contains(var) && !known.contains(var)) {
            // What it needs comes from here: it must stand behind.
            to = None;
        }
        known.extend(vars);
    }
    to
}

/// Whether a comprehension only looks up what lies in `input` and in variables.
fn is_plain(made: &Comprehension) -> bool {
    made.heads().into_iter().all(is_plain_node) && made.body().iter().all(is_plain_goal)
}

fn is_plain_goal(goal: &Goal) -> bool {
    match &goal.kind {
        GoalKind::Unify { left, right, .. } => is_plain_node(left) && is_plain_node(right),
        GoalKind::Test(node) => is_plain_node(node),
        _ => false,
    }
}

fn is_plain_node(node: &Node) -> bool {
    match node {
        Node::Const(_) | Node::Var(_) => true,
        Node::Array(items) | Node::Set(items) => items.iter().all(is_plain_node),
        Node::Object(entries) => {
            entries.iter().all(|(key, value)| is_plain_node(key) && is_plain_node(value))
        }
        Node::Ref(reference) => reference.root != Root::Data && reference.path.iter().all(is_plain_node),
        Node::Comprehension(made) => is_plain(made),
    }
}
