//! Rules to steps over numbered registers.

mod emit;
pub(crate) mod grounds;
pub(crate) mod lasting;
mod lift;
pub(crate) mod ops;
pub(crate) mod program;
mod settle;

use self::emit::Emitter;
use self::ops::{Graft, Label, Making, Op, Operand, Pool, Unit};
use crate::ir::goal::{Goal, Node, Var};
use crate::ir::group::{Clause, Definition, Group};
use crate::ir::tree::{NodeId, RuleKind, Tree};
use crate::span::Span;
use crate::value::Value;

/// Conditions that no order makes safe, with their places.
pub(crate) type Faults = Vec<(String, Span)>;

/// The steps of a group of definitions.
pub(crate) fn rule(group: &Group, tree: &Tree, pool: &mut Pool, groups: &[Group]) -> (Unit, Faults) {
    let mut emitter = Emitter::new(tree, pool, group.file.clone());
    let parameters = u32::try_from(group.arity).unwrap_or(u32::MAX);
    emitter.unit.parameters = parameters;
    emitter.unit.is_function = group.kind == RuleKind::Function;
    emitter.unit.registers = parameters;
    match group.kind {
        RuleKind::Complete | RuleKind::Function => complete(&mut emitter, group),
        RuleKind::Set => set(&mut emitter, group),
        RuleKind::Object => document(&mut emitter, group, groups),
    }
    emitter.op(Op::Return);
    let faults = std::mem::take(&mut emitter.faults);
    (emitter.finish(), faults)
}

/// The steps that gather everything below a place of the tree.
pub(crate) fn extent(node: NodeId, tree: &Tree, pool: &mut Pool, groups: &[Group]) -> Unit {
    let mut emitter = Emitter::new(tree, pool, String::new());
    let at = emitter.auxiliary();
    emitter.op(Op::Begin { at, what: Making::Extent });
    emitter.op(Op::InsertBase { at, node });
    let children: Vec<_> = tree.node(node).children.clone();
    for (name, child) in children {
        let rule = tree.node(child).rule;
        let is_function =
            |rule| groups.get(rule as usize).is_some_and(|group| group.kind == RuleKind::Function);
        let next = emitter.label();
        let to = emitter.register();
        match rule {
            Some(rule) if is_function(rule) && tree.node(child).children.is_empty() => continue,
            Some(rule) if !is_function(rule) => emitter.op(Op::Rule { to, rule, fail: next }),
            _ => emitter.op(Op::Extent { to, node: child, fail: next }),
        }
        let key = emitter.constant(&Value::String(name));
        emitter.op(Op::Insert { at, key, value: Operand::Reg(to) });
        emitter.place(next);
    }
    let to = emitter.register();
    emitter.op(Op::Finish { at, to });
    emitter.op(Op::Yield { value: Operand::Reg(to) });
    emitter.op(Op::Return);
    emitter.finish()
}

/// The steps of a query whose goals are in order, with the variables that it answers.
pub(crate) fn query(goals: &[Goal], answers: &[Var], tree: &Tree, pool: &mut Pool) -> (Unit, Faults) {
    let mut emitter = Emitter::new(tree, pool, String::new());
    // The answers lie in the first registers.
    for var in answers {
        emitter.variable(*var);
    }
    emitter.answers = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    let done = emitter.label();
    let again = emitter.body(goals, done);
    emitter.op(Op::Answer);
    emitter.op(Op::Jump(again));
    emitter.place(done);
    emitter.op(Op::Return);
    let faults = std::mem::take(&mut emitter.faults);
    (emitter.finish(), faults)
}

/// The parameters and the body of a clause. Gives the label to go on with for further solutions.
fn clause(emitter: &mut Emitter<'_>, clause: &Clause, fail: Label) -> Label {
    emitter.begin_clause();
    emitter.at(clause.span);
    let mut fail = fail;
    // Parameters that are plain variables lie where the arguments are; what is in patterns comes from there.
    let mut patterns = Vec::new();
    for (place, parameter) in clause.parameters.iter().enumerate() {
        let register = u32::try_from(place).unwrap_or(u32::MAX);
        match parameter {
            Node::Var(var) if emitter.bound.insert(*var) => {
                emitter.registers.insert(*var, register);
            }
            _ => patterns.push((parameter, register)),
        }
    }
    for (pattern, register) in patterns {
        emitter.destructure(pattern, Operand::Reg(register), &mut fail);
    }
    emitter.body(&clause.body, fail)
}

/// The one value that all clauses of a group give, if they give a constant.
fn common_value(group: &Group) -> Option<&Value> {
    let clauses = group.definitions.iter().flat_map(|definition| &definition.branches);
    let mut values = clauses.map(|clause| match &clause.value {
        Some(Node::Const(value)) => Some(value),
        _ => None,
    });
    let first = values.next()??;
    values.all(|value| value == Some(first)).then_some(first)
}

