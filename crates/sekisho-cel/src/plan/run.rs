//! Evaluates a plan.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Attribute, Branches, Call, Fold, Kind, Node, Qualifier, QualifierKey, Root};
use crate::activation::Activation;
use crate::budget::Meter;
use crate::call::Call as HostCall;
use crate::cost::{LIST_COST, MAP_COST, STRUCT_COST};
use crate::error::{EvaluationError, Failure};
use crate::syntax::ast::Span;
use crate::types::declaration::{Code, Overload};
use crate::value::map::{Key, Map};
use crate::value::{Opaque, Struct, Value};

/// A failure and where it happened; boxed, since it is rare and results are many.
type Fault = Box<EvaluationError>;

type Outcome = Result<Value, Fault>;

pub(crate) struct Machine<'a> {
    pub(crate) activation: &'a dyn Activation,
    pub(crate) meter: Meter,
    /// The variables of the folds that are under way.
    locals: Vec<Value>,
    /// Those that are worked out when they are first asked for, by their place.
    unasked: Vec<(usize, Arc<Node>)>,
}

/// Where a way into a value ends.
enum Reached {
    Value(Value),
    /// A step could not be taken, and nobody minds.
    Missing,
}

fn fault(span: Span) -> impl FnOnce(Failure) -> Fault {
    move |kind| Box::new(EvaluationError { kind, span })
}

impl<'a> Machine<'a> {
    pub(crate) fn new(activation: &'a dyn Activation, meter: Meter) -> Self {
        Self { activation, meter, locals: Vec::new(), unasked: Vec::new() }
    }

    pub(crate) fn run(&mut self, node: &Node) -> Outcome {
        self.meter.work(1).map_err(fault(node.span))?;
        match &node.kind {
            Kind::Constant(value) => Ok(value.clone()),
            Kind::Attribute(attribute) => self.attribute(attribute, node.span, true),
            Kind::And(terms) => self.logic(terms, false),
            Kind::Or(terms) => self.logic(terms, true),
            Kind::NotStrictlyFalse(term) => self.not_strictly_false(term),
            Kind::Call(call) => self.call(call, node.span),
            Kind::Among(value, constants) => {
                let value = self.run(value)?;
                Ok(Value::Bool(is_among(&value, constants)))
            }
            Kind::OrElse { optional, other, unwraps, takes_plain } => {
                self.or_else(optional, other, *unwraps, *takes_plain)
            }
            Kind::List(items) => self.made(LIST_COST, node.span, |machine| machine.list(items, node.span)),
            Kind::Map(entries) => self.made(MAP_COST, node.span, |machine| machine.map(entries, node.span)),
            Kind::Struct { name, fields } => {
                self.made(STRUCT_COST, node.span, |machine| machine.message(name, fields, node.span))
            }
            Kind::Fold(fold) => self.fold(fold, node.span),
        }
    }

    fn cost(&mut self, units: u64, span: Span) -> Result<(), Fault> {
        self.meter.cost(units).map_err(fault(span))
    }

    /// Makes a list, a map or a message, which costs even if one of its parts fails.
    fn made(&mut self, cost: u64, span: Span, make: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let outcome = make(self);
        self.cost(cost, span)?;
        outcome
    }

