//! The loop that takes the steps.

use std::sync::Arc;

use super::comparing::{PARTS_A_STEP, are_equal};
use super::error::{EvaluationError, Limit, Stop};
use super::frame::{Aim, Frame, Slot};
use super::known_calls::Awaiting;
use super::making::{Document, object, over};
use super::memory::Memory;
use super::surroundings::{Memo, Surroundings, in_base};
use crate::error::{ErrorCode, RegoError};
use crate::functions::{Meter, World};
use crate::host::{HostAnswers, HostFunction};
use crate::plan::ops::{Comparison, FunctionId, Label, Making, Op, Operand, Pool, Reg, Unit};
use crate::plan::program::Program;
use crate::span::{Location, Span};
use crate::value::{Number, Value};

/// What an evaluation is given.
pub(crate) struct Setting<'m> {
    pub(crate) input: Option<Value>,
    pub(crate) data: Value,
    pub(crate) world: World<'m>,
    pub(crate) meter: Meter,
    pub(crate) max_depth: usize,
    pub(crate) cancelled: Option<&'m dyn Fn() -> bool>,
    pub(crate) is_strict: bool,
    pub(crate) host: Option<&'m HostAnswers<'m>>,
}

/// What came out.
pub(crate) struct Finished {
    pub(crate) value: Option<Value>,
    pub(crate) answers: Vec<Vec<Value>>,
    pub(crate) prints: Vec<(String, Location)>,
    pub(crate) meter: Meter,
}

pub(crate) struct Machine<'m> {
    pub(super) program: &'m Program,
    pub(super) pool: &'m Pool,
    pub(super) query: Option<&'m Unit>,
    pub(super) hosts: &'m [HostFunction],
    pub(super) host: Option<&'m HostAnswers<'m>>,
    pub(super) world: World<'m>,
    pub(super) meter: Meter,
    pub(super) memory: &'m mut Memory,
    cancelled: Option<&'m dyn Fn() -> bool>,
    pub(super) max_depth: usize,
    is_strict: bool,
    pub(super) values: Vec<Value>,
    pub(super) slots: Vec<Slot>,
    pub(super) frames: Vec<Frame>,
    pub(super) around: Vec<Surroundings>,
    pub(super) free: Vec<u32>,
    prints: Vec<(String, Location)>,
    answers: Vec<Vec<Value>>,
    answer_length: usize,
    /// The first error of a built-in function, which counts only where errors are asked for.
    first_error: Option<RegoError>,
    pub(super) scratch: Vec<Value>,
    last: Option<Value>,
}

/// How many steps are taken between two looks at the caller's wish to end.
const STRIDE: u64 = 512;

impl<'m> Machine<'m> {
    pub(crate) fn new(
        program: &'m Program,
        pool: &'m Pool,
        query: Option<&'m Unit>,
        setting: Setting<'m>,
        memory: &'m mut Memory,
    ) -> Self {
        if query.is_some() || setting.is_strict {
            memory.results.clear();
        }
        let part = |key: &Value| setting.input.as_ref().and_then(|input| input.get(key));
        let steady = program.steady.iter().map(part);
        let count = program.rules.len() + program.extents.len() + pool.lifted.len();
        let results = &mut memory.results;
        results.begin(program.id, steady.chain([Some(&setting.data)]));
        results.make_room(count, pool.paths.len(), pool.constants.len());
        let dense = std::mem::take(&mut results.documents);
        let (values, slots, frames) = (
            std::mem::take(&mut results.values),
            std::mem::take(&mut results.slots),
            std::mem::take(&mut results.frames),
        );
        let touched = std::mem::take(&mut results.touched);
        let first = Surroundings::first(setting.input, setting.data, dense, touched);
        Self {
            program,
            pool,
            query,
            hosts: &program.hosts,
            host: setting.host,
            world: setting.world,
            meter: setting.meter,
            memory,
            cancelled: setting.cancelled,
            max_depth: setting.max_depth,
            is_strict: setting.is_strict,
            values,
            slots,
            frames,
            around: vec![first],
            free: Vec::new(),
            prints: Vec::new(),
            answers: Vec::new(),
            answer_length: 0,
            first_error: None,
            scratch: Vec::new(),
            last: None,
        }
    }

