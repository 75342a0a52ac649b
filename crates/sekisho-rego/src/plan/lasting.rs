//! Works out how long the results of units hold.

use super::grounds::{Grounds, MOST_ARGUMENTS};
use super::ops::{Op, Pool, Unit};
use crate::value::Value;

/// A unit by its list and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Called {
    Rule(usize),
    Lifted(usize),
}

/// Works out the grounds of rules and of what was lifted out of them. `steady` are the keys of the input whose
/// values come again.
pub(crate) fn settle(rules: &mut [Unit], pool: &mut Pool, steady: &[Value]) {
    let count = rules.len();
    let at = |called: Called| match called {
        Called::Rule(place) => place,
        Called::Lifted(place) => count + place,
    };
    let mut grounds = Vec::with_capacity(count + pool.lifted.len());
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); count + pool.lifted.len()];
    for (place, unit) in rules.iter().chain(&pool.lifted).enumerate() {
        let mut own = Grounds::default();
        for op in &unit.ops {
            own |= of_op(op, pool, steady);
            if let Some(callers) = called(op).and_then(|called| callers.get_mut(at(called))) {
                callers.push(place);
            }
        }
        grounds.push(own);
    }
    // A unit rests on what those rest on that it calls.
    let mut changed: Vec<usize> = (0..grounds.len()).collect();
    while let Some(place) = changed.pop() {
        let Some(own) = grounds.get(place).copied() else { continue };
        for caller in callers.get(place).into_iter().flatten() {
            let Some(known) = grounds.get_mut(*caller) else { continue };
            let before = *known;
            *known |= own;
            if *known != before {
                changed.push(*caller);
            }
        }
    }
    for (unit, grounds) in rules.iter_mut().chain(&mut pool.lifted).zip(grounds) {
        unit.grounds = grounds;
        unit.is_worth_keeping = is_worth_keeping(unit);
    }
}

/// How many steps make it cheaper to look for a result than to find it again.
const WORTH: usize = 12;

fn is_worth_keeping(unit: &Unit) -> bool {
    let calls = |op: &Op| match op {
        Op::Function { .. } | Op::Rule { .. } | Op::Lifted { .. } | Op::Builtin { .. } => 4,
        _ => 1,
    };
    (1..=MOST_ARGUMENTS).contains(&(unit.parameters as usize))
        && unit.grounds.hold_in_one()
        && unit.ops.iter().map(calls).sum::<usize>() >= WORTH
}

fn called(op: &Op) -> Option<Called> {
    match op {
        Op::Rule { rule, .. } | Op::Function { rule, .. } => Some(Called::Rule(*rule as usize)),
        Op::Lifted { unit, .. } => Some(Called::Lifted(*unit as usize)),
        _ => None,
    }
}

fn of_op(op: &Op, pool: &Pool, steady: &[Value]) -> Grounds {
    match op {
        Op::Input { path, .. } => {
            let first = pool.paths.get(*path as usize).and_then(|path| path.first());
            let first = first.and_then(|first| pool.constants.get(*first as usize));
            let is_steady = first.is_some_and(|first| steady.contains(first));
            if is_steady { Grounds::STEADY } else { Grounds::INPUT }
        }
        Op::Base { .. } => Grounds::STEADY,
        Op::Builtin { builtin, .. } => match pool.builtins.get(*builtin as usize) {
            Some(builtin) if !builtin.nondeterministic => Grounds::default(),
            _ => Grounds::FLEETING,
        },
        Op::Host { .. }
        | Op::Print { .. }
        | Op::Extent { .. }
        | Op::Tree { .. }
        | Op::Enter { .. }
        | Op::InsertBase { .. } => Grounds::EVERYTHING,
        _ => Grounds::default(),
    }
}

/// For each place of a result whether it holds in evaluations to come.
pub(crate) fn places(rules: &[Unit], extents: usize, pool: &Pool) -> Vec<bool> {
    let holds = |unit: &Unit| unit.grounds.hold_in_all();
    let extents = std::iter::repeat_n(false, extents);
    rules.iter().map(holds).chain(extents).chain(pool.lifted.iter().map(holds)).collect()
}
