//! Units that are being run, and what lies in their registers beside values.

use super::known_calls::Awaiting;
use super::making::Document;
use crate::plan::ops::{Label, Reg};
use crate::value::Value;

/// What is to be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    Rule(u32),
    Extent(u32),
    Lifted(u32),
    Query,
}

/// A register that holds no value.
#[derive(Debug, Default)]
pub(super) enum Slot {
    #[default]
    Empty,
    Iterator(Value, usize),
    Array(Vec<Value>),
    Set(Vec<Value>),
    Object(Vec<(Value, Value)>),
    /// The base document, and the entries of rules.
    Extent(Option<Value>, Vec<(Value, Value)>),
    Document(Box<Document>),
    /// A place of the tree.
    Node(u32),
    /// The keys below a place of the tree.
    Keys(u32, Box<[Value]>, usize),
    /// The surroundings before and after a replacement.
    Replaced {
        before: u32,
        after: u32,
    },
    Marked,
}

/// A unit that is being run.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) aim: Aim,
    pub(super) step: usize,
    pub(super) values: usize,
    pub(super) slots: usize,
    /// Where the result goes, in the registers of the caller.
    pub(super) to: Reg,
    /// Where the caller goes on without a result.
    pub(super) fail: Label,
    pub(super) around: u32,
    pub(super) result: Option<Value>,
    /// Where its registers end.
    pub(super) values_end: usize,
    pub(super) slots_end: usize,
    /// Where the result is kept for other calls.
    pub(super) awaiting: Awaiting,
}
