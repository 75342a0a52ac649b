//! The evaluation of commands, operands and arguments.

use std::rc::Rc;

use smol_str::SmolStr;

use super::arguments::Given;
use super::ast::{Command, Operand, OperandKind, Pipe, Spot};
use super::frame::{Frame, Held};
use super::machine::{Machine, Outcome};
use super::values;
use crate::call::Call;
use crate::error::CallError;
use crate::functions::{Form, Function};
use crate::value::{Data, Host, HostKind, Method, Text, Type, Value};

impl Machine<'_> {
    /// Evaluates a pipeline and sets its variables.
    pub(super) fn eval_pipe<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Held,
        pipe: &'t Pipe,
    ) -> Outcome<Held> {
        self.enter()?;
        frame.spot = Spot::Pipe(pipe);
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.eval_command(frame, dot, command, value)?.unboxed());
        }
        let value = value.unwrap_or(Held::ABSENT);
        for name in &pipe.variables {
            if pipe.assigns {
                Self::assign(frame, name, value.clone())?;
            } else {
                frame.variables.push((name.clone(), value.clone()));
            }
        }
        self.leave();
        Ok(value)
    }

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
    pub(super) fn eval_path<'t>(
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
                    let mut call = Call::new(self, frame.site());
                    let result = (method.body)(&mut call, map, &arguments);
                    return self.finish_call(frame, method.name, Spot::Operand(operand), result);
                }
                if !given.is_empty() {
                    return Self::fail(frame, format!("{name} is not a method but has arguments"));
                }
                let is_boxed = *map.element() == Type::Any;
                return Ok(match map.get(name) {
                    Some(value) => Held { value, is_boxed },
                    None if self.missing_is_absent => Held::ABSENT,
                    None => Held { value: map.element().zero(), is_boxed },
                });
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
        let mut call = Call::new(self, frame.site());
        let result = (method.body)(&mut call, &host, &arguments);
        self.finish_call(frame, method.name, Spot::Operand(operand), result)
    }

    /// Calls a function that `caller` names.
    pub(super) fn call_function<'t>(
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
        // Whatever it does with texts, it reads them.
        let read: usize = arguments.iter().filter_map(Value::as_text).map(Text::len).sum();
        self.charge(read as u64 / 32)?;
        let mut call = Call::new(self, frame.site());
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
                self.charge(1 + size as u64 / 64)?;
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
}

fn not_a_function(frame: &Frame<'_>, operand: &Operand, given: &Given<'_>) -> Outcome<()> {
    if given.is_empty() {
        return Ok(());
    }
    Machine::fail(frame, format!("can't give argument to non-function {operand}"))
}
