//! What functions keep between calls, and what they need from outside.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::SmolStr;

use super::lookup::Cluster;
use super::regex::Expression;
use crate::value::{Changed, Data, Map, Value};

/// How many compiled expressions are kept.
const MAX_EXPRESSIONS: usize = 512;

/// The state of the functions during one rendering. When it goes, maps that templates gave others are emptied.
#[derive(Debug, Default)]
pub struct State {
    /// The seed of everything random.
    pub seed: u64,
    /// What `now` yields, in seconds since 1970. Dates are shown in UTC where Helm shows them in local time.
    pub now: i64,
    /// What `lookup` sees; without it, nothing.
    pub cluster: Option<Box<dyn Cluster>>,
    /// How many random values were made.
    draws: u64,
    expressions: HashMap<SmolStr, Rc<Expression>>,
    changed: Changed,
}

impl State {
    /// The state at the start of a rendering.
    pub fn new(seed: u64, now: i64) -> Self {
        Self { seed, now, ..Self::default() }
    }

    /// Notes that a map gets a value, which may hold that map; yields what that takes, in bytes.
    pub(super) fn note_change(&mut self, map: &Map, value: &Value) -> usize {
        match value.data {
            Data::Map(_) | Data::List(_) => self.changed.note(map),
            _ => 0,
        }
    }

    /// The number of the next random value.
    pub(super) fn draw(&mut self) -> u64 {
        self.draws += 1;
        self.draws
    }

    pub(super) fn expression(&self, written: &str) -> Option<Rc<Expression>> {
        self.expressions.get(written).map(Rc::clone)
    }

    pub(super) fn keep_expression(&mut self, written: SmolStr, expression: &Rc<Expression>) {
        if self.expressions.len() >= MAX_EXPRESSIONS {
            self.expressions.clear();
        }
        self.expressions.insert(written, Rc::clone(expression));
    }
}
