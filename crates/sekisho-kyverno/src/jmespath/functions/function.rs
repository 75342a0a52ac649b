//! A function of expressions, and what it is given.

use smol_str::SmolStr;

use super::super::error::JmespathError;
use super::super::surroundings::Surroundings;
use crate::value::{Map, Value};

/// What a function gives.
pub(in crate::jmespath) type Given = Result<Value, JmespathError>;

/// A function.
pub(in crate::jmespath) struct Function {
    pub(super) name: &'static str,
    /// The types that each argument may have. None at all: nothing is checked.
    takes: &'static [&'static [Type]],
    /// Whether the last argument may stand many times; then no type is checked.
    variadic: bool,
    run: fn(&[Argument<'_>], &Surroundings<'_>) -> Given,
}

/// An argument: a value, or an expression that the function applies itself.
pub(in crate::jmespath) enum Argument<'n> {
    Value(Value),
    Reference(&'n dyn Applied),
}

/// An expression that is an argument.
pub(in crate::jmespath) trait Applied {
    /// The value of the expression over another value.
    fn apply(&self, value: &Value, around: &Surroundings<'_>) -> Given;

    /// The same with a missing key taken for null.
    fn lenient(&self, value: &Value, around: &Surroundings<'_>) -> Given {
        match self.apply(value, around) {
            Err(JmespathError::NotFound(_)) => Ok(Value::Null),
            other => other,
        }
    }
}

/// What an argument may be. Whole numbers of resources are none of these but [`Type::Any`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
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

/// A line of a table.
pub(super) const fn function(line: Line) -> Function {
    Function { name: line.0, takes: line.1, variadic: false, run: line.2 }
}

/// A line of a table whose last argument may stand many times.
pub(super) const fn variadic(line: Line) -> Function {
    Function { name: line.0, takes: line.1, variadic: true, run: line.2 }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Function {
    /// Checks the arguments and calls the function.
    pub(in crate::jmespath) fn call(&self, arguments: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
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
pub(super) fn value(arguments: &[Argument<'_>], place: usize) -> Value {
    match arguments.get(place) {
        Some(Argument::Value(value)) => value.clone(),
        _ => Value::Null,
    }
}

pub(super) fn refused(function: &str, place: usize, wanted: &str) -> JmespathError {
    JmespathError::refused(format!(
        "JMESPath function '{function}': argument #{place} is not of type {wanted}"
    ))
}

pub(super) fn text(arguments: &[Argument<'_>], place: usize) -> Result<SmolStr, JmespathError> {
    match value(arguments, place) {
        Value::String(text) => Ok(text),
        _ => Err(refused("", place + 1, "string")),
    }
}

pub(super) fn number(arguments: &[Argument<'_>], place: usize) -> Result<f64, JmespathError> {
    match value(arguments, place) {
        Value::Float(number) => Ok(number),
        _ => Err(refused("", place + 1, "float64")),
    }
}

pub(super) fn list(
    arguments: &[Argument<'_>],
    place: usize,
) -> Result<std::sync::Arc<Vec<Value>>, JmespathError> {
    match value(arguments, place) {
        Value::List(items) => Ok(items),
        _ => Err(refused("", place + 1, "array")),
    }
}

pub(super) fn map(arguments: &[Argument<'_>], place: usize) -> Result<std::sync::Arc<Map>, JmespathError> {
    match value(arguments, place) {
        Value::Map(map) => Ok(map),
        _ => Err(refused("", place + 1, "Object")),
    }
}

pub(super) fn reference<'n>(
    arguments: &[Argument<'n>],
    place: usize,
) -> Result<&'n dyn Applied, JmespathError> {
    match arguments.get(place) {
        Some(Argument::Reference(node)) => Ok(*node),
        _ => Err(refused("", place + 1, "expref")),
    }
}

/// The text of a plain value, as functions that "convert all parameters to string" have it: numbers with
/// the digits of 32 bits.
pub(super) fn plain(value: &Value) -> Option<SmolStr> {
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
