//! `len`, `index` and `slice`.

use crate::error::CallError;
use crate::value::{Data, HostKind, List, Type, UintType, Value};

/// The number of items or bytes.
pub(crate) fn length(value: &Value) -> Result<Value, CallError> {
    let length = match &value.data {
        Data::Text(text) => text.len(),
        Data::Bytes(bytes) => bytes.len(),
        Data::List(list) => list.len(),
        Data::Map(map) => map.len(),
        Data::Host(host) if host.kind() != HostKind::Struct => host.entries().len(),
        Data::Nil => return Err(CallError::new("len of nil pointer")),
        Data::Absent => {
            return Err(CallError::new("reflect: call of reflect.Value.Type on zero Value"));
        }
        _ => return Err(CallError::Message(format!("len of type {}", type_name(value)))),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// What stands at the indexes, one below the other.
pub(crate) fn index(value: &Value, indexes: &[Value]) -> Result<Value, CallError> {
    if value.is_nil() {
        return Err(CallError::new("index of untyped nil"));
    }
    let mut item = value.clone();
    for index in indexes {
        item = match &item.data {
            Data::Nil | Data::Absent => return Err(CallError::new("index of nil pointer")),
            Data::List(list) => {
                let items = list.items();
                let at = position(index, items.len())?;
                items.get(at).cloned().ok_or_else(|| outside("slice"))?
            }
            Data::Text(text) => byte(text.as_bytes(), index, "string")?,
            Data::Bytes(bytes) => byte(bytes, index, "slice")?,
            Data::Map(map) => {
                let key = key(index)?;
                map.get(&key).unwrap_or_else(|| map.element().zero())
            }
            Data::Host(host) if host.kind() == HostKind::Map => host.field(&key(index)?).unwrap_or_default(),
            Data::Host(host) if host.kind() == HostKind::List => {
                let entries = host.entries();
                let at = position(index, entries.len())?;
                let entry = entries.get(at).map(|(_, item)| item.clone());
                entry.ok_or_else(|| outside("slice"))?
            }
            _ => return Err(CallError::Message(format!("can't index item of type {}", type_name(&item)))),
        };
    }
    Ok(item)
}

/// The part of a text or a slice between indexes.
pub(crate) fn slice(value: &Value, indexes: &[Value]) -> Result<Value, CallError> {
    if matches!(value.data, Data::Nil | Data::Absent) {
        return Err(CallError::new("slice of untyped nil"));
    }
    if indexes.len() > 3 {
        return Err(CallError::Message(format!("too many slice indexes: {}", indexes.len())));
    }
    let length = match &value.data {
        Data::Text(_) if indexes.len() == 3 => return Err(CallError::new("cannot 3-index slice a string")),
        Data::Text(text) => text.len(),
        Data::List(list) => list.len(),
        _ => return Err(CallError::Message(format!("can't slice item of type {}", type_name(value)))),
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, length)?;
    }
    let [start, end, most] = bounds;
    if start > end {
        return Err(CallError::Message(format!("invalid slice index: {start} > {end}")));
    }
    if end > most {
        return Err(CallError::Message(format!("invalid slice index: {end} > {most}")));
    }
    Ok(match &value.data {
        Data::Text(text) => text.slice(start..end).into(),
        Data::List(list) => {
            let items = list.items().get(start..end).unwrap_or_default();
            List::of(list.element(), items.to_vec()).into()
        }
        _ => Value::NIL,
    })
}

fn byte(bytes: &[u8], index: &Value, what: &str) -> Result<Value, CallError> {
    let at = position(index, bytes.len())?;
    let byte = bytes.get(at).ok_or_else(|| outside(what))?;
    Ok(Data::Uint((*byte).into(), UintType::Uint8).into())
}

/// An index as a position; one past the end is let through, as Go does.
fn position(index: &Value, length: usize) -> Result<usize, CallError> {
    let at = match index.data {
        Data::Int(at, _) => at,
        Data::Uint(at, _) => i64::try_from(at).unwrap_or(-1),
        Data::Nil | Data::Absent => return Err(CallError::new("cannot index slice/array with nil")),
        _ => {
            let message = format!("cannot index slice/array with type {}", type_name(index));
            return Err(CallError::Message(message));
        }
    };
    match usize::try_from(at) {
        Ok(position) if position <= length => Ok(position),
        _ => Err(CallError::Message(format!("index out of range: {at}"))),
    }
}

fn outside(what: &str) -> CallError {
    CallError::Message(format!("reflect: {what} index out of range"))
}

fn key(index: &Value) -> Result<smol_str::SmolStr, CallError> {
    match &index.data {
        Data::Text(text) => Ok(text.to_key()),
        Data::Nil | Data::Absent => {
            Err(CallError::Message(format!("value is nil; should be of type {}", Type::String)))
        }
        _ => Err(CallError::Message(format!("value has type {}; should be string", type_name(index)))),
    }
}

/// The type of what a value is or points to.
fn type_name(value: &Value) -> String {
    value.type_of().map_or_else(String::new, |kind| kind.to_string().trim_start_matches('*').to_owned())
}
