//! Rules as they are compiled.

use crate::module::Module;
use crate::pattern::Pattern;
use crate::value::{Operator, Value};

/// A rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    /// The file that it stands in, which is its name space.
    pub(crate) namespace: usize,
    pub(crate) is_private: bool,
    pub(crate) is_global: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) description: String,
    pub(crate) condition: Expression,
}

/// A string of a rule.
#[derive(Debug)]
pub(crate) struct StringEntry {
    pub(crate) name: String,
    pub(crate) rule: String,
    pub(crate) pattern: Pattern,
}

/// A string of the rule, by its place among all, or the one that the loop around is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Named(usize),
    Current,
}

/// Where a string is to be.
#[derive(Debug)]
pub(crate) enum Place {
    Anywhere,
    At(Box<Expression>),
    Within(Box<Expression>, Box<Expression>),
}

/// How many of several must hold.
#[derive(Debug)]
pub(crate) enum Quantifier {
    All,
    Any,
    None,
    Count(Box<Expression>),
    Percent(Box<Expression>),
}

/// What a loop goes through.
#[derive(Debug)]
pub(crate) enum Items {
    Range(Box<Expression>, Box<Expression>),
    List(Vec<Expression>),
    /// A list or map of a module; of a map each item is a key and a value.
    Of(Box<Expression>),
}

/// What is given to a function of a module.
#[derive(Debug)]
pub(crate) enum Argument {
    Value(Expression),
    Regex(regex::bytes::Regex),
}

/// A number in the file: its bytes, whether it has a sign, and whether its high byte comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) bytes: usize,
    pub(crate) is_signed: bool,
    pub(crate) is_big_endian: bool,
}

/// What is known of the file beside its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum External {
    Name,
    Path,
    Extension,
}

/// A condition, or a part of one.
#[derive(Debug)]
pub(crate) enum Expression {
    Literal(Value),
    FileSize,
    External(External),
    Variable(usize),
    Rule(usize),
    Present(Which, Place),
    Count(Which, Option<(Box<Expression>, Box<Expression>)>),
    Offset(Which, Option<Box<Expression>>),
    Length(Which, Option<Box<Expression>>),
    Read(Number, Box<Expression>),
    Not(Box<Expression>),
    Defined(Box<Expression>),
    Negative(Box<Expression>),
    BitNot(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Matches(Box<Expression>, regex::bytes::Regex),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    OfStrings(Quantifier, Vec<usize>, Place),
    OfConditions(Quantifier, Vec<Expression>),
    ForStrings(Quantifier, Vec<usize>, Box<Expression>),
    ForItems(Quantifier, Items, Box<Expression>),
    With(Vec<Expression>, Box<Expression>),
    Call(crate::function::Function, Vec<Expression>),
    /// A field of a module, by its place in the module's schema.
    Field(Module, usize),
    Member(Box<Expression>, usize),
    Index(Box<Expression>, Box<Expression>),
    /// A function of a module, and what of the module it belongs to.
    Ask(Module, &'static str, Option<Box<Expression>>, Vec<Argument>),
}
