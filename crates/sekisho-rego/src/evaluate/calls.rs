//! Rules, functions, references through the tree, and `with`.

use super::error::{Limit, Stop};
use super::frame::{Aim, Frame, Slot};
use super::known_calls::{Awaiting, Known};
use super::machine::{Machine, Next, index};
use super::surroundings::{Memo, Mock, Surroundings, cost, in_base, replaced};
use crate::error::ErrorCode;
use crate::functions::{Builtin, BuiltinError, Call};
use crate::plan::ops::{FunctionId, Label, Op, Operand, Reg, Replaced, Substitute};
use crate::value::Value;

/// A value, or why there is none.
enum Given {
    Value(Value),
    Undefined,
    /// A frame was entered that will give it.
    Later,
}

impl<'m> Machine<'m> {
    fn operand(&self, values: usize, operand: Operand) -> &Value {
        match operand {
            Operand::Reg(register) => &self.values[values + register as usize],
            Operand::Const(place) => &self.pool.constants[place as usize],
        }
    }

    fn operands(&self, values: usize, operands: &[Operand]) -> Vec<Value> {
        operands.iter().map(|operand| self.operand(values, *operand).clone()).collect()
    }

    /// A step that may enter a frame.
    pub(super) fn call_op(&mut self, op: &'m Op, values: usize, slots: usize) -> Result<Next, Stop> {
        let around = self.look_around();
        match op {
            Op::Rule { to, rule, fail } => {
                let given = self.rule(*rule, *to, *fail, around)?;
                Ok(self.receive(given, values, *to, *fail))
            }
            Op::Extent { to, node, fail } => {
                let given = self.extent(*node, *to, *fail, around)?;
                Ok(self.receive(given, values, *to, *fail))
            }
            Op::Function { to, rule, arguments, fail } => {
                if !self.around[around as usize].mocks.is_empty() {
                    let arguments = self.operands(values, arguments);
                    let given = self.replaceable(FunctionId::Rule(*rule), arguments, *to, *fail, around)?;
                    return Ok(self.receive(given, values, *to, *fail));
                }
                self.enter_unit(Aim::Rule(*rule), arguments, values, *to, *fail, around)
            }
            Op::Lifted { to, unit, arguments } => {
                if arguments.is_empty() {
                    let place = self.program.lifted_place(*unit);
                    if let Memo::Value(value) = self.around[around as usize].memo(place) {
                        let value = value.clone();
                        self.values[values + *to as usize] = value;
                        return Ok(Next::Step);
                    }
                }
                self.enter_unit(Aim::Lifted(*unit), arguments, values, *to, 0, around)
            }
            Op::Builtin { to, builtin, arguments, fail } => {
                let builtin = self.pool.builtins[*builtin as usize];
                if !self.around[around as usize].mocks.is_empty() {
                    let arguments = self.operands(values, arguments);
                    let id = FunctionId::Builtin(builtin.name);
                    let given = self.replaceable(id, arguments, *to, *fail, around)?;
                    return Ok(self.receive(given, values, *to, *fail));
                }
                let mut scratch = std::mem::take(&mut self.scratch);
                scratch.clear();
                scratch.extend(arguments.iter().map(|operand| self.operand(values, *operand).clone()));
                let result = self.builtin(builtin, &scratch);
                scratch.clear();
                self.scratch = scratch;
                match result? {
                    Some(value) => {
                        self.values[values + *to as usize] = value;
                        Ok(Next::Step)
                    }
                    None => Ok(Next::Jump(*fail)),
                }
            }
            Op::Host { to, function, arguments, fail } => {
                let arguments = self.operands(values, arguments);
                let given = self.replaceable(FunctionId::Host(*function), arguments, *to, *fail, around)?;
                Ok(self.receive(given, values, *to, *fail))
            }
            Op::TreeLookup { at, value, key, fail } => {
                let key = self.operand(values, *key).clone();
                let slot = slots + *at as usize;
                let Slot::Node(node) = self.slots[slot] else {
                    let found = self.values[values + *value as usize].get(&key).cloned();
                    return Ok(self.receive(found.into(), values, *value, *fail));
                };
                self.descend(node, &key, slot, values, *value, *fail, around)
            }
            Op::TreeScan { iterator, at, value } => {
                let made = match self.slots[slots + *at as usize] {
                    Slot::Node(node) => {
                        let keys = self.keys(node, around);
                        self.meter.charge(keys.len() as u64)?;
                        self.meter.allocate((keys.len() * size_of::<Value>()) as u64)?;
                        Slot::Keys(node, keys, 0)
                    }
                    _ => Slot::Iterator(self.values[values + *value as usize].clone(), 0),
                };
                self.slots[slots + *iterator as usize] = made;
                Ok(Next::Step)
            }
            Op::TreeNext { iterator, at, key, value, done } => {
                self.tree_next(values, slots, *iterator, *at, *key, *value, *done, around)
            }
            Op::TreeValue { at, value, fail } => {
                let Slot::Node(node) = self.slots[slots + *at as usize] else { return Ok(Next::Step) };
                self.slots[slots + *at as usize] = Slot::Empty;
                let given = self.extent(node, *value, *fail, around)?;
                Ok(self.receive(given, values, *value, *fail))
            }
            Op::Enter { at, modifiers, values: given, fail } => {
                let given = self.operands(values, given);
                let Some(after) = self.replace(around, *modifiers, given)? else {
                    return Ok(Next::Jump(*fail));
                };
                self.slots[slots + *at as usize] = Slot::Replaced { before: around, after };
                if let Some(frame) = self.frames.last_mut() {
                    frame.around = after;
                }
                Ok(Next::Step)
            }
            _ => Ok(Next::Step),
        }
    }

