//! What functions keep between calls, and what they need from outside.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::SmolStr;

use super::cluster::Cluster;
use super::expression::Expression;
use crate::value::{Changed, Data, Map, Value};

/// The shortest random text that is kept, in bytes.
const SHORTEST_DRAWN: usize = 5;
/// How many random texts are kept.
const MAX_DRAWN: usize = 10_000;
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
    /// The random texts that were made, as far as they are long enough to be told from others.
    drawn: Vec<SmolStr>,
    /// Whether there are random texts that were not kept.
    is_drawn_in_pieces: bool,
    expressions: HashMap<SmolStr, Rc<Expression>>,
    changed: Changed,
}

impl State {
    /// The state at the start of a rendering.
    pub fn new(seed: u64, now: i64) -> Self {
        Self { seed, now, ..Self::default() }
    }

    /// Notes that a map gets a value, which may hold that map; yields what that takes, in bytes.
    pub(crate) fn note_change(&mut self, map: &Map, value: &Value) -> usize {
        match value.data {
            Data::Map(_) | Data::List(_) => self.changed.note(map),
            _ => 0,
        }
    }

    /// The number of the next random value.
    pub(crate) fn draw(&mut self) -> u64 {
        self.draws += 1;
        self.draws
    }

    /// Keeps a random text.
    pub(crate) fn keep_drawn(&mut self, text: &str) {
        if text.len() >= SHORTEST_DRAWN && self.drawn.len() < MAX_DRAWN {
            self.drawn.push(text.into());
        } else {
            self.is_drawn_in_pieces = true;
        }
    }

    /// Keeps a text that was computed of one that holds a random text.
    pub(crate) fn keep_derived(&mut self, from: &[u8], text: &str) {
        if self.drawn.iter().any(|drawn| memchr::memmem::find(from, drawn.as_bytes()).is_some()) {
            self.keep_drawn(text);
        }
    }

    /// The random texts, and whether there are others that were not kept.
    pub(crate) fn into_drawn(self) -> (Vec<SmolStr>, bool) {
        (self.drawn, self.is_drawn_in_pieces)
    }

    pub(crate) fn expression(&self, written: &str) -> Option<Rc<Expression>> {
        self.expressions.get(written).map(Rc::clone)
    }

    pub(crate) fn keep_expression(&mut self, written: SmolStr, expression: &Rc<Expression>) {
        if self.expressions.len() >= MAX_EXPRESSIONS {
            self.expressions.clear();
        }
        self.expressions.insert(written, Rc::clone(expression));
    }
}
