//! The steps that rules are compiled to, over numbered registers.

use std::collections::HashMap;
use std::sync::Arc;

use super::grounds::Grounds;
use crate::functions::Builtin;
use crate::ir::tree::{NodeId, RuleId};
use crate::span::Span;
use crate::value::Value;

/// A register of values.
pub(crate) type Reg = u32;
/// A register of iterators, collections in the making, and replaced surroundings.
pub(crate) type Aux = u32;
/// A step of the unit to go on with.
pub(crate) type Label = u32;

/// Where a step finds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operand {
    Reg(Reg),
    Const(u32),
}

/// A step. Where one has a `fail`, that is where it goes on when a value is undefined or a condition does not
/// hold: to the next turn of the loop around, or behind the block.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Jump(Label),
    Move {
        to: Reg,
        from: Operand,
    },
    /// What stands under constant keys in the input.
    Input {
        to: Reg,
        path: u32,
        fail: Label,
    },
    /// What stands under constant keys in the base documents.
    Base {
        to: Reg,
        path: u32,
        fail: Label,
    },
    Rule {
        to: Reg,
        rule: RuleId,
        fail: Label,
    },
    /// Everything below a place of the tree.
    Extent {
        to: Reg,
        node: NodeId,
        fail: Label,
    },
    Lookup {
        to: Reg,
        from: Operand,
        key: Operand,
        fail: Label,
    },
    /// What stands under several constant keys.
    Path {
        to: Reg,
        from: Operand,
        path: u32,
        fail: Label,
    },
    /// Begins to follow a reference through the tree by keys that are known only now.
    Tree {
        at: Aux,
        node: NodeId,
    },
    TreeLookup {
        at: Aux,
        value: Reg,
        key: Operand,
        fail: Label,
    },
    TreeScan {
        iterator: Aux,
        at: Aux,
        value: Reg,
    },
    TreeNext {
        iterator: Aux,
        at: Aux,
        key: Reg,
        value: Reg,
        done: Label,
    },
    /// Makes a value of what a reference through the tree reached.
    TreeValue {
        at: Aux,
        value: Reg,
        fail: Label,
    },
    Scan {
        iterator: Aux,
        from: Operand,
    },
    Next {
        iterator: Aux,
        key: Option<Reg>,
        value: Option<Reg>,
        done: Label,
    },
    IsCollection {
        value: Operand,
        fail: Label,
    },
    IsArray {
        value: Operand,
        length: u32,
        fail: Label,
    },
    IsObject {
        value: Operand,
        length: u32,
        fail: Label,
    },
    Equal {
        left: Operand,
        right: Operand,
        fail: Label,
    },
    /// A comparison of values in their order, by a built-in function that nothing replaces.
    Compare {
        how: Comparison,
        left: Operand,
        right: Operand,
        builtin: u32,
        fail: Label,
    },
    Truthy {
        value: Operand,
        fail: Label,
    },
    Array {
        to: Reg,
        items: Box<[Operand]>,
    },
    Set {
        to: Reg,
        items: Box<[Operand]>,
    },
    Object {
        to: Reg,
        pairs: Box<[(Operand, Operand)]>,
    },
    Builtin {
        to: Reg,
        builtin: u32,
        arguments: Box<[Operand]>,
        fail: Label,
    },
    Host {
        to: Reg,
        function: u32,
        arguments: Box<[Operand]>,
        fail: Label,
    },
    Function {
        to: Reg,
        rule: RuleId,
        arguments: Box<[Operand]>,
        fail: Label,
    },
    /// What a comprehension makes that became a unit of its own.
    Lifted {
        to: Reg,
        unit: u32,
        arguments: Box<[Operand]>,
    },
    /// Begins an array, a set or an object.
    Begin {
        at: Aux,
        what: Making,
    },
    Push {
        at: Aux,
        value: Operand,
    },
    Insert {
        at: Aux,
        key: Operand,
        value: Operand,
    },
    /// Puts the entries of a base document in.
    InsertBase {
        at: Aux,
        node: NodeId,
    },
    Finish {
        at: Aux,
        to: Reg,
    },
    /// Puts a value, or an element of a set, under keys of several levels.
    Graft {
        at: Aux,
        keys: Box<[Operand]>,
        value: Operand,
        how: Graft,
    },
    Enter {
        at: Aux,
        modifiers: u32,
        values: Box<[Operand]>,
        fail: Label,
    },
    /// Goes back to the surroundings before; the last time those of the replacement are let go of.
    Leave {
        at: Aux,
        is_last: bool,
    },
    Resume {
        at: Aux,
    },
    Print {
        arguments: Box<[Operand]>,
    },
    Unset {
        at: Aux,
    },
    Mark {
        at: Aux,
    },
    JumpIfMarked {
        at: Aux,
        to: Label,
    },
    /// Gives a value as the result, and an error when another was given before.
    Yield {
        value: Operand,
    },
    JumpIfYielded {
        to: Label,
    },
    /// Gives the values of a query's variables.
    Answer,
    Return,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Making {
    Array,
    Set,
    Object,
    /// An object in which later entries take the place of earlier ones.
    Extent,
    /// An object of several levels, made of the definitions of a rule.
    Document,
}

