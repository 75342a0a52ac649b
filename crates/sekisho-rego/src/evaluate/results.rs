//! What is kept of evaluations: the results of rules and calls as long as what they rest on stays, and the room that
//! the machine works in.

use std::sync::Arc;

use super::frame::{Frame, Slot};
use super::known_calls::Calls;
use super::surroundings::Memo;
use crate::value::Value;

/// What one memory keeps for the evaluations of one program.
#[derive(Debug, Default)]
pub(super) struct Results {
    /// The program that the results belong to.
    owner: u64,
    /// The steady parts of the input and the base documents that the results rest on.
    grounds: Vec<Option<Value>>,
    /// The results of rules, of extents and of lifted comprehensions without arguments.
    pub(super) documents: Vec<Memo>,
    pub(super) calls: Calls,
    /// The places of `documents` that were set in an evaluation.
    pub(super) touched: Vec<u32>,
    /// What stands under paths of the input, in this evaluation.
    pub(super) paths: Vec<Memo>,
    touched_paths: Vec<u32>,
    /// For each constant where it was found as the key of an object.
    pub(super) hints: Vec<u16>,
    pub(super) values: Vec<Value>,
    pub(super) slots: Vec<Slot>,
    pub(super) frames: Vec<Frame>,
}

impl Results {
    /// Gets ready for an evaluation of a program, and forgets what rests on other grounds.
    pub(super) fn begin<'v>(&mut self, owner: u64, grounds: impl Iterator<Item = Option<&'v Value>> + Clone) {
        if self.owner != owner {
            self.clear();
        }
        let mut known = self.grounds.iter();
        let is_same = grounds.clone().all(|two| known.next().is_some_and(|one| are_one(one.as_ref(), two)));
        if self.owner != owner || !is_same {
            self.owner = owner;
            self.documents.clear();
            self.calls.clear();
            self.grounds = grounds.map(Option::<&Value>::cloned).collect();
        }
    }

    /// Makes room for a program with so many documents, paths and constants.
    pub(super) fn make_room(&mut self, documents: usize, paths: usize, constants: usize) {
        if self.documents.len() != documents {
            self.documents.resize(documents, Memo::Unknown);
            self.calls.make_room(documents);
        }
        if self.paths.len() != paths {
            self.paths.resize(paths, Memo::Unknown);
        }
        if self.hints.len() < constants {
            self.hints.resize(constants, 0);
        }
    }

    /// Notes what stands under a path of the input.
    pub(super) fn note_path(&mut self, path: u32, found: Option<&Value>) {
        if let Some(memo) = self.paths.get_mut(path as usize) {
            *memo = found.map_or(Memo::Undefined, |value| Memo::Value(value.clone()));
            self.touched_paths.push(path);
        }
    }

    /// Lets go of what holds for one evaluation only.
    pub(super) fn end(&mut self, lasting: &[bool]) {
        for place in self.touched.drain(..) {
            if !lasting.get(place as usize).is_some_and(|lasting| *lasting)
                && let Some(memo) = self.documents.get_mut(place as usize)
            {
                *memo = Memo::Unknown;
            }
        }
        for path in self.touched_paths.drain(..) {
            if let Some(memo) = self.paths.get_mut(path as usize) {
                *memo = Memo::Unknown;
            }
        }
        self.calls.end();
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether two values are the same without a look at their parts.
fn are_one(one: Option<&Value>, two: Option<&Value>) -> bool {
    match (one, two) {
        (None, None) | (Some(Value::Null), Some(Value::Null)) => true,
        (Some(Value::Bool(one)), Some(Value::Bool(two))) => one == two,
        (Some(Value::Array(one)), Some(Value::Array(two))) => Arc::ptr_eq(one, two),
        (Some(Value::Object(one)), Some(Value::Object(two))) => Arc::ptr_eq(one, two),
        (Some(Value::Set(one)), Some(Value::Set(two))) => Arc::ptr_eq(one, two),
        _ => false,
    }
}