    /// Evaluates what is aimed at. A query answers with the values of its first registers.
    pub(crate) fn evaluate(mut self, aim: Aim, answer_length: usize) -> Result<Finished, EvaluationError> {
        self.answer_length = answer_length;
        self.memory.functions.begin_evaluation();
        let outcome = self.push(aim, 0, 0, 0).and_then(|()| self.run());
        match outcome {
            Ok(()) => self.keep(),
            Err(stop) => {
                // What was begun did not come to its end.
                self.memory.results.clear();
                return Err(self.failure(stop));
            }
        }
        if let Some(error) = self.first_error.filter(|_| self.is_strict) {
            return Err(error.into());
        }
        Ok(Finished { value: self.last, answers: self.answers, prints: self.prints, meter: self.meter })
    }

    fn failure(&self, stop: Stop) -> EvaluationError {
        let (file, span) = self.here();
        match stop {
            Stop::Limit(limit) => {
                let location = Location { file, row: span.row, column: span.column };
                EvaluationError::Limit { limit, location }
            }
            Stop::Fault(code, message) => RegoError::new(code, message, span, &file).into(),
        }
    }

    /// Keeps what later evaluations can use, and lets go of everything else.
    fn keep(&mut self) {
        if self.query.is_some() || self.is_strict {
            // Errors of functions are not kept, and what was lifted out of a query is no part of the program.
            self.memory.results.clear();
            return;
        }
        self.values.clear();
        self.slots.clear();
        let results = &mut self.memory.results;
        if let Some(first) = self.around.first_mut() {
            results.documents = std::mem::take(&mut first.dense);
            results.touched = std::mem::take(&mut first.touched);
        }
        results.end(&self.program.lasting);
        results.values = std::mem::take(&mut self.values);
        results.slots = std::mem::take(&mut self.slots);
        results.frames = std::mem::take(&mut self.frames);
    }