fn complete(emitter: &mut Emitter<'_>, group: &Group) {
    let is_common = common_value(group).is_some();
    for definition in &group.definitions {
        chain(emitter, definition, is_common);
    }
    if let Some(clause) = group.default.as_ref().and_then(|definition| definition.branches.first()) {
        let done = emitter.label();
        emitter.op(Op::JumpIfYielded { to: done });
        solutions(emitter, clause, done, None, true);
        emitter.place(done);
    }
}

/// A definition with its `else` branches.
fn chain(emitter: &mut Emitter<'_>, definition: &Definition, is_common: bool) {
    let marked = (definition.branches.len() > 1).then(|| emitter.kept_auxiliary());
    if let Some(at) = marked {
        emitter.op(Op::Unset { at });
    }
    let end = emitter.label();
    let count = definition.branches.len();
    for (place, branch) in definition.branches.iter().enumerate() {
        let done = emitter.label();
        solutions(emitter, branch, done, marked, is_common);
        emitter.place(done);
        if let Some(at) = marked.filter(|_| place + 1 < count) {
            emitter.op(Op::JumpIfMarked { at, to: end });
        }
    }
    emitter.place(end);
}

/// Gives the value of each solution of a clause.
fn solutions(emitter: &mut Emitter<'_>, branch: &Clause, done: Label, marked: Option<u32>, is_last: bool) {
    let mut again = clause(emitter, branch, done);
    emitter.at(branch.span);
    let value = match &branch.value {
        Some(value) => emitter.value(value, &mut again),
        None => emitter.constant(&Value::Bool(true)),
    };
    emitter.op(Op::Yield { value });
    if is_last {
        emitter.op(Op::Return);
        return;
    }
    if let Some(at) = marked {
        emitter.op(Op::Mark { at });
    }
    emitter.op(Op::Jump(again));
}

fn set(emitter: &mut Emitter<'_>, group: &Group) {
    let at = emitter.kept_auxiliary();
    emitter.op(Op::Begin { at, what: Making::Set });
    for branch in group.definitions.iter().flat_map(|definition| &definition.branches) {
        let done = emitter.label();
        let mut again = clause(emitter, branch, done);
        emitter.at(branch.span);
        if let Some(key) = &branch.key {
            let value = emitter.value(key, &mut again);
            emitter.op(Op::Push { at, value });
        }
        emitter.op(Op::Jump(again));
        emitter.place(done);
    }
    let to = emitter.register();
    emitter.op(Op::Finish { at, to });
    emitter.op(Op::Yield { value: Operand::Reg(to) });
}

fn document(emitter: &mut Emitter<'_>, group: &Group, groups: &[Group]) {
    let at = emitter.kept_auxiliary();
    emitter.op(Op::Begin { at, what: Making::Document });
    for branch in group.definitions.iter().flat_map(|definition| &definition.branches) {
        let done = emitter.label();
        let mut again = clause(emitter, branch, done);
        emitter.at(branch.span);
        let keys: Box<[Operand]> = branch.path.iter().map(|key| emitter.value(key, &mut again)).collect();
        let value = match branch.key.as_ref().or(branch.value.as_ref()) {
            Some(value) => emitter.value(value, &mut again),
            None => emitter.constant(&Value::Bool(true)),
        };
        let how = if branch.key.is_some() { Graft::Element } else { Graft::Value };
        emitter.op(Op::Graft { at, keys, value, how });
        emitter.op(Op::Jump(again));
        emitter.place(done);
    }
    // Rules deeper in the tree are part of the document.
    let mut below: Vec<NodeId> = emitter.tree.node(group.node).children.iter().map(|(_, id)| *id).collect();
    while let Some(node) = below.pop() {
        let Some(rule) = emitter.tree.node(node).rule else {
            below.extend(emitter.tree.node(node).children.iter().map(|(_, id)| *id));
            continue;
        };
        let how = match groups.get(rule as usize).map(|group| group.kind) {
            None | Some(RuleKind::Function) => continue,
            Some(RuleKind::Complete) => Graft::Value,
            Some(RuleKind::Set | RuleKind::Object) => Graft::Merge,
        };
        let names = emitter.tree.path(node);
        let names = names.get(group.path.len()..).unwrap_or(&[]).to_vec();
        let keys = names.iter().map(|name| emitter.constant(&Value::String(name.clone()))).collect();
        let (to, next) = (emitter.register(), emitter.label());
        emitter.op(Op::Rule { to, rule, fail: next });
        emitter.op(Op::Graft { at, keys, value: Operand::Reg(to), how });
        emitter.place(next);
    }
    let to = emitter.register();
    emitter.op(Op::Finish { at, to });
    emitter.op(Op::Yield { value: Operand::Reg(to) });
}
