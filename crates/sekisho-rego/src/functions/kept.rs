//! What functions keep between calls.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::expression::Expression;
use crate::value::Value;

/// What functions keep between calls: compiled expressions, by what they were compiled from.
#[derive(Debug, Default)]
pub struct Kept {
    regexes: HashMap<SmolStr, Arc<Expression>>,
    globs: HashMap<SmolStr, Arc<Expression>>,
    /// The values of functions that give the same for the same key within one evaluation.
    drawn: HashMap<(&'static str, Value), Value>,
    draws: u64,
}

/// How many compiled expressions of a kind are kept.
const MAX_KEPT: usize = 1_000;

impl Kept {
    /// What is kept before any call: nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what holds for one evaluation only, such as random values; compiled expressions stay.
    pub fn begin_evaluation(&mut self) {
        self.drawn.clear();
        self.draws = 0;
    }

    pub(super) fn compiled(&self, kind: Kind, key: &str) -> Option<Arc<Expression>> {
        let kept = if kind == Kind::Regex { &self.regexes } else { &self.globs };
        kept.get(key).map(Arc::clone)
    }

    pub(super) fn keep(&mut self, kind: Kind, key: &str, expression: &Arc<Expression>) {
        let kept = if kind == Kind::Regex { &mut self.regexes } else { &mut self.globs };
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(SmolStr::new(key), Arc::clone(expression));
    }

    pub(super) fn drawn(&self, name: &'static str, key: &Value) -> Option<Value> {
        self.drawn.get(&(name, key.clone())).cloned()
    }

    pub(super) fn keep_drawn(&mut self, name: &'static str, key: &Value, value: &Value) {
        self.drawn.insert((name, key.clone()), value.clone());
    }

    /// The next random number of this evaluation.
    pub(super) fn random(&mut self, seed: u64) -> u64 {
        // SplitMix64: one step for each number that was drawn.
        self.draws = self.draws.wrapping_add(1);
        let mut state = seed.wrapping_add(self.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    }
}

/// The kinds of compiled expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Regex,
    Glob,
}
