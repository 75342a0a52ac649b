//! The syntax tree of an expression.

use smol_str::SmolStr;

use crate::value::Value;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Expression {
    pub(super) tree: Node,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// An index that is not closed: it can be read, but has no value.
    Empty,
    /// The value itself: `@`.
    Current,
    Field(SmolStr),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    Compare(Comparator, Box<Node>, Box<Node>),
    /// An expression as an argument: `&name`.
    Reference(Box<Node>),
    Call(Call),
    /// A list, what is done with each item, and the condition.
    Filter(Box<Node>, Box<Node>, Box<Node>),
    Flatten(Box<Node>),
    /// A list and what is done with each item.
    Project(Box<Node>, Box<Node>),
    /// A map and what is done with each value.
    ProjectValues(Box<Node>, Box<Node>),
    /// One after the other, where the first must be found.
    Then(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Pipe(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Map(Vec<(SmolStr, Node)>),
}

/// Where a function stands in the tables of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FunctionPlace {
    pub(super) table: usize,
    pub(super) row: usize,
}

/// A call of a function.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The name; none where something is called that is no name.
    pub(super) name: Option<SmolStr>,
    pub(super) function: Option<FunctionPlace>,
    pub(super) arguments: Vec<Node>,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    More,
    MoreEqual,
}