    fn logic(&mut self, terms: &[Node], decisive: bool) -> Outcome {
        let mut error = None;
        for term in terms {
            match self.run(term) {
                Ok(Value::Bool(value)) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(Value::Bool(_)) => {}
                Ok(_) => {
                    error.get_or_insert_with(|| fault(term.span)(Failure::NoSuchOverload));
                }
                Err(fault) if fault.kind.is_limit() => return Err(fault),
                Err(fault) => {
                    error.get_or_insert(fault);
                }
            }
        }
        error.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    fn not_strictly_false(&mut self, term: &Node) -> Outcome {
        let value = match self.run(term) {
            Err(fault) if fault.kind.is_limit() => return Err(fault),
            Ok(Value::Bool(value)) => value,
            _ => true,
        };
        self.cost(1, term.span)?;
        Ok(Value::Bool(value))
    }

    fn or_else(&mut self, optional: &Node, other: &Node, unwraps: bool, takes_plain: bool) -> Outcome {
        match self.run(optional)? {
            Value::Optional(Some(value)) if unwraps => Ok(Value::clone(&value)),
            Value::Optional(Some(value)) => Ok(Value::Optional(Some(value))),
            Value::Optional(None) => self.run(other),
            value if takes_plain => Ok(value),
            _ => Err(fault(optional.span)(Failure::NoSuchOverload)),
        }
    }

    /// The value of an attribute. A branch of a condition is not counted itself, only the steps behind it.
    fn attribute(&mut self, attribute: &Attribute, span: Span, counted: bool) -> Outcome {
        let counted = counted && !attribute.test && !matches!(attribute.root, Root::Either(_));
        if counted {
            self.cost(1, span)?;
        }
        let mut taken = 0;
        let mut value = match &attribute.root {
            Root::Variable(candidates) => {
                let (value, skipped) = self.variable(candidates, attribute, span)?;
                taken = skipped;
                value
            }
            Root::Local(place) => self.local(*place, span)?,
            Root::Either(either) => self.either(either)?,
            Root::Relative(node) => self.run(node)?,
        };
        let last = attribute.qualifiers.len();
        if attribute.test && taken == last {
            return Ok(Value::Bool(true));
        }
        let mut is_optional = attribute.qualifiers.iter().take(taken).any(|qualifier| qualifier.optional);
        for (place, qualifier) in attribute.qualifiers.iter().enumerate().skip(taken) {
            let tests = attribute.test && place + 1 == last;
            if let Value::Optional(inner) = &value {
                is_optional = true;
                match inner {
                    Some(inner) => value = Value::clone(inner),
                    None if tests => {
                        return Ok(Value::Bool(false));
                    }
                    None => return Ok(Value::Optional(None)),
                }
            }
            is_optional |= qualifier.optional;
            // Whether a branch has a field is asked for nothing.
            if tests
                && matches!(attribute.root, Root::Either(_))
                && let QualifierKey::Constant(key) = &qualifier.key
            {
                let found = self.find(&value, key).map_err(fault(qualifier.span))?;
                return Ok(Value::Bool(found.is_some()));
            }
            match self.step(&value, qualifier, is_optional || tests)? {
                Reached::Value(_) if tests => return Ok(Value::Bool(true)),
                Reached::Value(next) => value = next,
                Reached::Missing if tests => {
                    if !is_optional {
                        self.cost(1, qualifier.span)?;
                    }
                    return Ok(Value::Bool(false));
                }
                Reached::Missing if attribute.test => return Ok(Value::Bool(false)),
                Reached::Missing => return Ok(Value::Optional(None)),
            }
        }
        Ok(if is_optional { Value::some(value) } else { value })
    }

    fn local(&mut self, place: usize, span: Span) -> Outcome {
        if let Some(index) = self.unasked.iter().position(|(unasked, _)| *unasked == place) {
            let (_, initial) = self.unasked.swap_remove(index);
            // It counts the places of its own variables from where it stands.
            let inner = self.locals.split_off(place.min(self.locals.len()));
            let value = self.run(&initial);
            self.locals.truncate(place);
            self.locals.extend(inner);
            self.set(place, value?);
        }
        let value = self.locals.get(place).cloned();
        value.ok_or_else(|| fault(span)(Failure::NoSuchAttribute(SmolStr::default())))
    }

    fn either(&mut self, either: &Branches) -> Outcome {
        let Branches { condition, truthy, falsy } = either;
        let branch = match self.run(condition)? {
            Value::Bool(true) => truthy,
            Value::Bool(false) => falsy,
            _ => return Err(fault(condition.span)(Failure::NoSuchOverload)),
        };
        match &branch.kind {
            Kind::Attribute(attribute) => self.attribute(attribute, branch.span, false),
            _ => self.run(branch),
        }
    }

    fn variable(
        &mut self,
        candidates: &[(SmolStr, usize)],
        attribute: &Attribute,
        span: Span,
    ) -> Result<(Value, usize), Fault> {
        for (name, taken) in candidates {
            if let Some(qualifier) = attribute.qualifiers.get(*taken)
                && let QualifierKey::Constant(Value::String(field)) = &qualifier.key
                && let Some(found) = self.activation.field(name, field)
            {
                let value = found.map_err(|error| fault(qualifier.span)(error.kind))?;
                if !attribute.test {
                    self.cost(1, span)?;
                }
                return Ok((value, taken + 1));
            }
            if let Some(value) = self.activation.variable(name) {
                return Ok((value, *taken));
            }
        }
        let name = candidates.last().map(|(name, _)| name.clone()).unwrap_or_default();
        Err(fault(span)(Failure::NoSuchAttribute(name)))
    }

    fn step(&mut self, value: &Value, qualifier: &Qualifier, may_miss: bool) -> Result<Reached, Fault> {
        let computed;
        let key = match &qualifier.key {
            QualifierKey::Constant(key) => key,
            QualifierKey::Computed(node) => {
                let key = match &node.kind {
                    Kind::Attribute(attribute) => self.attribute(attribute, node.span, false),
                    _ => self.run(node),
                };
                if key.is_err() {
                    self.cost(1, qualifier.span)?;
                }
                computed = key?;
                &computed
            }
        };
        let found = self.find(value, key);
        match found {
            Ok(Some(value)) => {
                self.cost(1, qualifier.span)?;
                Ok(Reached::Value(value))
            }
            Ok(None) if may_miss => Ok(Reached::Missing),
            Ok(None) => {
                self.cost(1, qualifier.span)?;
                Err(fault(qualifier.span)(missing(value, key)))
            }
            Err(failure) => {
                self.cost(1, qualifier.span)?;
                Err(fault(qualifier.span)(failure))
            }
        }
    }

    fn find(&mut self, value: &Value, key: &Value) -> Result<Option<Value>, Failure> {
        match (value, key) {
            (Value::Map(map), key) => {
                if Key::of(key).is_none() {
                    return Err(Failure::KeyType(key.type_name()));
                }
                self.meter.lookup(map, key)
            }
            (Value::List(list), key) => {
                let index = match key {
                    Value::Int(index) => Some(*index),
                    Value::UInt(index) => i64::try_from(*index).ok(),
                    Value::Double(index) => crate::value::map::whole(*index),
                    _ => None,
                };
                let Some(index) = index else {
                    return Err(Failure::argument(format!(
                        "unsupported index type '{}' in list",
                        key.type_name()
                    )));
                };
                Ok(usize::try_from(index).ok().and_then(|index| list.get(index)))
            }
            (Value::Struct(made), Value::String(field)) => Ok(made.field(field).cloned()),
            (Value::Opaque(Opaque::Foreign(foreign)), Value::String(field)) => Ok(foreign.field(field)),
            // The reference engine takes any other value for one without keys.
            _ => Ok(None),
        }
    }

    fn call(&mut self, call: &Call, span: Span) -> Outcome {
        // Most calls have few arguments, for which no memory need be asked.
        let mut few = [Value::Null, Value::Null];
        let mut many = Vec::new();
        let values = if let Some(few) = few.get_mut(..call.arguments.len()) {
            few
        } else {
            many.resize(call.arguments.len(), Value::Null);
            many.as_mut_slice()
        };
        let mut failed = None;
        for (argument, place) in call.arguments.iter().zip(values.iter_mut()) {
            match self.run(argument) {
                Ok(value) => *place = value,
                Err(fault) if fault.kind.is_limit() || call.ends_early => return Err(fault),
                // The other argument is worked out too, and the call counted.
                Err(fault) => {
                    failed.get_or_insert(fault);
                }
            }
        }
        let values = &*values;
        if let Some(fault) = failed {
            self.cost(call.rule.cost(values, None), span)?;
            return Err(fault);
        }
        let code = match (&call.overload, &call.function) {
            (Some(overload), _) if overload.admits(values) => Some(&overload.code),
            (Some(_), Some(function)) if !is_operator(&function.name) => None,
            // What an operator does is told by the values, whatever was thought of their types.
            (_, Some(function)) => {
                let fits = |overload: &&Arc<Overload>| overload.form == call.form && overload.admits(values);
                function.overloads.iter().find(fits).map(|overload| &overload.code)
            }
            (_, None) => None,
        };
        let result = match code {
            Some(Code::Native(code)) => code(&mut self.meter, values),
            Some(Code::Host { code, .. }) => {
                let activation = self.activation;
                code(&mut HostCall { arguments: values, activation, meter: &mut self.meter })
            }
            None => Err(Failure::NoSuchOverload),
        };
        let cost = call.rule.cost(values, result.as_ref().ok());
        self.cost(cost, span)?;
        result.map_err(fault(span))
    }

    fn list(&mut self, items: &[(Node, bool)], span: Span) -> Outcome {
        let mut values = Vec::with_capacity(items.len());
        for (item, optional) in items {
            match (self.run(item)?, optional) {
                (Value::Optional(value), true) => values.extend(value.map(|value| Value::clone(&value))),
                (_, true) => return Err(fault(item.span)(Failure::NoSuchOverload)),
                (value, false) => values.push(value),
            }
        }
        self.meter.items(values.len()).map_err(fault(span))?;
        Ok(Value::list(values))
    }

    fn map(&mut self, entries: &[(Node, Node, bool)], span: Span) -> Outcome {
        let mut made = Vec::with_capacity(entries.len());
        for (key, value, optional) in entries {
            let key_value = self.run(key)?;
            if Key::of(&key_value).is_none() {
                return Err(fault(key.span)(Failure::KeyType(key_value.type_name())));
            }
            match (self.run(value)?, optional) {
                (Value::Optional(Some(value)), true) => made.push((key_value, Value::clone(&value))),
                (Value::Optional(None), true) => {}
                (_, true) => return Err(fault(value.span)(Failure::NoSuchOverload)),
                (value, false) => made.push((key_value, value)),
            }
        }
        self.meter.items(made.len().saturating_mul(3)).map_err(fault(span))?;
        Ok(Value::Map(Map::new(made).ok_or_else(|| fault(span)(Failure::NoSuchOverload))?))
    }

    fn message(&mut self, name: &SmolStr, fields: &[(SmolStr, Node, bool)], span: Span) -> Outcome {
        let mut made = Vec::with_capacity(fields.len());
        for (field, value, optional) in fields {
            match (self.run(value)?, optional) {
                (Value::Optional(value), true) => {
                    made.extend(value.map(|value| (field.clone(), Value::clone(&value))));
                }
                (_, true) => return Err(fault(value.span)(Failure::NoSuchOverload)),
                (value, false) => made.push((field.clone(), value)),
            }
        }
        self.meter.items(made.len()).map_err(fault(span))?;
        Ok(Value::Struct(Arc::new(Struct { name: name.clone(), fields: made })))
    }

    fn fold(&mut self, fold: &Fold, span: Span) -> Outcome {
        let range = self.run(&fold.range)?;
        let depth = self.locals.len();
        if is_empty_list(&fold.range) {
            self.locals.push(Value::Null);
            self.unasked.push((depth, Arc::clone(&fold.initial)));
            let result = self.run(&fold.result);
            self.unasked.retain(|(place, _)| *place != depth);
            self.locals.truncate(depth);
            return result;
        }
        let accumulator = match self.run(&fold.initial) {
            Err(fault) if matches!(fold.range.kind, Kind::Constant(_)) => return Err(fault),
            other => other?,
        };
        let result = self.iterate(fold, &range, accumulator, span);
        self.locals.truncate(depth);
        result
    }

    fn iterate(&mut self, fold: &Fold, range: &Value, mut accumulator: Value, span: Span) -> Outcome {
        let place = self.locals.len();
        let width = match range {
            Value::List(list) => list.len(),
            Value::Map(map) => map.width(),
            other => return Err(fault(fold.range.span)(not_iterable(other))),
        };
        self.locals.extend([Value::Null, Value::Null, Value::Null]);
        // An error of the accumulator is kept: a later item may still decide.
        let mut pending: Option<Fault> = None;
        for index in 0..width {
            let Some((first, second)) = entry(range, index, fold.two) else { continue };
            self.set(place + 1, first);
            self.set(place + 2, second);
            let goes_on = if pending.is_some() && mentions_only_accumulator(&fold.condition) {
                self.cost(fold_condition_cost(&fold.condition), span)?;
                true
            } else {
                self.set(place, accumulator.clone());
                matches!(self.run(&fold.condition)?, Value::Bool(true))
            };
            if !goes_on {
                break;
            }
            self.set(place, Value::Null);
            match self.advance(&fold.step, place, accumulator, pending.take()) {
                Ok(value) => accumulator = value,
                Err(fault) if fault.kind.is_limit() => return Err(fault),
                Err(fault) => {
                    if !matches!(fold.condition.kind, Kind::NotStrictlyFalse(_)) {
                        return Err(fault);
                    }
                    accumulator = Value::Null;
                    pending = Some(fault);
                }
            }
        }
        if let Some(fault) = pending {
            self.cost(1, span)?;
            return Err(fault);
        }
        self.set(place, accumulator);
        self.locals.truncate(place + 1);
        self.run(&fold.result)
    }

    fn set(&mut self, place: usize, value: Value) {
        if let Some(local) = self.locals.get_mut(place) {
            *local = value;
        }
    }

    /// One step of a fold. The shapes that macros make are known, so that collecting copies nothing.
    fn advance(&mut self, step: &Node, place: usize, accumulator: Value, pending: Option<Fault>) -> Outcome {
        self.meter.work(1).map_err(fault(step.span))?;
        match &step.kind {
            Kind::And(terms) | Kind::Or(terms) => {
                let decisive = matches!(step.kind, Kind::Or(_));
                if let [first, second] = terms.as_slice()
                    && is_local(first, place)
                {
                    self.cost(1, first.span)?;
                    return self.decide(second, decisive, &accumulator, pending);
                }
            }
            Kind::Attribute(attribute) => match &attribute.root {
                Root::Local(local) if *local == place && attribute.qualifiers.is_empty() => {
                    self.cost(1, step.span)?;
                    return Ok(accumulator);
                }
                Root::Either(either) if attribute.qualifiers.is_empty() => {
                    let Branches { condition, truthy, falsy } = &**either;
                    return match self.run(condition)? {
                        Value::Bool(true) => self.advance(truthy, place, accumulator, pending),
                        Value::Bool(false) if is_local(falsy, place) => Ok(accumulator),
                        Value::Bool(false) => self.advance(falsy, place, accumulator, pending),
                        _ => Err(fault(condition.span)(Failure::NoSuchOverload)),
                    };
                }
                _ => {}
            },
            Kind::Call(call) if call.arguments.first().is_some_and(|node| is_local(node, place)) => {
                if let Some(result) = self.collect(call, &accumulator, step.span)? {
                    drop(accumulator);
                    return self.collected(result, step.span);
                }
            }
            _ => {}
        }
        self.set(place, accumulator);
        self.run(step)
    }

    /// The accumulator of `all` or `exists` and one more item.
    fn decide(
        &mut self,
        term: &Node,
        decisive: bool,
        accumulator: &Value,
        pending: Option<Fault>,
    ) -> Outcome {
        if pending.is_none() && accumulator.as_bool() == Some(decisive) {
            return Ok(Value::Bool(decisive));
        }
        match self.run(term) {
            Ok(Value::Bool(value)) if value == decisive => Ok(Value::Bool(decisive)),
            Ok(Value::Bool(_)) => pending.map_or(Ok(Value::Bool(!decisive)), Err),
            Ok(_) => Err(pending.unwrap_or_else(|| fault(term.span)(Failure::NoSuchOverload))),
            Err(fault) if fault.kind.is_limit() => Err(fault),
            Err(fault) => Err(pending.unwrap_or(fault)),
        }
    }
}

/// What is to be added to the accumulator of a fold.
enum Addition {
    Items(Value, Value),
    Entries(Value, Vec<(Value, Value)>),
}

impl Machine<'_> {
    /// What a call adds to the accumulator; none where it is no call that adds.
    fn collect(&mut self, call: &Call, accumulator: &Value, span: Span) -> Result<Option<Addition>, Fault> {
        let name = call.function.as_ref().map_or("", |function| function.name.as_str());
        match (name, call.arguments.as_slice(), accumulator) {
            ("_+_", [first, item], Value::List(_)) => {
                if !makes_list(item) {
                    return Ok(None);
                }
                self.cost(1, first.span)?;
                let added = self.run(item)?;
                self.cost(1, span)?;
                Ok(Some(Addition::Items(accumulator.clone(), added)))
            }
            ("cel.@mapInsert", [first, rest @ ..], Value::Map(_)) => {
                self.cost(1, first.span)?;
                let mut values = Vec::with_capacity(rest.len());
                for node in rest {
                    values.push(self.run(node)?);
                }
                self.cost(1, span)?;
                let entries = match values.as_slice() {
                    [Value::Map(map)] => map.iter().collect(),
                    [key, value] => vec![(key.clone(), value.clone())],
                    _ => return Err(fault(span)(Failure::NoSuchOverload)),
                };
                Ok(Some(Addition::Entries(accumulator.clone(), entries)))
            }
            _ => Ok(None),
        }
    }