    pub(super) fn unit(&self, aim: Aim) -> &'m Unit {
        static NONE: std::sync::LazyLock<Unit> = std::sync::LazyLock::new(Unit::default);
        match aim {
            Aim::Rule(rule) => self.program.rules.get(rule as usize),
            Aim::Extent(node) => self.program.extents.get(node as usize),
            Aim::Lifted(unit) => self.pool.lifted.get(unit as usize),
            Aim::Query => self.query,
        }
        .unwrap_or(&NONE)
    }

    /// Where the machine is now.
    fn here(&self) -> (String, Span) {
        let Some(frame) = self.frames.last() else { return (String::new(), Span::default()) };
        let unit = self.unit(frame.aim);
        let span = unit.spans.get(frame.step.saturating_sub(1)).copied().unwrap_or_default();
        (self.program.file(span, &unit.name), span)
    }

    pub(super) fn push(&mut self, aim: Aim, to: Reg, fail: Label, around: u32) -> Result<(), Stop> {
        if self.frames.len() >= self.max_depth {
            return Err(Stop::Limit(Limit::Depth));
        }
        let unit = self.unit(aim);
        let (values, slots) = self.make_room(unit);
        let awaiting = Awaiting::default();
        let (values_end, slots_end) = (values + unit.registers as usize, slots + unit.auxiliaries as usize);
        let result = None;
        self.frames.push(Frame {
            aim,
            step: 0,
            values,
            slots,
            to,
            fail,
            around,
            result,
            values_end,
            slots_end,
            awaiting,
        });
        Ok(())
    }

    /// Registers for a unit, behind those of the last frame. What frames before have left in them stays until it is
    /// written over: no step reads a register that none has written.
    pub(super) fn make_room(&mut self, unit: &Unit) -> (usize, usize) {
        let (values, slots) = self.frames.last().map_or((0, 0), |frame| (frame.values_end, frame.slots_end));
        let (to_values, to_slots) = (values + unit.registers as usize, slots + unit.auxiliaries as usize);
        if self.values.len() < to_values {
            self.values.resize(to_values, Value::Null);
        }
        if self.slots.len() < to_slots {
            self.slots.resize_with(to_slots, Slot::default);
        }
        (values, slots)
    }

    pub(super) fn error(&mut self, code: ErrorCode, message: String) {
        if self.first_error.is_none() {
            let (file, span) = self.here();
            self.first_error = Some(RegoError::new(code, message, span, &file));
        }
    }

    pub(super) fn look_around(&self) -> u32 {
        self.frames.last().map_or(0, |frame| frame.around)
    }

    #[expect(clippy::too_many_lines, reason = "the steps of one loop are read together")]
    fn run(&mut self) -> Result<(), Stop> {
        'frames: loop {
            let Some(frame) = self.frames.last() else { return Ok(()) };
            let unit = self.unit(frame.aim);
            let (values, slots) = (frame.values, frame.slots);
            let mut step = frame.step;
            let pool = self.pool;
            macro_rules! get {
                ($operand:expr) => {
                    match $operand {
                        Operand::Reg(register) => &self.values[values + register as usize],
                        Operand::Const(place) => &pool.constants[place as usize],
                    }
                };
            }
            macro_rules! set {
                ($register:expr, $value:expr) => {
                    self.values[values + $register as usize] = $value
                };
            }
            macro_rules! slot {
                ($register:expr) => {
                    self.slots[slots + $register as usize]
                };
            }
            macro_rules! go {
                ($label:expr) => {{
                    step = $label as usize;
                    #[allow(
                        clippy::needless_continue,
                        reason = "it stands in places where more follows, too"
                    )]
                    continue;
                }};
            }
            macro_rules! save {
                () => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.step = step;
                    }
                };
            }
            // The steps of this frame are counted together; `charged` is what was taken for them.
            loop {
                let Some(op) = unit.ops.get(step) else { return Ok(()) };
                step += 1;
                if let Err(error) = self.meter.charge(1) {
                    save!();
                    return Err(error.into());
                }
                if self.cancelled.is_some() && self.meter.left().0.is_multiple_of(STRIDE) {
                    save!();
                    if self.cancelled.is_some_and(|cancelled| cancelled()) {
                        return Err(Stop::Limit(Limit::Cancelled));
                    }
                }
                match op {
                    Op::Jump(label) => go!(*label),
                    Op::Move { to, from } => {
                        let value = get!(*from).clone();
                        set!(*to, value);
                    }
                    Op::Input { to, path, fail } => {
                        if let Some(value) = self.input(*path) {
                            set!(*to, value);
                        } else {
                            go!(*fail)
                        }
                    }
                    Op::Base { to, path, fail } => {
                        let around = self.look_around() as usize;
                        let mut at = Some(&self.around[around].data);
                        for key in &pool.paths[*path as usize] {
                            at = at.and_then(|value| in_base(value, &pool.constants[*key as usize]));
                        }
                        if let Some(value) = at.cloned() { set!(*to, value) } else { go!(*fail) }
                    }
                    Op::Lookup { to, from, key, fail } => {
                        let found = match *key {
                            Operand::Const(place) => {
                                let hint = &mut self.memory.results.hints[place as usize];
                                get!(*from).get_near(&pool.constants[place as usize], hint)
                            }
                            Operand::Reg(_) => get!(*from).get(get!(*key)),
                        };
                        if let Some(value) = found.cloned() {
                            set!(*to, value);
                        } else {
                            go!(*fail)
                        }
                    }
                    Op::Path { to, from, path, fail } => {
                        let mut at = Some(get!(*from));
                        let hints = &mut self.memory.results.hints;
                        for key in &pool.paths[*path as usize] {
                            let key = *key as usize;
                            at = at.and_then(|value| value.get_near(&pool.constants[key], &mut hints[key]));
                        }
                        if let Some(value) = at.cloned() { set!(*to, value) } else { go!(*fail) }
                    }
                    Op::Scan { iterator, from } => {
                        let source = get!(*from).clone();
                        slot!(*iterator) = Slot::Iterator(source, 0);
                    }
                    Op::Next { iterator, key, value, done } => {
                        let Slot::Iterator(source, index) = &mut self.slots[slots + *iterator as usize]
                        else {
                            go!(*done)
                        };
                        let at = *index;
                        *index += 1;
                        let (found_key, found) = match source {
                            Value::Array(items) => {
                                if let Some(item) = items.get(at) {
                                    (key.map(|_| Value::from(at)), item)
                                } else {
                                    go!(*done)
                                }
                            }
                            Value::Object(object) => {
                                if let Some((name, item)) = object.entries().get(at) {
                                    (key.map(|_| name.clone()), item)
                                } else {
                                    go!(*done)
                                }
                            }
                            Value::Set(set) => {
                                if let Some(item) = set.elements().get(at) {
                                    (key.map(|_| item.clone()), item)
                                } else {
                                    go!(*done)
                                }
                            }
                            _ => go!(*done),
                        };
                        if let Some(value) = value {
                            self.values[values + *value as usize] = found.clone();
                        }
                        if let (Some(key), Some(found)) = (key, found_key) {
                            set!(*key, found);
                        }
                    }
                    Op::IsCollection { value, fail } => {
                        if !matches!(get!(*value), Value::Array(_) | Value::Object(_) | Value::Set(_)) {
                            go!(*fail);
                        }
                    }
                    Op::IsArray { value, length, fail } => {
                        if get!(*value).as_array().is_none_or(|items| items.len() != *length as usize) {
                            go!(*fail);
                        }
                    }
                    Op::IsObject { value, length, fail } => {
                        if get!(*value).as_object().is_none_or(|object| object.len() != *length as usize) {
                            go!(*fail);
                        }
                    }
                    Op::Equal { left, right, fail } => {
                        let mut parts = 0;
                        let is_equal = are_equal(get!(*left), get!(*right), &mut parts);
                        self.meter.charge(parts / PARTS_A_STEP).inspect_err(|_| save!())?;
                        if !is_equal {
                            go!(*fail);
                        }
                    }
                    Op::Compare { how, left, right, builtin, fail } => {
                        let around = &self.around[self.look_around() as usize];
                        let name = pool.builtins[*builtin as usize].name;
                        if !around.mocks.is_empty() && around.mocks.contains_key(&FunctionId::Builtin(name)) {
                            let arguments = [get!(*left).clone(), get!(*right).clone()];
                            save!();
                            if !self.mocked_condition(name, &arguments)? {
                                go!(*fail);
                            }
                            continue;
                        }
                        let mut parts = 0;
                        let is_equal = are_equal(get!(*left), get!(*right), &mut parts);
                        self.meter.charge(parts / PARTS_A_STEP).inspect_err(|_| save!())?;
                        let (left, right) = (get!(*left), get!(*right));
                        let holds = match how {
                            Comparison::NotEqual => !is_equal,
                            Comparison::Less => left < right,
                            Comparison::LessOrEqual => left <= right,
                            Comparison::Greater => left > right,
                            Comparison::GreaterOrEqual => left >= right,
                        };
                        if !holds {
                            go!(*fail);
                        }
                    }
                    Op::Truthy { value, fail } => {
                        if matches!(get!(*value), Value::Bool(false)) {
                            go!(*fail);
                        }
                    }
                    Op::Array { to, items } => {
                        self.meter
                            .allocate((items.len() * size_of::<Value>()) as u64)
                            .inspect_err(|_| save!())?;
                        let items = items.iter().map(|item| get!(*item).clone()).collect();
                        set!(*to, Value::Array(Arc::new(items)));
                    }
                    Op::Set { to, items } => {
                        self.meter
                            .allocate((items.len() * size_of::<Value>()) as u64)
                            .inspect_err(|_| save!())?;
                        let items = items.iter().map(|item| get!(*item).clone()).collect();
                        set!(*to, Value::set(items));
                    }
                    Op::Object { to, pairs } => {
                        self.meter
                            .allocate((pairs.len() * 2 * size_of::<Value>()) as u64)
                            .inspect_err(|_| save!())?;
                        let pairs: Vec<_> = pairs
                            .iter()
                            .map(|(key, value)| (get!(*key).clone(), get!(*value).clone()))
                            .collect();
                        if let Ok(value) = object(pairs) {
                            set!(*to, value);
                        } else {
                            save!();
                            return Err(clash());
                        }
                    }
                    Op::Begin { at, what } => {
                        slot!(*at) = match what {
                            Making::Array => Slot::Array(Vec::new()),
                            Making::Set => Slot::Set(Vec::new()),
                            Making::Object => Slot::Object(Vec::new()),
                            Making::Extent => Slot::Extent(None, Vec::new()),
                            Making::Document => Slot::Document(Box::new(Document::new())),
                        };
                    }
                    Op::Push { at, value } => {
                        self.meter.allocate(size_of::<Value>() as u64).inspect_err(|_| save!())?;
                        let value = get!(*value).clone();
                        if let Slot::Array(items) | Slot::Set(items) = &mut slot!(*at) {
                            items.push(value);
                        }
                    }
                    Op::Insert { at, key, value } => {
                        self.meter.allocate(2 * size_of::<Value>() as u64).inspect_err(|_| save!())?;
                        let entry = (get!(*key).clone(), get!(*value).clone());
                        if let Slot::Object(entries) | Slot::Extent(_, entries) = &mut slot!(*at) {
                            entries.push(entry);
                        }
                    }
                    Op::InsertBase { at, node } => {
                        let around = self.look_around();
                        let found = self.base_at(around, *node);
                        if let Slot::Extent(base, _) = &mut slot!(*at) {
                            *base = found;
                        }
                    }
                    Op::Finish { at, to } => {
                        let made = match std::mem::take(&mut slot!(*at)) {
                            Slot::Array(items) => Ok(Value::array(items)),
                            Slot::Set(items) => Ok(Value::set(items)),
                            Slot::Object(entries) => object(entries),
                            Slot::Extent(None, entries) => Ok(Value::object(entries)),
                            Slot::Extent(Some(base), entries) => Ok(over(&base, Value::object(entries))),
                            Slot::Document(document) => Ok(document.into_value()),
                            _ => Ok(Value::Null),
                        };
                        if let Ok(value) = made {
                            set!(*to, value);
                        } else {
                            save!();
                            return Err(clash());
                        }
                    }
                    Op::Graft { at, keys, value, how } => {
                        self.meter
                            .allocate((keys.len() as u64 + 2) * 2 * size_of::<Value>() as u64)
                            .inspect_err(|_| save!())?;
                        let keys: Vec<Value> = keys.iter().map(|key| get!(*key).clone()).collect();
                        let value = get!(*value).clone();
                        if let Slot::Document(document) = &mut slot!(*at) {
                            let grafted = match how {
                                crate::plan::ops::Graft::Value => document.graft(&keys, value, false),
                                crate::plan::ops::Graft::Element => document.graft(&keys, value, true),
                                crate::plan::ops::Graft::Merge => document.merge(&keys, value),
                            };
                            if grafted.is_err() {
                                save!();
                                return Err(clash());
                            }
                        }
                    }
                    Op::Unset { at } => slot!(*at) = Slot::Empty,
                    Op::Mark { at } => slot!(*at) = Slot::Marked,
                    Op::JumpIfMarked { at, to } => {
                        if matches!(slot!(*at), Slot::Marked) {
                            go!(*to);
                        }
                    }
                    Op::JumpIfYielded { to } => {
                        if self.frames.last().is_some_and(|frame| frame.result.is_some()) {
                            go!(*to);
                        }
                    }
                    Op::Yield { value } => {
                        let value = get!(*value).clone();
                        save!();
                        self.give(value, unit.is_function)?;
                    }
                    Op::Answer => {
                        let answer = self.values[values..values + self.answer_length].to_vec();
                        self.meter
                            .allocate((answer.len() * size_of::<Value>()) as u64)
                            .inspect_err(|_| save!())?;
                        self.answers.push(answer);
                    }
                    Op::Return => {
                        self.leave_frame();
                        continue 'frames;
                    }
                    Op::Print { arguments } => {
                        let arguments: Vec<Value> =
                            arguments.iter().map(|argument| get!(*argument).clone()).collect();
                        save!();
                        self.print(&arguments)?;
                    }
                    Op::Tree { at, node } => slot!(*at) = Slot::Node(*node),
                    Op::Leave { at, is_last } => {
                        if let Slot::Replaced { before, after } = slot!(*at)
                            && let Some(frame) = self.frames.last_mut()
                        {
                            frame.around = before;
                            if *is_last {
                                slot!(*at) = Slot::Empty;
                                self.forget(after);
                            }
                        }
                    }
                    Op::Resume { at } => {
                        if let Slot::Replaced { after, .. } = slot!(*at)
                            && let Some(frame) = self.frames.last_mut()
                        {
                            frame.around = after;
                        }
                    }
                    Op::Rule { .. }
                    | Op::Extent { .. }
                    | Op::Function { .. }
                    | Op::Lifted { .. }
                    | Op::Builtin { .. }
                    | Op::Host { .. }
                    | Op::TreeLookup { .. }
                    | Op::TreeScan { .. }
                    | Op::TreeNext { .. }
                    | Op::TreeValue { .. }
                    | Op::Enter { .. } => {
                        save!();
                        match self.call_op(op, values, slots)? {
                            Next::Step => {}
                            Next::Jump(label) => go!(label),
                            Next::Frame => continue 'frames,
                        }
                    }
                }
            }
        }
    }

    /// What stands under a path in the input.
    fn input(&mut self, path: u32) -> Option<Value> {
        let around = self.look_around();
        let is_first = around == 0;
        if is_first {
            match self.memory.results.paths.get(path as usize) {
                Some(Memo::Value(value)) => return Some(value.clone()),
                Some(Memo::Undefined) => return None,
                _ => {}
            }
        }
        let mut at = self.around.get(around as usize)?.input.as_ref();
        let hints = &mut self.memory.results.hints;
        for key in self.pool.paths.get(path as usize)? {
            let key = *key as usize;
            at = at.and_then(|value| value.get_near(&self.pool.constants[key], &mut hints[key]));
        }
        let found = at.cloned();
        if is_first {
            self.memory.results.note_path(path, found.as_ref());
        }
        found
    }

    /// Notes a value that a rule or function gives.
    fn give(&mut self, value: Value, is_function: bool) -> Result<(), Stop> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match &frame.result {
            Some(known) if *known != value => {
                let message = if is_function {
                    "functions must not produce multiple outputs for same inputs"
                } else {
                    "complete rules must not produce multiple outputs"
                };
                Err(Stop::Fault(ErrorCode::EvalConflict, message.to_owned()))
            }
            Some(_) => Ok(()),
            None => {
                frame.result = Some(value);
                Ok(())
            }
        }
    }

    /// Ends a frame: its result goes to the caller, and is kept for others.
    fn leave_frame(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let place = match frame.aim {
            Aim::Rule(rule) if !self.unit(frame.aim).is_function => Some(rule),
            Aim::Extent(node) => Some(self.program.extent_place(node)),
            Aim::Lifted(unit) if self.unit(frame.aim).parameters == 0 => {
                Some(self.program.lifted_place(unit))
            }
            _ => None,
        };
        if frame.awaiting != Awaiting::default() {
            let is_lasting = self.unit(frame.aim).grounds.hold_in_all();
            self.memory.results.calls.enter(frame.awaiting, frame.result.as_ref(), is_lasting);
        }
        if let Some(place) = place
            && let Some(around) = self.around.get_mut(frame.around as usize)
        {
            around.set_memo(place, frame.result.clone().map_or(Memo::Undefined, Memo::Value));
        }
        match self.frames.last_mut() {
            None => self.last = frame.result,
            Some(caller) => match frame.result {
                Some(value) => self.values[caller.values + frame.to as usize] = value,
                None => caller.step = frame.fail as usize,
            },
        }
    }

    /// The base document at a place of the tree.
    pub(super) fn base_at(&self, around: u32, node: u32) -> Option<Value> {
        let mut at = &self.around.get(around as usize)?.data;
        for name in self.program.tree.path(node) {
            at = at.field(&name)?;
        }
        Some(at.clone())
    }

    fn print(&mut self, arguments: &[Value]) -> Result<(), Stop> {
        let (file, span) = self.here();
        let mut lines = vec![String::new()];
        for argument in arguments {
            let texts: Vec<String> = match argument.as_set().map(crate::value::Set::elements) {
                None | Some([]) => vec!["<undefined>".to_owned()],
                Some(values) => values
                    .iter()
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    .collect(),
            };
            self.meter.charge((lines.len() * texts.len()) as u64)?;
            let join = |line: &String, text: &String| {
                if line.is_empty() { text.clone() } else { format!("{line} {text}") }
            };
            lines = lines.iter().flat_map(|line| texts.iter().map(move |text| join(line, text))).collect();
            let size: usize = lines.iter().map(String::len).sum();
            self.meter.allocate(size as u64)?;
        }
        let location = Location { file, row: span.row, column: span.column };
        self.prints.extend(lines.into_iter().map(|line| (line, location.clone())));
        Ok(())
    }
}

/// How to go on after a call.
pub(super) enum Next {
    Step,
    Jump(Label),
    Frame,
}

pub(super) fn clash() -> Stop {
    Stop::Fault(ErrorCode::EvalConflict, "object keys must be unique".to_owned())
}

/// The index of an item as a value.
pub(super) fn index(at: usize) -> Value {
    Value::Number(Number::from(at))
}
