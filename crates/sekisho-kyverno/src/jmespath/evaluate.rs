//! A syntax tree and a value to a value.

use std::cmp::Ordering;

use smol_str::SmolStr;

use super::error::JmespathError;
use super::functions::{self, Applied, Argument, Given as Found};
use super::surroundings::Surroundings;
use super::tree::{Call, Comparator, Node};
use crate::value::{Map, Value};

impl Applied for Node {
    fn apply(&self, value: &Value, around: &Surroundings<'_>) -> Found {
        evaluate(self, value, around)
    }
}

/// Evaluates a part of an expression.
pub(super) fn evaluate(node: &Node, value: &Value, around: &Surroundings<'_>) -> Found {
    around.meter.work(1)?;
    around.meter.deeper(|| match node {
        Node::Empty => Err(JmespathError::refused("Unknown AST node: ASTEmpty")),
        Node::Current => Ok(value.clone()),
        Node::Field(name) => field(name, value),
        Node::Index(index) => Ok(item(*index, value)),
        Node::Slice(parts) => slice(parts, value, around),
        Node::Literal(literal) => Ok(literal.clone()),
        Node::Compare(comparator, left, right) => {
            let (left, right) = (lenient(left, value, around)?, lenient(right, value, around)?);
            compare(*comparator, &left, &right, around)
        }
        // A reference outside of a call has no use, and no JSON of its own.
        Node::Reference(_) => Ok(Map::default().into()),
        Node::Call(call) => self::call(call, value, around),
        Node::Filter(list, each, condition) => filter(list, each, condition, value, around),
        Node::Flatten(list) => flatten(list, value, around),
        Node::Project(list, each) => match lenient(list, value, around)? {
            Value::List(items) => project(each, &items, around),
            _ => Ok(Value::Null),
        },
        Node::ProjectValues(map, each) => project_values(map, each, value, around),
        Node::Then(first, second) => {
            let found = evaluate(first, value, around)?;
            evaluate(second, &found, around)
        }
        Node::Or(left, right) => {
            let found = lenient(left, value, around)?;
            if is_false(&found) { lenient(right, value, around) } else { Ok(found) }
        }
        Node::And(left, right) => {
            let found = lenient(left, value, around)?;
            if is_false(&found) { Ok(found) } else { evaluate(right, value, around) }
        }
        Node::Not(inner) => Ok(Value::Bool(is_false(&lenient(inner, value, around)?))),
        Node::Pipe(first, second) => {
            let found = lenient(first, value, around)?;
            lenient(second, &found, around)
        }
        Node::List(items) => list(items, value, around),
        Node::Map(entries) => map(entries, value, around),
    })
}

/// Evaluates with a missing key taken for null.
fn lenient(node: &Node, value: &Value, around: &Surroundings<'_>) -> Found {
    node.lenient(value, around)
}

/// Evaluates with every error but a passed limit taken for null.
fn forgiving(node: &Node, value: &Value, around: &Surroundings<'_>) -> Found {
    match evaluate(node, value, around) {
        Err(JmespathError::Budget(limit)) => Err(limit.into()),
        other => Ok(other.unwrap_or_default()),
    }
}

/// Whether a value counts as false: null, false, and everything empty.
pub(super) fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Int(_) | Value::Float(_) => false,
    }
}

fn field(name: &SmolStr, value: &Value) -> Found {
    match value {
        Value::Map(map) => map.get(name).cloned().ok_or_else(|| JmespathError::NotFound(name.clone())),
        _ => Ok(Value::Null),
    }
}

fn item(index: i64, value: &Value) -> Value {
    let Value::List(items) = value else { return Value::Null };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = if index < 0 { index.saturating_add(length) } else { index };
    usize::try_from(place).ok().and_then(|place| items.get(place)).cloned().unwrap_or_default()
}

fn slice(parts: &[Option<i64>; 3], value: &Value, around: &Surroundings<'_>) -> Found {
    let Value::List(items) = value else { return Ok(Value::Null) };
    let [start, end, step] = *parts;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(JmespathError::refused("Invalid slice, step cannot be 0"));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (first, behind) = if step < 0 { (length - 1, -1) } else { (0, length) };
    let capped = |end: i64| {
        let end = if end < 0 { end.saturating_add(length) } else { end };
        if end < 0 {
            if step < 0 { -1 } else { 0 }
        } else if end >= length {
            if step < 0 { length - 1 } else { length }
        } else {
            end
        }
    };
    let mut place = start.map_or(first, capped);
    let end = end.map_or(behind, capped);
    let mut taken = Vec::new();
    while if step > 0 { place < end } else { place > end } {
        let Some(item) = usize::try_from(place).ok().and_then(|place| items.get(place)) else { break };
        taken.push(item.clone());
        let Some(next) = place.checked_add(step) else { break };
        place = next;
    }
    around.items(taken.len())?;
    Ok(taken.into())
}