    fn collected(&mut self, addition: Addition, span: Span) -> Outcome {
        match addition {
            Addition::Items(Value::List(mut list), Value::List(items)) => {
                self.meter.items(items.len()).map_err(fault(span))?;
                items.iter().for_each(|item| list.push(item));
                Ok(Value::List(list))
            }
            Addition::Entries(Value::Map(mut map), entries) => {
                self.meter.items(entries.len().saturating_mul(3)).map_err(fault(span))?;
                for (key, value) in entries {
                    match map.insert_new(key.clone(), value) {
                        Some(true) => {}
                        Some(false) => {
                            let shown = crate::functions::convert::display(&key);
                            return Err(fault(span)(Failure::KeyExists(shown.into())));
                        }
                        None => return Err(fault(span)(Failure::KeyType(key.type_name()))),
                    }
                }
                Ok(Value::Map(map))
            }
            _ => Err(fault(span)(Failure::NoSuchOverload)),
        }
    }
}

fn entry(range: &Value, index: usize, two: bool) -> Option<(Value, Value)> {
    match range {
        Value::List(list) if two => Some((Value::Int(i64::try_from(index).ok()?), list.get(index)?)),
        Value::List(list) => Some((list.get(index)?, Value::Null)),
        Value::Map(map) => map.entry(index),
        _ => None,
    }
}

