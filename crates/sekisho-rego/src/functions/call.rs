//! What a function may ask of the evaluator, and what the evaluator gives: budget, memory, and the outside.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::BuiltinError;
use crate::value::Value;

/// What an evaluation may still spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    work: u64,
    bytes: u64,
}

/// Why an evaluation ends before its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// It does more than it may.
    #[error("the evaluation takes more work than its budget allows: simplify the policy, or allow it more")]
    Work,
    /// It makes more than it may.
    #[error("the evaluation takes more memory than its budget allows: simplify the policy, or allow it more")]
    Bytes,
}

impl Meter {
    /// A meter of so many steps, each about what one expression without functions costs, and so many bytes.
    pub fn new(work: u64, bytes: u64) -> Self {
        Self { work, bytes }
    }

    /// Takes steps of work.
    ///
    /// # Errors
    /// Where there are not so many left.
    pub fn charge(&mut self, steps: u64) -> Result<(), MeterError> {
        if let Some(left) = self.work.checked_sub(steps) {
            self.work = left;
            Ok(())
        } else {
            self.work = 0;
            Err(MeterError::Work)
        }
    }

    /// Takes bytes of memory; they are not given back.
    ///
    /// # Errors
    /// Where there are not so many left.
    pub fn allocate(&mut self, bytes: u64) -> Result<(), MeterError> {
        if let Some(left) = self.bytes.checked_sub(bytes) {
            self.bytes = left;
            Ok(())
        } else {
            self.bytes = 0;
            Err(MeterError::Bytes)
        }
    }

    /// The steps and bytes that are left.
    pub fn left(&self) -> (u64, u64) {
        (self.work, self.bytes)
    }
}

/// What functions learn from outside; everything in it is a declared fact.
#[derive(Clone, Copy, Default)]
pub struct World<'w> {
    /// The time, in nanoseconds since 1970 in UTC.
    pub now: i64,
    /// The seed of everything random.
    pub seed: u64,
    /// What `opa.runtime` gives, without it an empty object.
    pub runtime: Option<&'w Value>,
    /// Who answers questions about the network; without it they are refused.
    pub facts: Option<&'w dyn Facts>,
    /// Who reads the text of a module for `rego.parse_module`.
    pub modules: Option<&'w dyn Modules>,
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// Answers that were gathered before the evaluation.
pub trait Facts {
    /// The response to a request of `http.send`.
    ///
    /// # Errors
    /// What went wrong, or why the request is refused.
    fn http_send(&self, request: &Value) -> Result<Value, String>;

    /// The addresses of a host, as texts.
    ///
    /// # Errors
    /// What went wrong, or why the question is refused.
    fn lookup_ip_addr(&self, host: &str) -> Result<Vec<String>, String>;
}

/// A reader of modules.
pub trait Modules {
    /// The syntax tree of a module, as a value.
    ///
    /// # Errors
    /// Why the text is none.
    fn parse(&self, file: &str, text: &str) -> Result<Value, String>;
}

/// What functions keep between calls: compiled expressions, by what they were compiled from.
#[derive(Debug, Default)]
pub struct Memory {
    regexes: HashMap<SmolStr, Arc<super::regex::Expression>>,
    globs: HashMap<SmolStr, Arc<super::regex::Expression>>,
    /// The values of functions that give the same for the same key within one evaluation.
    drawn: HashMap<(&'static str, Value), Value>,
    draws: u64,
    /// What evaluations of one program keep of each other.
    pub(crate) results: crate::evaluate::Results,
}

/// How many compiled expressions of a kind are kept.
const MAX_KEPT: usize = 1_000;

impl Memory {
    /// A memory without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what holds for one evaluation only, such as random values; compiled expressions stay.
    pub fn begin_evaluation(&mut self) {
        self.drawn.clear();
        self.draws = 0;
    }
}

/// The kinds of compiled expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Regex,
    Glob,
}

/// The call of a function.
#[derive(Debug)]
pub struct Call<'c> {
    pub(super) meter: &'c mut Meter,
    pub(super) memory: &'c mut Memory,
    pub(super) world: World<'c>,
}

impl<'c> Call<'c> {
    /// A call that spends from a meter.
    pub fn new(meter: &'c mut Meter, memory: &'c mut Memory, world: World<'c>) -> Self {
        Self { meter, memory, world }
    }

    /// Takes steps of work from the budget.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), BuiltinError> {
        Ok(self.meter.charge(steps as u64)?)
    }

    /// Takes the work of going over so many bytes of text.
    pub(super) fn charge_text(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        self.charge(bytes / 32)
    }

    /// Takes bytes of memory from the budget.
    pub(super) fn allocate(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        Ok(self.meter.allocate(bytes as u64)?)
    }

    /// A value as it prints, with the memory and work of that.
    pub(super) fn printed(&mut self, value: &Value) -> Result<String, BuiltinError> {
        let text = value.printed_within(self.bytes_left()).ok_or(MeterError::Bytes)?;
        self.allocate_text(text.len())?;
        Ok(text)
    }

    /// The bytes that may still be made, as far as they can be counted.
    pub(super) fn bytes_left(&self) -> usize {
        usize::try_from(self.meter.bytes).unwrap_or(usize::MAX)
    }

    /// Takes the memory and work of so many values in a collection.
    pub(super) fn allocate_values(&mut self, count: usize) -> Result<(), BuiltinError> {
        self.charge(count / 8)?;
        self.allocate(count.saturating_mul(size_of::<Value>()))
    }

    /// Takes the memory of a text that is about to be made.
    pub(super) fn allocate_text(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        self.charge_text(bytes)?;
        self.allocate(bytes)
    }

    pub(super) fn compiled(&self, kind: Kind, key: &str) -> Option<Arc<super::regex::Expression>> {
        let kept = if kind == Kind::Regex { &self.memory.regexes } else { &self.memory.globs };
        kept.get(key).map(Arc::clone)
    }

    pub(super) fn keep(&mut self, kind: Kind, key: &str, expression: &Arc<super::regex::Expression>) {
        let kept = if kind == Kind::Regex { &mut self.memory.regexes } else { &mut self.memory.globs };
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(SmolStr::new(key), Arc::clone(expression));
    }

    pub(super) fn drawn(&self, name: &'static str, key: &Value) -> Option<Value> {
        self.memory.drawn.get(&(name, key.clone())).cloned()
    }

    pub(super) fn keep_drawn(&mut self, name: &'static str, key: &Value, value: &Value) {
        self.memory.drawn.insert((name, key.clone()), value.clone());
    }

    /// The next random number of this evaluation.
    pub(super) fn random(&mut self) -> u64 {
        // SplitMix64: one step for each number that was drawn.
        self.memory.draws = self.memory.draws.wrapping_add(1);
        let mut state = self.world.seed.wrapping_add(self.memory.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    }
}