    fn receive(&mut self, given: Given, values: usize, to: Reg, fail: Label) -> Next {
        match given {
            Given::Value(value) => {
                self.values[values + to as usize] = value;
                Next::Step
            }
            Given::Undefined => Next::Jump(fail),
            Given::Later => Next::Frame,
        }
    }

    fn memo(&self, around: u32, place: u32) -> Option<Result<Given, Stop>> {
        match self.around[around as usize].memo(place) {
            Memo::Unknown => None,
            Memo::Undefined => Some(Ok(Given::Undefined)),
            Memo::Value(value) => Some(Ok(Given::Value(value.clone()))),
            Memo::Running => {
                let message = "rule refers to itself".to_owned();
                Some(Err(Stop::Fault(ErrorCode::Recursion, message)))
            }
        }
    }

    fn is_shadowed(&self, around: u32, node: u32) -> bool {
        let around = &self.around[around as usize];
        !around.shadows.is_empty() && around.is_shadowed(&self.program.tree.path(node))
    }

    fn rule(&mut self, rule: u32, to: Reg, fail: Label, around: u32) -> Result<Given, Stop> {
        if let Some(known) = self.memo(around, rule) {
            return known;
        }
        let node = self.program.nodes.get(rule as usize).copied().unwrap_or(0);
        if self.is_shadowed(around, node) {
            return Ok(self.base_at(around, node).into());
        }
        if self.program.rules.get(rule as usize).is_some_and(|unit| unit.is_function) {
            return Ok(Given::Undefined);
        }
        self.around[around as usize].set_memo(rule, Memo::Running);
        self.push(Aim::Rule(rule), to, fail, around)?;
        Ok(Given::Later)
    }

    fn extent(&mut self, node: u32, to: Reg, fail: Label, around: u32) -> Result<Given, Stop> {
        if let Some(rule) = self.program.tree.node(node).rule
            && self.program.rules.get(rule as usize).is_some_and(|unit| !unit.is_function)
        {
            return self.rule(rule, to, fail, around);
        }
        let place = self.program.extent_place(node);
        if let Some(known) = self.memo(around, place) {
            return known;
        }
        if self.is_shadowed(around, node) {
            return Ok(self.base_at(around, node).into());
        }
        self.around[around as usize].set_memo(place, Memo::Running);
        self.push(Aim::Extent(node), to, fail, around)?;
        Ok(Given::Later)
    }