/// How a value comes into a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Graft {
    Value,
    /// As an element of the set there.
    Element,
    /// Level by level, beside what is there.
    Merge,
}

/// What `with` replaces; the values come with the step.
#[derive(Debug, Clone)]
pub(crate) enum Replaced {
    /// So many keys, then the value.
    Input {
        keys: u32,
    },
    Data {
        keys: u32,
    },
    Function {
        target: FunctionId,
        by: Substitute,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FunctionId {
    Builtin(&'static str),
    Host(u32),
    Rule(RuleId),
}

#[derive(Debug, Clone)]
pub(crate) enum Substitute {
    /// The next value of the step.
    Value,
    Builtin(&'static Builtin),
    Host(u32),
    Rule(RuleId),
    /// A document, evaluated at each call.
    Node(NodeId),
}

/// What can be run: the definitions of a rule, the extent of a place, or a query.
#[derive(Debug, Default, Clone)]
pub(crate) struct Unit {
    pub(crate) ops: Vec<Op>,
    /// For each step the place that an error names.
    pub(crate) spans: Vec<Span>,
    pub(crate) registers: u32,
    pub(crate) auxiliaries: u32,
    /// The number of parameters, which lie in the first registers.
    pub(crate) parameters: u32,
    pub(crate) is_function: bool,
    /// The name of the module's file, for errors.
    pub(crate) name: String,
    /// What its results rest on.
    pub(crate) grounds: Grounds,
    /// Whether its results are kept by its arguments.
    pub(crate) is_worth_keeping: bool,
}

/// Constants that the steps of all units share.
#[derive(Debug, Default, Clone)]
pub(crate) struct Pool {
    pub(crate) constants: Vec<Value>,
    /// Keys, by their places among the constants.
    pub(crate) paths: Vec<Box<[u32]>>,
    pub(crate) builtins: Vec<&'static Builtin>,
    pub(crate) modifiers: Vec<Arc<[Replaced]>>,
    /// Comprehensions that became units of their own.
    pub(crate) lifted: Vec<Unit>,
    known: HashMap<Value, u32>,
    known_builtins: HashMap<&'static str, u32>,
    known_paths: HashMap<Vec<Value>, u32>,
}

impl Pool {
    pub(crate) fn constant(&mut self, value: &Value) -> u32 {
        // Large constants are not worth a look, and hashing them each time would cost.
        let is_small =
            !matches!(value, Value::Array(_) | Value::Object(_) | Value::Set(_) | Value::Number(_));
        if is_small && let Some(known) = self.known.get(value) {
            return *known;
        }
        let place = u32::try_from(self.constants.len()).unwrap_or(u32::MAX);
        self.constants.push(value.clone());
        if is_small {
            self.known.insert(value.clone(), place);
        }
        place
    }

    pub(crate) fn path(&mut self, path: Vec<Value>) -> u32 {
        if let Some(known) = self.known_paths.get(&path) {
            return *known;
        }
        let place = u32::try_from(self.paths.len()).unwrap_or(u32::MAX);
        let keys = path.iter().map(|key| self.constant(key)).collect();
        self.paths.push(keys);
        self.known_paths.insert(path, place);
        place
    }

    pub(crate) fn builtin(&mut self, builtin: &'static Builtin) -> u32 {
        if let Some(known) = self.known_builtins.get(builtin.name) {
            return *known;
        }
        let place = u32::try_from(self.builtins.len()).unwrap_or(u32::MAX);
        self.builtins.push(builtin);
        self.known_builtins.insert(builtin.name, place);
        place
    }

    /// Lets go of what only planning needs.
    pub(crate) fn close(&mut self) {
        self.known = HashMap::new();
        self.known_builtins = HashMap::new();
        self.known_paths = HashMap::new();
    }

    pub(crate) fn modifiers(&mut self, replaced: Vec<Replaced>) -> u32 {
        let place = u32::try_from(self.modifiers.len()).unwrap_or(u32::MAX);
        self.modifiers.push(replaced.into());
        place
    }
}
