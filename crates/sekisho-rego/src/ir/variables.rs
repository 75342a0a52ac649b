//! The variables of goals, and those that have a value.

use std::collections::HashSet;

use super::goal::{Goal, GoalKind, Modifier, Node, Replacement, Target, Var};

/// Variables that have a value.
pub(crate) type Bound = HashSet<Var>;

/// The variables of a goal that the body around sees.
pub(crate) fn visible(goal: &Goal) -> Vec<Var> {
    let mut vars = Vec::new();
    let mut add = |var| vars.push(var);
    match &goal.kind {
        GoalKind::Unify { left, right, .. } => {
            left.each_var(&mut add);
            right.each_var(&mut add);
        }
        GoalKind::Test(node) => node.each_var(&mut add),
        GoalKind::Call { arguments, output, .. } => {
            arguments.iter().chain(output).for_each(|node| node.each_var(&mut add));
        }
        GoalKind::Not { body, is_explicit: false } => vars.extend(body.iter().flat_map(visible)),
        GoalKind::Every { domain, .. } => domain.each_var(&mut add),
        GoalKind::With { modifiers, body } => {
            for modifier in modifiers {
                modifier_vars(modifier, &mut add);
            }
            vars.extend(body.iter().flat_map(visible));
        }
        GoalKind::Print(nodes) => nodes.iter().for_each(|node| node.each_var(&mut add)),
        GoalKind::Not { .. } | GoalKind::And { .. } | GoalKind::Or { .. } => {}
    }
    vars
}

/// Calls a function with every variable that stands in what `with` puts in.
pub(crate) fn modifier_vars(modifier: &Modifier, add: &mut dyn FnMut(Var)) {
    match &modifier.target {
        Target::Input { path, value } | Target::Data { path, value } => {
            path.iter().chain([value]).for_each(|node| node.each_var(add));
        }
        Target::Function { by: Replacement::Value(value), .. } => value.each_var(add),
        Target::Function { .. } => {}
    }
}

/// The variables in the closures of a goal, and in closures in these.
pub(crate) fn in_closures(goal: &Goal) -> Vec<Var> {
    let mut vars = Vec::new();
    let closures_of = |nodes: Vec<&Node>, vars: &mut Vec<Var>| {
        for node in nodes {
            node.each_closure(&mut |closure| {
                closure.heads().into_iter().for_each(|head| head.each_var(&mut |var| vars.push(var)));
                all_of(closure.body(), vars);
            });
        }
    };
    match &goal.kind {
        GoalKind::Unify { left, right, .. } => closures_of(vec![left, right], &mut vars),
        GoalKind::Test(node) => closures_of(vec![node], &mut vars),
        GoalKind::Call { arguments, output, .. } => {
            closures_of(arguments.iter().chain(output).collect(), &mut vars);
        }
        GoalKind::Print(nodes) => closures_of(nodes.iter().collect(), &mut vars),
        GoalKind::Not { body, is_explicit: false } | GoalKind::With { body, .. } => {
            vars.extend(body.iter().flat_map(in_closures));
        }
        GoalKind::Not { body, .. } | GoalKind::Every { body, .. } => all_of(body, &mut vars),
        GoalKind::And { left, right } | GoalKind::Or { left, right } => {
            all_of(left, &mut vars);
            all_of(right, &mut vars);
        }
    }
    vars
}

fn all_of(body: &[Goal], vars: &mut Vec<Var>) {
    for goal in body {
        vars.extend(visible(goal));
        vars.extend(in_closures(goal));
    }
}
