//! The functions of expressions: the table of them, and how one is called.

mod addresses;
mod arithmetic;
mod certificates;
mod collections;
mod encodings;
mod numbers;
mod order;
mod patterns;
mod random;
mod strings;
mod times;

use smol_str::SmolStr;

use super::tree::Node;
use super::{JmespathError, Surroundings};
use crate::{Map, Value};

/// What a function gives.
type Given = Result<Value, JmespathError>;

/// A function.
pub(super) struct Function {
    name: &'static str,
    /// The types that each argument may have. None at all: nothing is checked.
    takes: &'static [&'static [Type]],
    /// Whether the last argument may stand many times; then no type is checked.
    variadic: bool,
    run: fn(&[Argument<'_>], &Surroundings<'_>) -> Given,
}

/// An argument: a value, or an expression that the function applies itself.
pub(super) enum Argument<'n> {
    Value(Value),
    Reference(&'n Node),
}

/// What an argument may be. Whole numbers of resources are none of these but [`Type::Any`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    String,
    Array,
    Object,
    Numbers,
    Strings,
    Any,
    Reference,
}

type Line = (&'static str, &'static [&'static [Type]], fn(&[Argument<'_>], &Surroundings<'_>) -> Given);

const TABLES: [&[Function]; 10] = [
    addresses::TABLE,
    arithmetic::TABLE,
    certificates::TABLE,
    collections::TABLE,
    encodings::TABLE,
    numbers::TABLE,
    order::TABLE,
    patterns::TABLE,
    strings::TABLE,
    times::TABLE,
];

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    TABLES.iter().flat_map(|table| table.iter()).chain(random::TABLE).find(|function| function.name == name)
}

/// A line of a table.
const fn function(line: Line) -> Function {
    Function { name: line.0, takes: line.1, variadic: false, run: line.2 }
}

/// A line of a table whose last argument may stand many times.
const fn variadic(line: Line) -> Function {
    Function { name: line.0, takes: line.1, variadic: true, run: line.2 }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Function {
    /// Checks the arguments and calls the function.
    pub(super) fn call(&self, arguments: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
        if self.variadic {
            if arguments.len() < self.takes.len() {
                return Err(JmespathError::refused("Invalid arity."));
            }
        } else if !self.takes.is_empty() {
            if arguments.len() != self.takes.len() {
                return Err(JmespathError::refused("incorrect number of args"));
            }
            for (argument, types) in arguments.iter().zip(self.takes) {
                check(argument, types, around)?;
            }
        }
        (self.run)(arguments, around)
    }
}

fn check(argument: &Argument<'_>, types: &[Type], around: &Surroundings<'_>) -> Result<(), JmespathError> {
    if types.iter().any(|wanted| argument.is(*wanted)) {
        return Ok(());
    }
    let shown = match argument {
        Argument::Value(value) => {
            around.meter.weigh(value)?;
            value.to_plain()
        }
        Argument::Reference(_) => "an expression".to_owned(),
    };
    let types: Vec<String> = types.iter().map(|wanted| format!("\"{}\"", wanted.name())).collect();
    Err(JmespathError::refused(format!(
        "Invalid type for: {shown}, expected: []jmespath.JpType{{{}}}",
        types.join(", ")
    )))
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
            Self::Numbers => "array[number]",
            Self::Strings => "array[string]",
            Self::Any => "any",
            Self::Reference => "expref",
        }
    }
}

impl Argument<'_> {
    fn is(&self, wanted: Type) -> bool {
        let value = match self {
            Self::Reference(_) => return matches!(wanted, Type::Reference | Type::Any),
            Self::Value(value) => value,
        };
        match (wanted, value) {
            (Type::Any, _)
            | (Type::Number, Value::Float(_))
            | (Type::String, Value::String(_))
            | (Type::Array, Value::List(_))
            | (Type::Object, Value::Map(_)) => true,
            (Type::Numbers, Value::List(items)) => items.iter().all(|item| matches!(item, Value::Float(_))),
            (Type::Strings, Value::List(items)) => items.iter().all(|item| matches!(item, Value::String(_))),
            _ => false,
        }
    }
}

/// The value of an argument; an expression has none.
fn value(arguments: &[Argument<'_>], place: usize) -> Value {
    match arguments.get(place) {
        Some(Argument::Value(value)) => value.clone(),
        _ => Value::Null,
    }
}

fn refused(function: &str, place: usize, wanted: &str) -> JmespathError {
    JmespathError::refused(format!(
        "JMESPath function '{function}': argument #{place} is not of type {wanted}"
    ))
}

fn text(arguments: &[Argument<'_>], place: usize) -> Result<SmolStr, JmespathError> {
    match value(arguments, place) {
        Value::String(text) => Ok(text),
        _ => Err(refused("", place + 1, "string")),
    }
}

fn number(arguments: &[Argument<'_>], place: usize) -> Result<f64, JmespathError> {
    match value(arguments, place) {
        Value::Float(number) => Ok(number),
        _ => Err(refused("", place + 1, "float64")),
    }
}

fn list(arguments: &[Argument<'_>], place: usize) -> Result<std::sync::Arc<Vec<Value>>, JmespathError> {
    match value(arguments, place) {
        Value::List(items) => Ok(items),
        _ => Err(refused("", place + 1, "array")),
    }
}

fn map(arguments: &[Argument<'_>], place: usize) -> Result<std::sync::Arc<Map>, JmespathError> {
    match value(arguments, place) {
        Value::Map(map) => Ok(map),
        _ => Err(refused("", place + 1, "Object")),
    }
}

fn reference<'n>(arguments: &[Argument<'n>], place: usize) -> Result<&'n Node, JmespathError> {
    match arguments.get(place) {
        Some(Argument::Reference(node)) => Ok(node),
        _ => Err(refused("", place + 1, "expref")),
    }
}

/// The text of a plain value, as functions that "convert all parameters to string" have it: numbers with
/// the digits of 32 bits.
fn plain(value: &Value) -> Option<SmolStr> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Float(number) => Some(short(*number).into()),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        _ => None,
    }
}

fn short(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "Kyverno prints them with 32 bits")]
    let short = number as f32;
    if short.is_infinite() {
        return if short > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    short.to_string()
}