/// Whether a node is the list that macros write where they only name a value.
fn is_empty_list(node: &Node) -> bool {
    match &node.kind {
        Kind::List(items) => items.is_empty(),
        Kind::Constant(Value::List(list)) => list.is_empty(),
        _ => false,
    }
}

/// Whether a node makes a list; collecting is for those alone.
fn makes_list(node: &Node) -> bool {
    matches!(node.kind, Kind::List(_) | Kind::Constant(Value::List(_)))
}

fn is_operator(name: &str) -> bool {
    name.contains('_') && !name.contains(|letter: char| letter.is_ascii_alphanumeric())
}

fn is_local(node: &Node, place: usize) -> bool {
    matches!(&node.kind, Kind::Attribute(attribute)
        if attribute.qualifiers.is_empty() && matches!(attribute.root, Root::Local(local) if local == place))
}

/// Whether a condition is that of `all` or `exists`, which an error in the accumulator leaves open.
fn mentions_only_accumulator(condition: &Node) -> bool {
    matches!(condition.kind, Kind::NotStrictlyFalse(_))
}

fn fold_condition_cost(condition: &Node) -> u64 {
    match &condition.kind {
        Kind::NotStrictlyFalse(inner) => 1 + fold_condition_cost(inner),
        Kind::Call(call) => 1 + call.arguments.iter().map(fold_condition_cost).sum::<u64>(),
        _ => 1,
    }
}

