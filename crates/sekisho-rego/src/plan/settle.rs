//! The last pass over the steps of a unit: labels become places, jumps to jumps go where these go, and keys that
//! nobody reads are not made.

use std::collections::HashSet;

use super::ops::{Label, Op, Operand, Reg, Unit};

/// How many jumps that lead to jumps are followed.
const FEW: usize = 8;

/// Settles the steps of a unit. `labels` says where each label stands, `answers` how many of the first registers are
/// read from outside.
pub(super) fn settle(unit: &mut Unit, labels: &[u32], answers: Reg) {
    let place = |label: Label| labels.get(label as usize).copied().unwrap_or(0);
    let jump = |op: &Op| match op {
        Op::Jump(label) => Some(place(*label)),
        _ => None,
    };
    let jumps: Vec<Option<Label>> = unit.ops.iter().map(jump).collect();
    let end = |label: Label| {
        let mut at = place(label);
        for _ in 0..FEW {
            let Some(Some(next)) = jumps.get(at as usize) else { break };
            at = *next;
        }
        at
    };
    let mut read: HashSet<Reg> = (0..answers).collect();
    for op in &mut unit.ops {
        each_label(op, |label| *label = end(*label));
        each_read(op, &mut |register| _ = read.insert(register));
    }
    for op in &mut unit.ops {
        if let Op::Next { key, .. } = op {
            *key = key.filter(|key| read.contains(key));
        }
    }
}

/// Calls a function with every register that a step reads.
fn each_read(op: &Op, with: &mut dyn FnMut(Reg)) {
    let mut operand = |operand: &Operand| {
        if let Operand::Reg(register) = operand {
            with(*register);
        }
    };
    match op {
        Op::Move { from: value, .. }
        | Op::Path { from: value, .. }
        | Op::Scan { from: value, .. }
        | Op::IsCollection { value, .. }
        | Op::IsArray { value, .. }
        | Op::IsObject { value, .. }
        | Op::Truthy { value, .. }
        | Op::Push { value, .. }
        | Op::Yield { value } => operand(value),
        Op::Lookup { from: one, key: two, .. }
        | Op::Equal { left: one, right: two, .. }
        | Op::Compare { left: one, right: two, .. }
        | Op::Insert { key: one, value: two, .. } => {
            operand(one);
            operand(two);
        }
        Op::TreeLookup { value, key, .. } => {
            operand(key);
            with(*value);
        }
        Op::TreeScan { value, .. } | Op::TreeValue { value, .. } => with(*value),
        Op::Array { items, .. } | Op::Set { items, .. } => items.iter().for_each(operand),
        Op::Object { pairs, .. } => pairs.iter().for_each(|(key, value)| {
            operand(key);
            operand(value);
        }),
        Op::Builtin { arguments, .. }
        | Op::Host { arguments, .. }
        | Op::Function { arguments, .. }
        | Op::Lifted { arguments, .. }
        | Op::Print { arguments }
        | Op::Enter { values: arguments, .. } => arguments.iter().for_each(operand),
        Op::Graft { keys, value, .. } => {
            keys.iter().for_each(&mut operand);
            operand(value);
        }
        Op::Jump(_)
        | Op::Input { .. }
        | Op::Base { .. }
        | Op::Rule { .. }
        | Op::Extent { .. }
        | Op::Tree { .. }
        | Op::TreeNext { .. }
        | Op::Next { .. }
        | Op::Begin { .. }
        | Op::InsertBase { .. }
        | Op::Finish { .. }
        | Op::Leave { .. }
        | Op::Resume { .. }
        | Op::Unset { .. }
        | Op::Mark { .. }
        | Op::JumpIfMarked { .. }
        | Op::JumpIfYielded { .. }
        | Op::Answer
        | Op::Return => {}
    }
}

fn each_label(op: &mut Op, mut with: impl FnMut(&mut Label)) {
    match op {
        Op::Jump(label)
        | Op::Input { fail: label, .. }
        | Op::Base { fail: label, .. }
        | Op::Rule { fail: label, .. }
        | Op::Extent { fail: label, .. }
        | Op::Lookup { fail: label, .. }
        | Op::Path { fail: label, .. }
        | Op::TreeLookup { fail: label, .. }
        | Op::TreeNext { done: label, .. }
        | Op::TreeValue { fail: label, .. }
        | Op::Next { done: label, .. }
        | Op::IsCollection { fail: label, .. }
        | Op::IsArray { fail: label, .. }
        | Op::IsObject { fail: label, .. }
        | Op::Equal { fail: label, .. }
        | Op::Compare { fail: label, .. }
        | Op::Truthy { fail: label, .. }
        | Op::Builtin { fail: label, .. }
        | Op::Host { fail: label, .. }
        | Op::Function { fail: label, .. }
        | Op::Enter { fail: label, .. }
        | Op::JumpIfMarked { to: label, .. }
        | Op::JumpIfYielded { to: label } => with(label),
        Op::Move { .. }
        | Op::Tree { .. }
        | Op::TreeScan { .. }
        | Op::Scan { .. }
        | Op::Array { .. }
        | Op::Set { .. }
        | Op::Object { .. }
        | Op::Lifted { .. }
        | Op::Begin { .. }
        | Op::Push { .. }
        | Op::Insert { .. }
        | Op::InsertBase { .. }
        | Op::Finish { .. }
        | Op::Graft { .. }
        | Op::Leave { .. }
        | Op::Resume { .. }
        | Op::Print { .. }
        | Op::Unset { .. }
        | Op::Mark { .. }
        | Op::Yield { .. }
        | Op::Answer
        | Op::Return => {}
    }
}
