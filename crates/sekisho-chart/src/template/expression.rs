//! The evaluation of commands, operands and arguments.

use std::rc::Rc;

use smol_str::SmolStr;

use super::ast::{Command, Number, Operand, OperandKind, Spot};
use super::machine::{Frame, Held, Machine, Outcome};
use super::{Call, CallError, values};
use crate::functions::{Form, Function};
use crate::value::{Data, Host, HostKind, List, Map, Method, Text, Type, Value};

/// The arguments of a call as they are written, and what a pipeline adds behind them.
struct Given<'t> {
    operands: &'t [Operand],
    last: Option<Held>,
}

impl Given<'_> {
    fn is_empty(&self) -> bool {
        self.operands.is_empty() && self.last.is_none()
    }
}

impl Machine<'_> {
    /// Evaluates a command; `last` is what the command before it in the pipeline yields.
    pub(super) fn eval_command<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        command: &'t Command,
        last: Option<Held>,
    ) -> Outcome<Held> {
        let first = &command.first;
        let given = Given { operands: &command.rest, last };
        match &first.kind {
            OperandKind::Field(_) | OperandKind::Variable(_, _) | OperandKind::Chain(_, _) => {
                self.eval_path(frame, dot, first, given)
            }
            OperandKind::Function(function) => {
                frame.spot = Spot::Operand(first);
                self.call_function(frame, dot, function, Spot::Command(command), given)
            }
            OperandKind::Pipe(pipe) => {
                not_a_function(frame, first, &given)?;
                self.eval_pipe(frame, dot, pipe)
            }
            kind => {
                frame.spot = Spot::Operand(first);
                not_a_function(frame, first, &given)?;
                match kind {
                    OperandKind::Nil => Self::fail(frame, "nil is not a command"),
                    OperandKind::Dot => Ok(dot.clone()),
                    _ => Ok(Held::plain(Self::literal(frame, first)?)),
                }
            }
        }
    }

    /// Evaluates a field, a variable or a chain, with arguments for a method at its end.
    fn eval_path<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        operand: &'t Operand,
        given: Given<'t>,
    ) -> Outcome<Held> {
        frame.spot = Spot::Operand(operand);
        let (receiver, names) = match &operand.kind {
            OperandKind::Field(names) => (dot.clone(), names),
            OperandKind::Variable(name, names) => {
                let Some(value) = frame.variable(name).cloned() else {
                    return Self::fail(frame, format!("undefined variable: {name}"));
                };
                (value, names)
            }
            OperandKind::Chain(below, names) => {
                if matches!(below.kind, OperandKind::Nil) {
                    return Self::fail(frame, format!("indirection through explicit nil in {operand}"));
                }
                frame.spot = Spot::Operand(below);
                let value = match &below.kind {
                    OperandKind::Pipe(pipe) => self.eval_pipe(frame, dot, pipe)?,
                    OperandKind::Function(function) => {
                        let none = Given { operands: &[], last: None };
                        self.call_function(frame, dot, function, Spot::Operand(below), none)?
                    }
                    _ => self.eval_path(frame, dot, below, Given { operands: &[], last: None })?,
                };
                (value, names)
            }
            _ => return Ok(Held::ABSENT),
        };
        let Some((name, above)) = names.split_last() else {
            not_a_function(frame, operand, &given)?;
            return Ok(receiver);
        };
        let mut receiver = receiver;
        for name in above {
            let none = Given { operands: &[], last: None };
            receiver = self.eval_field(frame, dot, operand, name, receiver, none)?;
        }
        self.eval_field(frame, dot, operand, name, receiver, given)
    }

    /// Evaluates one field of a value, or calls its method of that name.
    fn eval_field<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        operand: &'t Operand,
        name: &SmolStr,
        receiver: Held,
        given: Given<'t>,
    ) -> Outcome<Held> {
        let boxed_type = if receiver.is_boxed { Some(Type::Any) } else { receiver.value.type_of() };
        match &receiver.value.data {
            Data::Absent => return Ok(Held::ABSENT),
            Data::Nil => {
                return Self::fail(frame, format!("nil pointer evaluating interface {{}}.{name}"));
            }
            Data::Map(map) => {
                if let Some(method) = values::method(map, name) {
                    let arguments =
                        self.arguments(frame, dot, method.name, method.parameters, None, given)?;
                    let mut call = Call { site: frame.site(), machine: self };
                    let result = (method.body)(&mut call, map, &arguments);
                    return self.finish_call(frame, method.name, Spot::Operand(operand), result);
                }
                if !given.is_empty() {
                    return Self::fail(frame, format!("{name} is not a method but has arguments"));
                }
                let is_boxed = *map.element() == Type::Any;
                let value = map.get(name).unwrap_or_else(|| zero(*map.element()));
                return Ok(Held { value, is_boxed });
            }
            Data::Host(host) => {
                let methods = host.methods();
                if let Some(method) = methods.iter().find(|method| method.name == name) {
                    return self.call_method(frame, dot, Rc::clone(host), method, operand, given);
                }
                let field = host.field(name);
                if field.is_some() || host.kind() == HostKind::Map {
                    if !given.is_empty() {
                        let message = if host.kind() == HostKind::Map {
                            format!("{name} is not a method but has arguments")
                        } else {
                            format!("{name} has arguments but cannot be invoked as function")
                        };
                        return Self::fail(frame, message);
                    }
                    return Ok(Held::plain(field.unwrap_or_default()));
                }
            }
            _ => {}
        }
        let shown = boxed_type.map_or_else(String::new, |kind| kind.to_string());
        Self::fail(frame, format!("can't evaluate field {name} in type {shown}"))
    }

    fn call_method<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        host: Rc<dyn Host>,
        method: &Method,
        operand: &'t Operand,
        given: Given<'t>,
    ) -> Outcome<Held> {
        let arguments = self.arguments(frame, dot, method.name, method.parameters, None, given)?;
        let mut call = Call { site: frame.site(), machine: self };
        let result = (method.body)(&mut call, &host, &arguments);
        self.finish_call(frame, method.name, Spot::Operand(operand), result)
    }

    /// Calls a function that `caller` names.
    fn call_function<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        function: &'static Function,
        caller: Spot<'t>,
        given: Given<'t>,
    ) -> Outcome<Held> {
        let body = match function.form {
            Form::Plain(body) => body,
            Form::And => return self.eval_until(frame, dot, function, false, given),
            Form::Or => return self.eval_until(frame, dot, function, true, given),
            Form::Call => return self.eval_call(frame, dot, function, caller, given),
        };
        let (name, parameters) = (function.name, function.parameters);
        let arguments = self.arguments(frame, dot, name, parameters, function.rest, given)?;
        let mut call = Call { site: frame.site(), machine: self };
        let result = body(&mut call, &arguments);
        self.finish_call(frame, name, caller, result)
    }

    fn finish_call<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        name: &str,
        caller: Spot<'t>,
        result: Result<Value, CallError>,
    ) -> Outcome<Held> {
        match result {
            Ok(value) => {
                let size = match &value.data {
                    Data::Text(text) => text.len(),
                    Data::Bytes(bytes) => bytes.len(),
                    Data::List(list) => list.len() * size_of::<Value>(),
                    _ => 0,
                };
                self.allocate(size)?;
                self.charge(1 + size as u64 / 256)?;
                Ok(Held::plain(value))
            }
            Err(error) => {
                frame.spot = caller;
                Err(Self::call_error(frame, name, error))
            }
        }
    }

    /// Evaluates the arguments of `and` and `or` up to the first whose truth is `stop`.
    fn eval_until<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        function: &'static Function,
        stop: bool,
        given: Given<'t>,
    ) -> Outcome<Held> {
        if given.is_empty() {
            let message = format!("wrong number of args for {}: want at least 1 got 0", function.name);
            return Self::fail(frame, message);
        }
        let mut value = Value::ABSENT;
        for operand in given.operands {
            value = self.eval_argument(frame, dot, Type::Reflect, operand)?;
            if value.truth() == stop {
                return Ok(Held::plain(value));
            }
        }
        Ok(given.last.unwrap_or(Held::plain(value)))
    }

    /// Evaluates the arguments of `call`, and refuses to call the first one.
    fn eval_call<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        function: &'static Function,
        caller: Spot<'t>,
        given: Given<'t>,
    ) -> Outcome<Held> {
        let written = given.operands.first().map(ToString::to_string);
        let (name, parameters) = (function.name, function.parameters);
        let arguments = self.arguments(frame, dot, name, parameters, function.rest, given)?;
        let first = arguments.first().unwrap_or(&Value::ABSENT);
        let message = match first.type_of() {
            None => "call of nil".to_owned(),
            Some(kind) => {
                let written = written.unwrap_or_else(|| match first.as_text() {
                    Some(text) => text.to_str().into_owned(),
                    None => format!("<{kind} Value>"),
                });
                format!("non-function {written} of type {kind}")
            }
        };
        self.finish_call(frame, name, caller, Err(CallError::Message(message)))
    }

    /// Evaluates arguments and checks them against parameters.
    fn arguments<'t>(
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
    fn eval_argument<'t>(
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
            OperandKind::Nil if kind.takes_nil() => return Ok(zero(kind)),
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
                _ if is_absent && kind.takes_nil() => Ok(zero(kind)),
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
    fn literal(frame: &Frame<'_>, operand: &Operand) -> Outcome<Value> {
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

fn not_a_function(frame: &Frame<'_>, operand: &Operand, given: &Given<'_>) -> Outcome<()> {
    if given.is_empty() {
        return Ok(());
    }
    Machine::fail(frame, format!("can't give argument to non-function {operand}"))
}

fn wrong_type<T>(frame: &Frame<'_>, kind: Type, own: Type) -> Outcome<T> {
    Machine::fail(frame, format!("wrong type for value; expected {kind}; got {own}"))
}

/// The zero value of a type.
pub(super) fn zero(kind: Type) -> Value {
    match kind {
        Type::Any | Type::Host(_) => Value::NIL,
        Type::Reflect => Value::ABSENT,
        Type::Bool => false.into(),
        Type::Int(kind) => Data::Int(0, kind).into(),
        Type::Uint(kind) => Data::Uint(0, kind).into(),
        Type::Float64 => 0.0.into(),
        Type::String => Text::default().into(),
        Type::Bytes => Data::Bytes(Rc::from([])).into(),
        Type::List(element) => List::nil(element).into(),
        Type::Map(_) | Type::Values => Map::nil(kind).into(),
    }
}