fn is_among(value: &Value, constants: &std::collections::HashSet<Key>) -> bool {
    Key::of(value).is_some_and(|key| constants.contains(&key))
}

fn missing(value: &Value, key: &Value) -> Failure {
    match (value, key) {
        (Value::List(_), Value::Int(index)) => Failure::IndexOutOfBounds(*index),
        (Value::List(_), Value::UInt(index)) => {
            Failure::IndexOutOfBounds(i64::try_from(*index).unwrap_or(i64::MAX))
        }
        (Value::List(_), _) => Failure::IndexOutOfBounds(-1),
        _ => Failure::NoSuchKey(crate::functions::convert::display(key).into()),
    }
}

/// Why a macro cannot go through a value: in the words of the engine of Kubernetes, with its name of the type.
fn not_iterable(value: &Value) -> Failure {
    let name = match value {
        Value::Null => "types.Null",
        Value::Bool(_) => "types.Bool",
        Value::Int(_) => "types.Int",
        Value::UInt(_) => "types.Uint",
        Value::Double(_) => "types.Double",
        Value::String(_) => "types.String",
        Value::Bytes(_) => "types.Bytes",
        Value::Timestamp(_) => "types.Timestamp",
        Value::Duration(_) => "types.Duration",
        Value::Optional(_) => "*types.Optional",
        _ => return Failure::NoSuchOverload,
    };
    Failure::Argument(format!("got '{name}', expected iterable type"))
}