    fn enter_unit(
        &mut self,
        aim: Aim,
        arguments: &[Operand],
        values: usize,
        to: Reg,
        fail: Label,
        around: u32,
    ) -> Result<Next, Stop> {
        let unit = self.unit(aim);
        let mut awaiting = Awaiting::default();
        if unit.is_worth_keeping && around == 0 {
            let number = match aim {
                Aim::Rule(rule) => rule,
                Aim::Lifted(unit) => self.program.lifted_place(unit),
                _ => u32::MAX,
            };
            let (registers, constants) = (&self.values, &self.pool.constants);
            let given = arguments.iter().map(|operand| match operand {
                Operand::Reg(register) => &registers[values + *register as usize],
                Operand::Const(place) => &constants[*place as usize],
            });
            match self.memory.results.calls.find(number, unit.grounds.hold_in_all(), given) {
                Known::Value(value) => {
                    self.values[values + to as usize] = value;
                    return Ok(Next::Step);
                }
                Known::Undefined => return Ok(Next::Jump(fail)),
                Known::Nothing(place) => awaiting = place,
            }
        }
        if self.frames.len() >= self.max_depth {
            return Err(Stop::Limit(Limit::Depth));
        }
        let (first, slots) = self.make_room(unit);
        for (place, operand) in arguments.iter().enumerate() {
            let value = self.operand(values, *operand).clone();
            if let Some(register) = self.values.get_mut(first + place) {
                *register = value;
            }
        }
        let (values_end, slots_end) = (first + unit.registers as usize, slots + unit.auxiliaries as usize);
        self.frames.push(Frame {
            aim,
            step: 0,
            values: first,
            slots,
            to,
            fail,
            around,
            result: None,
            values_end,
            slots_end,
            awaiting,
        });
        Ok(Next::Frame)
    }

    /// The value of a built-in function; nothing where it is undefined.
    fn builtin(&mut self, builtin: &'static Builtin, arguments: &[Value]) -> Result<Option<Value>, Stop> {
        let mut call = Call::new(&mut self.meter, &mut self.memory.functions, self.world);
        match (builtin.call)(&mut call, arguments) {
            Ok(value) => Ok(Some(value)),
            Err(BuiltinError::Undefined) => Ok(None),
            Err(BuiltinError::Operand(message)) => {
                self.error(ErrorCode::EvalType, format!("{}: {message}", builtin.name));
                Ok(None)
            }
            Err(BuiltinError::Failed(message)) => {
                self.error(ErrorCode::EvalBuiltin, format!("{}: {message}", builtin.name));
                Ok(None)
            }
            Err(BuiltinError::Halt { code, message }) => {
                let code = match code {
                    "eval_conflict_error" => ErrorCode::EvalConflict,
                    "eval_type_error" => ErrorCode::EvalType,
                    "eval_builtin_error" => ErrorCode::EvalBuiltin,
                    _ => ErrorCode::EvalInternal,
                };
                Err(Stop::Fault(code, message))
            }
            Err(BuiltinError::Meter(error)) => Err(error.into()),
        }
    }

    fn host(&mut self, function: u32, arguments: &[Value]) -> Option<Value> {
        let host = self.hosts.get(function as usize)?;
        let answer = match self.host {
            Some(answers) => answers(&host.name, arguments),
            None => (host.call)(arguments),
        };
        match answer {
            Ok(value) => value,
            Err(message) => {
                let message = format!("{}: {message}", host.name);
                self.error(ErrorCode::EvalBuiltin, message);
                None
            }
        }
    }

    /// A call of a function that `with` may have replaced.
    fn replaceable(
        &mut self,
        function: FunctionId,
        arguments: Vec<Value>,
        to: Reg,
        fail: Label,
        around: u32,
    ) -> Result<Given, Stop> {
        match self.around[around as usize].mocks.get(&function).cloned() {
            None => self.plain_call(function, arguments, to, fail, around),
            Some(Mock::Value(value)) => Ok(Given::Value(value)),
            Some(mock) => {
                let around = self.unmocked(around);
                match mock {
                    Mock::Value(value) => Ok(Given::Value(value)),
                    Mock::Builtin(builtin) => Ok(self.builtin(builtin, &arguments)?.into()),
                    Mock::Host(host) => Ok(self.host(host, &arguments).into()),
                    Mock::Rule(rule) => self.plain_call(FunctionId::Rule(rule), arguments, to, fail, around),
                    Mock::Node(node) => self.extent(node, to, fail, around),
                }
            }
        }
    }