fn compare(comparator: Comparator, left: &Value, right: &Value, around: &Surroundings<'_>) -> Found {
    if matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
        if matches!((left, right), (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_))) {
            around.meter.weigh(left)?;
        }
        return Ok(Value::Bool((left == right) == (comparator == Comparator::Equal)));
    }
    let (Value::Float(left), Value::Float(right)) = (left, right) else { return Ok(Value::Null) };
    let order = left.partial_cmp(right);
    Ok(Value::Bool(match comparator {
        Comparator::Less => order == Some(Ordering::Less),
        Comparator::LessEqual => order.is_some_and(Ordering::is_le),
        Comparator::More => order == Some(Ordering::Greater),
        _ => order.is_some_and(Ordering::is_ge),
    }))
}

fn call(call: &Call, value: &Value, around: &Surroundings<'_>) -> Found {
    let Some(name) = &call.name else { return Err(JmespathError::refused("invalid node value type")) };
    let mut arguments = Vec::with_capacity(call.arguments.len());
    for argument in &call.arguments {
        arguments.push(match argument {
            Node::Reference(expression) => Argument::Reference(&**expression),
            other => Argument::Value(lenient(other, value, around)?),
        });
    }
    match call.function.and_then(functions::at) {
        Some(function) => function.call(&arguments, around),
        None => Err(JmespathError::refused(format!("unknown function: {name}"))),
    }
}

fn filter(list: &Node, each: &Node, condition: &Node, value: &Value, around: &Surroundings<'_>) -> Found {
    let Value::List(items) = forgiving(list, value, around)? else { return Ok(Value::Null) };
    let mut taken = Vec::new();
    for item in items.iter() {
        if is_false(&lenient(condition, item, around)?) {
            continue;
        }
        let found = lenient(each, item, around)?;
        if !found.is_null() {
            taken.push(found);
        }
    }
    around.items(taken.len())?;
    Ok(taken.into())
}

fn flatten(list: &Node, value: &Value, around: &Surroundings<'_>) -> Found {
    let Value::List(items) = forgiving(list, value, around)? else { return Ok(Value::Null) };
    let mut flat = Vec::new();
    for item in items.iter() {
        match item {
            Value::List(inner) => {
                around.items(inner.len())?;
                flat.extend(inner.iter().cloned());
            }
            other => flat.push(other.clone()),
        }
    }
    around.items(items.len())?;
    Ok(flat.into())
}

fn project(each: &Node, items: &[Value], around: &Surroundings<'_>) -> Found {
    let mut taken = Vec::new();
    for item in items {
        let found = lenient(each, item, around)?;
        if !found.is_null() {
            taken.push(found);
        }
    }
    around.items(taken.len())?;
    Ok(taken.into())
}

fn project_values(map: &Node, each: &Node, value: &Value, around: &Surroundings<'_>) -> Found {
    let Value::Map(map) = forgiving(map, value, around)? else { return Ok(Value::Null) };
    let mut taken = Vec::new();
    if !map.is_empty() {
        // Kyverno's engine goes over as many nulls first, which only shows where nulls become something.
        let found = lenient(each, &Value::Null, around)?;
        if !found.is_null() {
            around.items(map.len())?;
            taken.resize(map.len(), found);
        }
    }
    for item in map.values() {
        let found = lenient(each, item, around)?;
        if !found.is_null() {
            taken.push(found);
        }
    }
    around.items(taken.len())?;
    Ok(taken.into())
}

fn list(items: &[Node], value: &Value, around: &Surroundings<'_>) -> Found {
    if value.is_null() {
        return Ok(Value::Null);
    }
    around.items(items.len())?;
    let items: Result<Vec<_>, _> = items.iter().map(|item| lenient(item, value, around)).collect();
    Ok(items?.into())
}

fn map(entries: &[(SmolStr, Node)], value: &Value, around: &Surroundings<'_>) -> Found {
    if value.is_null() {
        return Ok(Value::Null);
    }
    around.items(entries.len())?;
    let entries: Result<Map, JmespathError> =
        entries.iter().map(|(key, node)| Ok((key.clone(), lenient(node, value, around)?))).collect();
    Ok(entries?.into())
}
