//! The arguments of a call as functions read them, once the evaluator has checked number and types.

use crate::call::Call;
use crate::error::CallError;
use crate::operation::format;
use crate::value::{Data, List, Map, Text, TextBuilder, Type, Value};

/// What Go says where it looks into a nil interface.
pub(super) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The argument at an index.
pub(super) fn value(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::NIL)
}

/// The arguments from an index on.
pub(super) fn from(args: &[Value], at: usize) -> &[Value] {
    args.get(at..).unwrap_or_default()
}

/// The text at an index.
pub(super) fn text(args: &[Value], at: usize) -> &Text {
    const EMPTY: &Text = &Text::EMPTY;
    value(args, at).as_text().unwrap_or(EMPTY)
}

/// The integer at an index.
pub(super) fn int(args: &[Value], at: usize) -> i64 {
    value(args, at).as_int().unwrap_or(0)
}

/// The map at an index as a `map[string]interface {}`, whose entries are those of the argument; a nil one where
/// the template gave `nil`.
pub(super) fn map(args: &[Value], at: usize) -> Map {
    value(args, at).as_map().map_or_else(|| Map::nil(Type::MAP), |map| map.viewed_as(Type::MAP))
}

/// The values of a slice: of a list, or the bytes of a byte slice.
pub(super) fn items(value: &Value) -> Option<Vec<Value>> {
    use crate::value::{HostKind, UintType};
    match &value.data {
        Data::List(list) => Some(list.items().to_vec()),
        Data::Bytes(bytes) => {
            Some(bytes.iter().map(|byte| Data::Uint((*byte).into(), UintType::Uint8).into()).collect())
        }
        Data::Host(host) if host.kind() == HostKind::List => {
            Some(host.entries().into_iter().map(|(_, item)| item).collect())
        }
        _ => None,
    }
}

/// The name of the kind that Go sees below a type.
pub(super) fn kind_name(value: &Value) -> &'static str {
    use crate::value::{HostKind, IntType};
    match &value.data {
        Data::Absent | Data::Nil => "invalid",
        Data::Bool(_) => "bool",
        // What Go names after a unit of time is a number below its name.
        Data::Int(_, IntType::Duration) => "int64",
        Data::Int(_, IntType::Month | IntType::Weekday) => "int",
        Data::Int(_, kind) => kind.name(),
        Data::Uint(_, kind) => kind.name(),
        Data::Float(_) => "float64",
        Data::Text(_) => "string",
        Data::Bytes(_) | Data::List(_) => "slice",
        Data::Map(_) => "map",
        Data::Host(host) => match host.kind() {
            HostKind::Struct if host.type_name().starts_with('*') => "ptr",
            HostKind::Struct => "struct",
            HostKind::Map => "map",
            HostKind::List => "slice",
        },
    }
}

/// Whether a value is what functions of defaults take for none: zero, empty or nil. Objects never are.
pub(super) fn is_empty(value: &Value) -> bool {
    !value.truth()
}

/// A value as text: a text as it is, anything else as Go prints it, with the key that it came from.
pub(super) fn shown(call: &mut Call<'_>, value: &Value) -> Result<Text, CallError> {
    match &value.data {
        Data::Text(text) => Ok(text.clone()),
        Data::Bytes(bytes) => Ok(Text::from_bytes(bytes.to_vec())),
        _ => {
            let text = format::display(value, &mut |bytes| call.allocate(bytes))?;
            Ok(match &value.key {
                Some(key) => text.with_key(key),
                None => text,
            })
        }
    }
}

/// The items of a list as texts, without those that are nil; anything else as one text, nil as none.
pub(super) fn shown_items(call: &mut Call<'_>, value: &Value) -> Result<Vec<Text>, CallError> {
    match items(value) {
        Some(items) => items.iter().filter(|item| !item.is_nil()).map(|item| shown(call, item)).collect(),
        None if value.is_nil() => Ok(Vec::new()),
        None => Ok(vec![shown(call, value)?]),
    }
}

/// A list of texts.
pub(super) fn strings(texts: impl IntoIterator<Item = Text>) -> Value {
    List::strings(texts.into_iter().map(Value::from).collect()).into()
}

/// Texts with another between each two, after the budget has allowed it.
pub(super) fn joined(call: &mut Call<'_>, texts: &[Text], separator: &Text) -> Result<Text, CallError> {
    let between = separator.len().saturating_mul(texts.len());
    let length = texts.iter().map(Text::len).fold(between, usize::saturating_add);
    call.allocate(length)?;
    let mut joined = TextBuilder::with_capacity(length);
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            joined.push_text(separator);
        }
        joined.push_text(text);
    }
    Ok(joined.finish())
}