    fn plain_call(
        &mut self,
        function: FunctionId,
        arguments: Vec<Value>,
        to: Reg,
        fail: Label,
        around: u32,
    ) -> Result<Given, Stop> {
        match function {
            FunctionId::Builtin(name) => match crate::functions::lookup(name) {
                Some(builtin) => Ok(self.builtin(builtin, &arguments)?.into()),
                None => Ok(Given::Undefined),
            },
            FunctionId::Host(host) => Ok(self.host(host, &arguments).into()),
            FunctionId::Rule(rule) => {
                let parameters = self.unit(Aim::Rule(rule)).parameters as usize;
                if parameters != arguments.len() {
                    return Ok(Given::Undefined);
                }
                self.push(Aim::Rule(rule), to, fail, around)?;
                let first = self.frames.last().map_or(0, |frame| frame.values);
                for (place, argument) in arguments.into_iter().enumerate() {
                    self.values[first + place] = argument;
                }
                Ok(Given::Later)
            }
        }
    }

    /// Whether a comparison holds whose function `with` replaced.
    pub(super) fn mocked_condition(&mut self, name: &'static str, arguments: &[Value]) -> Result<bool, Stop> {
        let around = self.look_around();
        let value = match self.around[around as usize].mocks.get(&FunctionId::Builtin(name)).cloned() {
            Some(Mock::Value(value)) => Some(value),
            Some(Mock::Builtin(builtin)) => self.builtin(builtin, arguments)?,
            Some(Mock::Host(host)) => self.host(host, arguments),
            Some(Mock::Rule(_) | Mock::Node(_)) | None => {
                let message = format!("operator {name} cannot be replaced by a rule");
                return Err(Stop::Fault(ErrorCode::EvalInternal, message));
            }
        };
        Ok(value.is_some_and(|value| value != Value::Bool(false)))
    }

    /// The surroundings in which mocks are evaluated.
    fn unmocked(&mut self, around: u32) -> u32 {
        if let Some(known) = self.around[around as usize].unmocked {
            return known;
        }
        let mut copy = self.around[around as usize].copy();
        copy.mocks.clear();
        let place = self.surround(copy);
        self.around[around as usize].unmocked = Some(place);
        place
    }

    /// Lets go of surroundings that nothing will be evaluated in any more.
    pub(super) fn forget(&mut self, around: u32) {
        let Some(old) = self.around.get_mut(around as usize) else { return };
        let old = std::mem::take(old);
        self.free.push(around);
        if let Some(unmocked) = old.unmocked {
            self.forget(unmocked);
        }
    }

    fn surround(&mut self, surroundings: Surroundings) -> u32 {
        if let Some(place) = self.free.pop() {
            self.around[place as usize] = surroundings;
            return place;
        }
        self.around.push(surroundings);
        u32::try_from(self.around.len() - 1).unwrap_or(u32::MAX)
    }

    /// The surroundings after `with`; nothing where a document has no place for the value.
    fn replace(&mut self, around: u32, modifiers: u32, given: Vec<Value>) -> Result<Option<u32>, Stop> {
        self.meter.allocate(size_of::<Surroundings>() as u64)?;
        let mut copy = self.around[around as usize].copy();
        let mut given = given.into_iter();
        let list = self.pool.modifiers[modifiers as usize].clone();
        for modifier in list.iter() {
            match modifier {
                Replaced::Input { keys } => {
                    let keys: Vec<Value> = given.by_ref().take(*keys as usize).collect();
                    let Some(value) = given.next() else { return Ok(None) };
                    self.meter.allocate(cost(copy.input.as_ref(), &keys))?;
                    copy.input = Some(replaced(copy.input.as_ref(), &keys, value));
                }
                Replaced::Data { keys } => {
                    let keys: Vec<Value> = given.by_ref().take(*keys as usize).collect();
                    let Some(value) = given.next() else { return Ok(None) };
                    self.meter.allocate(cost(Some(&copy.data), &keys))?;
                    copy.data = replaced(Some(&copy.data), &keys, value);
                    copy.shadows.push(keys);
                }
                Replaced::Function { target, by } => {
                    let mock = match by {
                        Substitute::Value => match given.next() {
                            Some(value) => Mock::Value(value),
                            None => return Ok(None),
                        },
                        Substitute::Builtin(builtin) => Mock::Builtin(builtin),
                        Substitute::Host(host) => Mock::Host(*host),
                        Substitute::Rule(rule) => Mock::Rule(*rule),
                        Substitute::Node(node) => Mock::Node(*node),
                    };
                    copy.mocks.insert(*target, mock);
                }
            }
        }
        Ok(Some(self.surround(copy)))
    }

