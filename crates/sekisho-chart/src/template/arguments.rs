//! The arguments of calls: evaluated, and checked against the types of parameters.

use super::ast::{Number, Operand, OperandKind, Spot};
use super::frame::{Frame, Held};
use super::machine::{Machine, Outcome};
use crate::value::{Data, Type, Value};

/// The arguments of a call as they are written, and what a pipeline adds behind them.
pub(super) struct Given<'t> {
    pub(super) operands: &'t [Operand],
    pub(super) last: Option<Held>,
}

impl Given<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.operands.is_empty() && self.last.is_none()
    }
}

impl Machine<'_> {
    /// Evaluates arguments and checks them against parameters.
    pub(super) fn arguments<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        name: &str,
        parameters: &[Type],
        rest: Option<Type>,
        given: Given<'t>,
    ) -> Outcome<Vec<Value>> {
        let written = given.operands.len();
        let count = written + usize::from(given.last.is_some());
        let fixed = parameters.len();
        if rest.is_some() && count < fixed {
            let message = format!("wrong number of args for {name}: want at least {fixed} got {written}");
            return Self::fail(frame, message);
        }
        if rest.is_none() && count != fixed {
            return Self::fail(frame, format!("wrong number of args for {name}: want {fixed} got {count}"));
        }
        let kind_of = |index: usize| parameters.get(index).copied().or(rest).unwrap_or(Type::Any);
        let mut arguments = Vec::with_capacity(count);
        for (index, operand) in given.operands.iter().enumerate() {
            arguments.push(self.eval_argument(frame, dot, kind_of(index), operand)?);
        }
        if let Some(last) = given.last {
            arguments.push(Self::validate(frame, last, kind_of(written))?);
        }
        Ok(arguments)
    }

    /// Evaluates an argument for a parameter of a type.
    pub(super) fn eval_argument<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        kind: Type,
        operand: &'t Operand,
    ) -> Outcome<Value> {
        frame.spot = Spot::Operand(operand);
        let none = Given { operands: &[], last: None };
        let value = match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil if kind.takes_nil() => return Ok(kind.zero()),
            OperandKind::Nil => return Self::fail(frame, format!("cannot assign nil to {kind}")),
            OperandKind::Field(_) | OperandKind::Variable(_, _) | OperandKind::Chain(_, _) => {
                self.eval_path(frame, dot, operand, none)?
            }
            OperandKind::Pipe(pipe) => self.eval_pipe(frame, dot, pipe)?,
            OperandKind::Function(function) => {
                self.call_function(frame, dot, function, Spot::Operand(operand), none)?
            }
            _ => return Self::typed_literal(frame, kind, operand),
        };
        Self::validate(frame, value, kind)
    }

    /// The value as one of a type.
    fn validate(frame: &Frame<'_>, held: Held, kind: Type) -> Outcome<Value> {
        let Held { value, is_boxed } = held;
        let Some(own) = value.type_of() else {
            let is_absent = matches!(value.data, Data::Absent);
            return match kind {
                Type::Reflect => Ok(value),
                Type::Any => Ok(Value::NIL),
                _ if is_absent && kind.takes_nil() => Ok(kind.zero()),
                _ if is_absent => Self::fail(frame, format!("invalid value; expected {kind}")),
                _ => wrong_type(frame, kind, Type::Any),
            };
        };
        if kind.accepts(own) {
            return Ok(value);
        }
        // Messages name the value's own type, also where an interface held it.
        let _ = is_boxed;
        wrong_type(frame, kind, own)
    }

    /// A literal as a parameter of a type takes it.
    fn typed_literal(frame: &Frame<'_>, kind: Type, operand: &Operand) -> Outcome<Value> {
        let number = match &operand.kind {
            OperandKind::Number(number) => Some(&**number),
            _ => None,
        };
        let (value, expected) = match kind {
            Type::Any | Type::Reflect => return Self::literal(frame, operand),
            Type::Bool => match &operand.kind {
                OperandKind::Bool(value) => (Some((*value).into()), "bool"),
                _ => (None, "bool"),
            },
            Type::String => match &operand.kind {
                OperandKind::Text { value, .. } => (Some(value.clone()), "string"),
                _ => (None, "string"),
            },
            Type::Int(kind) => {
                let int = number.and_then(|number| number.int);
                (int.map(|int| Data::Int(int, kind).into()), "integer")
            }
            Type::Uint(kind) => {
                let uint = number.and_then(|number| number.uint);
                (uint.map(|uint| Data::Uint(uint, kind).into()), "unsigned integer")
            }
            Type::Float64 => (number.and_then(|number| number.float).map(Value::from), "float"),
            Type::Bytes | Type::List(_) | Type::Map(_) | Type::Values | Type::Host(_) => {
                return Self::fail(frame, format!("can't handle {operand} for arg of type {kind}"));
            }
        };
        match value {
            Some(value) => Ok(value),
            None => Self::fail(frame, format!("expected {expected}; found {operand}")),
        }
    }

    /// A literal by itself.
    pub(super) fn literal(frame: &Frame<'_>, operand: &Operand) -> Outcome<Value> {
        match &operand.kind {
            OperandKind::Bool(value) => Ok((*value).into()),
            OperandKind::Text { value, .. } => Ok(value.clone()),
            OperandKind::Number(number) => match constant(number) {
                Some(value) => Ok(value),
                None => Self::fail(frame, format!("{} overflows int", number.text)),
            },
            _ => Self::fail(frame, format!("can't evaluate command {operand}")),
        }
    }
}

/// The value of a number where nothing asks for a type: an int, or a float where it is written as one.
fn constant(number: &Number) -> Option<Value> {
    if let Some(complex) = number.complex {
        return Some(Value::host(complex));
    }
    let text = number.text.as_str();
    let is_hexadecimal = (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
    let is_float = !is_hexadecimal && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']);
    match (is_float, number.float) {
        (true, Some(float)) => Some(float.into()),
        _ => number.int.map(Value::int),
    }
}

fn wrong_type<T>(frame: &Frame<'_>, kind: Type, own: Type) -> Outcome<T> {
    Machine::fail(frame, format!("wrong type for value; expected {kind}; got {own}"))
}