    /// The keys of the base document and of the tree at a place.
    fn keys(&self, node: u32, around: u32) -> Box<[Value]> {
        let base = self.base_at(around, node);
        let mut keys: Vec<Value> = match &base {
            Some(Value::Object(object)) => object.keys().cloned().collect(),
            Some(Value::Array(items)) => (0..items.len()).map(index).collect(),
            Some(Value::Set(set)) => set.iter().cloned().collect(),
            _ => Vec::new(),
        };
        let known = keys.len();
        if !self.is_shadowed(around, node) {
            for (name, _) in &self.program.tree.node(node).children {
                let key = Value::String(name.clone());
                if base.as_ref().is_none_or(|base| base.get(&key).is_none()) {
                    keys.push(key);
                }
            }
        }
        keys.get_mut(known..).unwrap_or(&mut []).sort();
        keys.into()
    }

    /// Follows one key from a place of the tree.
    #[expect(clippy::too_many_arguments, reason = "the parts of one step")]
    fn descend(
        &mut self,
        node: u32,
        key: &Value,
        slot: usize,
        values: usize,
        to: Reg,
        fail: Label,
        around: u32,
    ) -> Result<Next, Stop> {
        let child = key.as_str().and_then(|name| self.program.tree.child(node, name));
        let child = child.filter(|child| !self.is_shadowed(around, *child));
        let Some(child) = child else {
            self.slots[slot] = Slot::Empty;
            let found = self.base_at(around, node).and_then(|base| in_base(&base, key).cloned());
            return Ok(self.receive(found.into(), values, to, fail));
        };
        if let Some(rule) = self.program.tree.node(child).rule {
            self.slots[slot] = Slot::Empty;
            let given = self.rule(rule, to, fail, around)?;
            Ok(self.receive(given, values, to, fail))
        } else {
            self.slots[slot] = Slot::Node(child);
            Ok(Next::Step)
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one step")]
    fn tree_next(
        &mut self,
        values: usize,
        slots: usize,
        iterator: u32,
        at: u32,
        key: Reg,
        value: Reg,
        done: Label,
        around: u32,
    ) -> Result<Next, Stop> {
        let slot = slots + at as usize;
        loop {
            self.meter.charge(1)?;
            match &mut self.slots[slots + iterator as usize] {
                Slot::Iterator(source, place) => {
                    let here = *place;
                    *place += 1;
                    let found = match source {
                        Value::Array(items) => items.get(here).map(|item| (index(here), item.clone())),
                        Value::Object(object) => object.entries().get(here).cloned(),
                        Value::Set(set) => set.elements().get(here).map(|item| (item.clone(), item.clone())),
                        _ => None,
                    };
                    let Some((found_key, found)) = found else { return Ok(Next::Jump(done)) };
                    self.values[values + key as usize] = found_key;
                    self.values[values + value as usize] = found;
                    self.slots[slot] = Slot::Empty;
                    return Ok(Next::Step);
                }
                Slot::Keys(node, keys, place) => {
                    let node = *node;
                    let Some(found) = keys.get(*place).cloned() else { return Ok(Next::Jump(done)) };
                    *place += 1;
                    self.values[values + key as usize] = found.clone();
                    // Without a value the step is taken again, for the next key.
                    let again = self.frames.last().map_or(0, |frame| frame.step.saturating_sub(1));
                    let again = Label::try_from(again).unwrap_or(Label::MAX);
                    match self.descend(node, &found, slot, values, value, again, around)? {
                        Next::Jump(_) => {}
                        next => return Ok(next),
                    }
                }
                _ => return Ok(Next::Jump(done)),
            }
        }
    }
}

impl From<Option<Value>> for Given {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Undefined, Self::Value)
    }
}
